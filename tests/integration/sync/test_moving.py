"""Moves, copies and deletions: shown at once, done once, taken back when asked or refused."""

import pytest

from tests.integration.sync.filing import equal, on_server
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.errors import Conflict, NotFound
from vexmail.domain.ids import MessageId, OperationId
from vexmail.usecases.act_on_emails import Action, Request
from vexmail.usecases.reconsider_wishes import Selection


async def test_a_move_is_shown_at_once_and_done_on_the_server(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    folders.deliver(a_message("Keep"))
    folders.deliver(a_message("Done"))
    await mirror.add(folders.port)
    await mirror.until_live()
    key = await mirror.key_of("Done")

    await mirror.actions(mirror.owner, [key], Request(Action.ARCHIVE))

    assert await mirror.subjects() == ["Keep"]
    assert await mirror.subjects_in("Archive") == ["Done"]
    await eventually(mirror.settled, what="the move carried out")
    assert on_server(folders, "INBOX") == ["Keep"]
    assert on_server(folders, "Archive") == ["Done"]
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
    assert await mirror.subjects_in("Archive") == ["Done"]
    assert len(await mirror.told("email_moved")) == 1
    assert await mirror.told("email_received") == []


async def test_a_move_keeps_the_id_and_the_flags(mirror: Mirror, folders: LiveMailbox) -> None:
    folders.deliver(a_message("Mine"), flags=["\\Seen", "\\Flagged"])
    await mirror.add(folders.port)
    await mirror.until_live()
    key = await mirror.key_of("Mine")

    await mirror.actions(mirror.owner, [key], Request(Action.SPAM))
    await eventually(mirror.settled, what="the move carried out")
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")

    view = await mirror.messages(mirror.owner, key)
    assert [box["name"] for box in view["mailboxes"]] == ["Junk"]
    assert (view["is_read"], view["is_starred"]) == (True, True)


async def test_deleting_moves_to_trash_and_from_there_for_good(
    mirror: Mirror, folders: LiveMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vexmail.usecases.wishes.DELETE_GRACE", 0.0)
    folders.deliver(a_message("Rubbish"))
    folders.deliver(a_message("Treasure"))
    await mirror.add(folders.port)
    await mirror.until_live()
    key = await mirror.key_of("Rubbish")

    await mirror.actions(mirror.owner, [key], Request(Action.DELETE))
    await eventually(mirror.settled, what="the move carried out")
    assert on_server(folders, "Trash") == ["Rubbish"]
    await mirror.actions(mirror.owner, [key], Request(Action.DELETE))
    assert await mirror.subjects_in("Trash") == []
    await eventually(mirror.settled, what="the deletion carried out")

    assert on_server(folders, "Trash") == []
    assert on_server(folders, "INBOX") == ["Treasure"]
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")


async def test_a_deletion_for_good_can_be_taken_back_for_a_while(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    folders.deliver(a_message("Oops"))
    await mirror.add(folders.port)
    await mirror.until_live()
    key = await mirror.key_of("Oops")

    done = await mirror.actions(mirror.owner, [key], Request(Action.DELETE, permanent=True))
    assert await mirror.subjects() == []
    await mirror.undo(mirror.owner, done.operation_id)

    assert await mirror.subjects() == ["Oops"]
    assert await mirror.settled()
    assert on_server(folders, "INBOX") == ["Oops"]


async def test_moves_made_without_the_server_are_carried_out_once_later(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy
) -> None:
    for number in range(5):
        folders.deliver(a_message(f"Number {number}"))
    await mirror.add(network.port)
    await mirror.until_live()
    keys = [MessageId(int(item["id"])) for item in await mirror.inbox()]
    network.cut()

    await mirror.actions(mirror.owner, keys, Request(Action.ARCHIVE))
    await mirror.actions(mirror.owner, keys, Request(Action.SPAM))
    await mirror.actions(mirror.owner, keys, Request(Action.READ))
    assert len(await mirror.subjects_in("Junk")) == 5
    network.heal()

    await eventually(mirror.settled, what="the wishes carried out")
    assert len(on_server(folders, "Junk")) == 5
    assert on_server(folders, "Archive") == on_server(folders, "INBOX") == []
    assert all("\\Seen" in m.flags for m in folders.mailboxes["Junk"].messages)
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")


async def test_an_undone_batch_is_as_it_was(mirror: Mirror, folders: LiveMailbox) -> None:
    for number in range(30):
        folders.deliver(a_message(f"Number {number:02}"))
    await mirror.add(folders.port)
    await mirror.until_live()
    before = await mirror.subjects()
    keys = [MessageId(int(item["id"])) for item in await mirror.inbox()]

    done = await mirror.actions(mirror.owner, keys, Request(Action.ARCHIVE))
    assert (done.matched, done.changed) == (30, 30)
    await eventually(mirror.settled, what="the moves carried out")
    assert len(on_server(folders, "Archive")) == 30
    await mirror.undo(mirror.owner, done.operation_id)
    assert await mirror.subjects() == before

    await eventually(mirror.settled, what="the moves undone")
    assert on_server(folders, "INBOX") == before
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
    with pytest.raises(Conflict):
        await mirror.undo(mirror.owner, done.operation_id)


async def test_a_refused_move_is_taken_back_with_the_reason(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    folders.deliver(a_message("Stuck"))
    await mirror.add(folders.port)
    await mirror.until_live()
    key = await mirror.key_of("Stuck")
    folders.refuse("UID MOVE", "[OVERQUOTA] the mailbox is full")

    await mirror.actions(mirror.owner, [key], Request(Action.ARCHIVE))
    (told,) = await eventually(lambda: mirror.told("intent_rejected"), what="the refusal")

    assert told["email_id"] == str(key)
    assert await mirror.subjects() == ["Stuck"]
    assert await mirror.subjects_in("Archive") == []
    folders.allow("UID MOVE")
    async with mirror.built.reader() as driver:
        intent = await driver.fetchval("SELECT id FROM intents WHERE state = 'rejected'")
    await mirror.wishes.retry(mirror.owner, Selection([intent]))
    await eventually(mirror.settled, what="the move carried out")
    assert on_server(folders, "Archive") == ["Stuck"]


async def test_a_message_gone_on_the_server_ends_a_wish_for_it(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vexmail.sync.intent_pusher.LOOK_AGAIN", 0.1)
    uid = folders.deliver(a_message("Gone"))
    await mirror.add(network.port)
    await mirror.until_live()
    key = await mirror.key_of("Gone")
    network.cut()
    await mirror.actions(mirror.owner, [key], Request(Action.ARCHIVE))

    folders.expunge(uid)
    network.heal()

    await eventually(mirror.settled, what="an end of the wish")
    assert on_server(folders, "Archive") == []


async def test_foreign_or_unknown_things_are_not_found(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    folders.deliver(a_message("Here"))
    await mirror.add(folders.port)
    await mirror.until_live()
    key = await mirror.key_of("Here")

    nothing = await mirror.actions(mirror.owner, [MessageId(10**9)], Request(Action.READ))
    assert (nothing.matched, nothing.changed) == (0, 0)
    with pytest.raises(NotFound):
        await mirror.undo(mirror.owner, OperationId(10**9))
    lost = await mirror.actions(mirror.owner, [key], Request(Action.MOVE))
    assert [failure.code for failure in lost.failures] == ["not_found"]
