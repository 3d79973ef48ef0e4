"""Bodies of messages that go elsewhere while we ask for them."""

from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually


async def test_a_body_is_fetched_where_another_client_moved_it_meanwhile(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    uid = folders.deliver(a_message("Restless"))
    moved = False

    def move_away(command: str) -> None:
        nonlocal moved
        if "BODY.PEEK[]" in command.upper() and not moved:
            moved = True
            stored = folders.inbox.find(uid)[1]
            folders.take_out(folders.inbox, stored)
            folders.deliver(stored.raw, mailbox="Archive")

    folders.on_command = move_away
    account = await mirror.add(folders.port)

    async def is_parsed_once_looked_for() -> bool:
        mirror.fleet.sync_now(account)
        async with mirror.built.reader() as driver:
            state = await driver.fetchval("SELECT body_state FROM messages")
        return moved and state in ("stored", "parsed")

    await eventually(is_parsed_once_looked_for, what="the body")
    logins = [c for c in folders.commands if c.startswith("AUTHENTICATE")]
    assert len(logins) <= 3, "it took another session"
