"""A wish is shown at once, survives, and reaches the server exactly as it was meant."""

from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.flags import FLAGGED, SEEN, FlagEdit

READ = FlagEdit(add=frozenset({SEEN}))
UNREAD = FlagEdit(remove=frozenset({SEEN}))
STAR = FlagEdit(add=frozenset({FLAGGED}))


async def settled(mirror: Mirror) -> bool:
    """Tell whether no wish is pending any more."""
    async with mirror.built.reader() as driver:
        return not await driver.fetchval("SELECT count(*) FROM intents WHERE state = 'pending'")


async def test_a_wish_is_shown_at_once_and_stored_on_the_server(
    mirror: Mirror, mailbox: LiveMailbox
) -> None:
    mailbox.deliver(a_message("Read me"))
    await mirror.add(mailbox.port)
    await mirror.until_live()

    shown = await mirror.intents(mirror.owner, await mirror.key_of("Read me"), READ)

    assert shown["is_read"]
    await eventually(lambda: settled(mirror), what="the wish carried out")
    assert mailbox.messages[0].flags == {"\\Seen"}
    assert len(await mirror.told("email_read")) == 1


async def test_wishes_made_without_the_server_are_carried_out_in_order_later(
    mirror: Mirror, mailbox: LiveMailbox, network: FaultProxy
) -> None:
    mailbox.deliver(a_message("Patience"))
    await mirror.add(network.port)
    await mirror.until_live()
    key = await mirror.key_of("Patience")
    network.cut()

    for edit in (READ, STAR, UNREAD):
        await mirror.intents(mirror.owner, key, edit)
    (shown,) = await mirror.inbox()
    assert (shown["is_read"], shown["is_starred"]) == (False, True)
    network.heal()

    await eventually(lambda: settled(mirror), what="the wishes carried out")
    assert mailbox.messages[0].flags == {"\\Flagged"}


async def test_a_pending_wish_outlives_what_the_server_says(
    mirror: Mirror, mailbox: LiveMailbox, network: FaultProxy
) -> None:
    uid = mailbox.deliver(a_message("Mine"))
    account = await mirror.add(network.port)
    await mirror.until_live()
    network.cut()
    await mirror.intents(mirror.owner, await mirror.key_of("Mine"), STAR)

    mailbox.set_flags(uid, ["\\Seen"])
    network.heal()
    mirror.fleet.sync_now(account)

    await eventually(lambda: settled(mirror), what="the wish carried out")

    async def both() -> bool:
        (item,) = await mirror.inbox()
        return bool(item["is_read"] and item["is_starred"])

    await eventually(both, what="both facts")
    assert mailbox.messages[0].flags == {"\\Seen", "\\Flagged"}


async def test_repeating_a_wish_changes_nothing(mirror: Mirror, mailbox: LiveMailbox) -> None:
    mailbox.deliver(a_message("Again"))
    await mirror.add(mailbox.port)
    await mirror.until_live()
    key = await mirror.key_of("Again")

    for _ in range(3):
        await mirror.intents(mirror.owner, key, READ)

    await eventually(lambda: settled(mirror), what="the wish carried out")
    assert len(await mirror.told("email_read")) == 1
    async with mirror.built.reader() as driver:
        assert await driver.fetchval("SELECT count(*) FROM intents") == 1


async def test_a_body_that_is_not_here_is_fetched_when_opened(
    mirror: Mirror, mailbox: LiveMailbox
) -> None:
    mailbox.deliver(a_message("Open me", text="The words inside."))
    await mirror.add(mailbox.port)
    await mirror.until_live()

    view = await mirror.messages(mirror.owner, await mirror.key_of("Open me"))

    assert "The words inside." in view["text"]
    assert view["body_state"] == "parsed"
