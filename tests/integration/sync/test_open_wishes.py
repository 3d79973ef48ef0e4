"""Wishes that a person decides about: tried again or let go, alone or all of a kind."""

from tests.integration.sync.filing import equal, on_server
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.change import Json
from vexmail.domain.ids import IntentId, MessageId
from vexmail.domain.intent import WishKind
from vexmail.store.queries import intents
from vexmail.usecases.act_on_emails import Action, Request
from vexmail.usecases.reconsider_wishes import Selection


async def open_wishes(mirror: Mirror) -> list[Json]:
    """Return the wishes that are not done, newest first."""
    async with mirror.built.reader() as driver:
        items, _ = await intents.page(driver, mirror.owner, intents.IntentFilter(), limit=200)
    return items


async def three_letters(mirror: Mirror, folders: LiveMailbox, port: int) -> list[MessageId]:
    """Sync three messages and return their ids."""
    for name in ("One", "Two", "Three"):
        folders.deliver(a_message(name))
    await mirror.add(port)
    await mirror.until_live()
    return [await mirror.key_of(name) for name in ("One", "Two", "Three")]


async def test_all_refused_moves_are_tried_again_at_once(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    keys = await three_letters(mirror, folders, folders.port)
    folders.refuse("UID MOVE", "[OVERQUOTA] the mailbox is full")
    folders.refuse("UID COPY", "[OVERQUOTA] the mailbox is full")
    folders.refuse("UID STORE", "read-only")
    await mirror.actions(mirror.owner, keys, Request(Action.ARCHIVE))
    await mirror.actions(mirror.owner, keys[:1], Request(Action.STAR))

    async def refused() -> bool:
        return [w["state"] for w in await open_wishes(mirror)] == ["rejected"] * 4

    await eventually(refused, what="four refusals")
    for command in ("UID MOVE", "UID COPY", "UID STORE"):
        folders.allow(command)
    done = await mirror.wishes.retry(mirror.owner, Selection(kind=WishKind.MOVE))

    await eventually(mirror.settled, what="the moves carried out")
    assert (done.matched, done.changed) == (3, 3)
    assert on_server(folders, "Archive") == ["One", "Three", "Two"]
    assert [w["kind"] for w in await open_wishes(mirror)] == ["flags"]
    closed = await mirror.told("intent_closed")
    assert [len(change["intent_ids"]) for change in closed] == [3]
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")


async def test_a_wish_on_its_way_can_be_let_go_and_is_taken_back(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy
) -> None:
    keys = await three_letters(mirror, folders, network.port)
    network.cut()
    await mirror.actions(mirror.owner, keys[:1], Request(Action.ARCHIVE))
    (wish,) = await open_wishes(mirror)
    assert (wish["state"], wish["subject"]) == ("pending", "One")
    assert wish["to_mailbox"]["name"] == "Archive"

    assert await mirror.wishes.drop(mirror.owner, Selection([IntentId(int(wish["id"]))])) == 1

    assert await open_wishes(mirror) == []
    assert await mirror.subjects() == ["One", "Three", "Two"]
    network.heal()
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")


async def test_a_batch_tells_how_far_the_server_has_followed(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    keys = await three_letters(mirror, folders, folders.port)

    done = await mirror.actions(mirror.owner, keys, Request(Action.ARCHIVE))
    await eventually(mirror.settled, what="the moves carried out")

    told = await mirror.told("operation_updated")
    assert {change["operation_id"] for change in told} == {str(done.operation_id)}
    last = told[-1]["operation"]
    assert (last["changed"], last["pending"], last["settled"]) == (3, 0, 3)


async def test_a_single_act_tells_no_progress(mirror: Mirror, folders: LiveMailbox) -> None:
    keys = await three_letters(mirror, folders, folders.port)

    await mirror.actions(mirror.owner, keys[:1], Request(Action.ARCHIVE))
    await eventually(mirror.settled, what="the move carried out")

    assert await mirror.told("operation_updated") == []


async def test_a_first_sync_tells_how_far_the_bodies_have_come(
    mirror: Mirror, mailbox: LiveMailbox
) -> None:
    for number in range(90):
        mailbox.deliver(a_message(f"Letter {number}"))
    await mirror.add(mailbox.port)
    await mirror.until_live()

    async def told_to_the_end() -> bool:
        told = [c for c in await mirror.told("sync_progress") if c["phase"] == "bodies"]
        return bool(told) and told[-1]["done"] == told[-1]["total"]

    await eventually(told_to_the_end, what="the last body told")
    told = [c for c in await mirror.told("sync_progress") if c["phase"] == "bodies"]
    assert [change["done"] for change in told] == sorted(change["done"] for change in told)
    assert told[-1]["total"] == 90
    assert told[-1]["mailbox_id"] is None
