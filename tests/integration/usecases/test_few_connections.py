"""Accounts on servers that allow fewer connections than there are lanes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.dovecot import Dovecot, available
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.flags import SEEN, FlagEdit
from vexmail.domain.ids import AccountId

MANY = 40
CROWDED = "[ALERT] Too many simultaneous connections. (Failure)"


class NarrowDoor:
    """Lets so many clients in at once, and remembers how many there were at most."""

    def __init__(self, server: LiveMailbox, most: int) -> None:
        self.most = most
        self.refused = 0
        self._server = server
        server.on_command = self.look

    def look(self, command: str) -> None:
        """Refuse a login where the house is full."""
        if not command.upper().startswith("AUTHENTICATE"):
            return
        self._server.allow("AUTHENTICATE")
        if len(self._server.sessions) > self.most:
            self.refused += 1
            self._server.refuse("AUTHENTICATE", CROWDED)


@asynccontextmanager
async def server_for(most: int) -> AsyncIterator[tuple[LiveMailbox, NarrowDoor]]:
    """Run a server with two mailboxes that allows ``most`` connections."""
    async with LiveMailbox() as server:
        server.add_mailbox("Archive")
        for number in range(MANY):
            server.deliver(a_message(f"In {number}"))
            server.deliver(a_message(f"Old {number}"), mailbox="Archive")
        yield server, NarrowDoor(server, most)


async def account_of(mirror: Mirror) -> AccountId:
    """Return the only account."""
    return AccountId(int((await mirror.state())["id"]))


async def bodies_left(mirror: Mirror) -> int:
    """Count the bodies that are still on the server."""
    async with mirror.built.reader() as driver:
        count = "SELECT count(*) FROM messages WHERE body_state = 'remote'"
        return int(await driver.fetchval(count))


@pytest.mark.parametrize("most", [1, 2, 3])
async def test_an_account_is_mirrored_over_as_many_connections_as_its_server_allows(
    mirror: Mirror, most: int
) -> None:
    async with server_for(most) as (server, door):
        await mirror.add(server.port)
        await mirror.until_live()

        async def all_here() -> bool:
            return await bodies_left(mirror) == 0

        await eventually(all_here, what="all bodies")
        await server.watched()
        server.deliver(a_message("News"))

        async def heard() -> bool:
            return "News" in await mirror.subjects()

        await eventually(heard, what="the new message")
        assert (await mirror.state())["state"] == "live"
        key = await mirror.key_of("News")
        await mirror.intents(mirror.owner, key, FlagEdit(add=frozenset({SEEN})))
        await eventually(mirror.settled, what="the wish carried out")
        assert SEEN in server.messages[-1].flags
        assert len(server.sessions) <= most
        assert door.refused == (1 if most == 1 else 0), "a limit is learned once"
        door.most = 9  # the comparison needs a connection of its own
        assert await mirror.differences() == []


async def test_a_click_takes_the_only_connection_from_the_backfill(mirror: Mirror) -> None:
    async with server_for(1) as (server, _):
        await mirror.add(server.port)
        await mirror.until_live()
        key = await mirror.key_of("In 3")
        async with mirror.built.uow() as tx:
            await tx.driver.execute("UPDATE messages SET body_state = 'remote', blob_id = ''")

        async with asyncio.timeout(30):
            view = await mirror.messages(mirror.owner, key)

        assert view["body_state"] == "parsed"

        async def all_here() -> bool:
            return await bodies_left(mirror) == 0

        mirror.fleet.sync_now(await account_of(mirror))
        await eventually(all_here, what="the backfill going on afterwards")
        assert (await mirror.state())["state"] == "live"


async def test_an_account_whose_connections_others_hold_says_so(mirror: Mirror) -> None:
    async with server_for(1) as (server, door):
        await mirror.add(server.port)
        await mirror.until_live()
        door.most = 0
        for session in list(server.sessions):
            session.hang_up()

        async def says_why() -> bool:
            state = await mirror.state()
            return (
                state["state"] == "offline"
                and "Too many simultaneous connections" in state["error"]["message"]
            )

        await eventually(says_why, what="the reason")
        door.most = 1
        mirror.fleet.sync_now(await account_of(mirror))
        await mirror.until_live()


@pytest.mark.skipif(not available(), reason="no Dovecot on this machine")
async def test_a_dovecot_that_lets_one_connection_in_is_mirrored_over_it(
    mirror: Mirror, tmp_path: Path
) -> None:
    with Dovecot(tmp_path / "dovecot", extra="mail_max_userip_connections = 1") as dovecot:
        dovecot.add_user("ann", "pw")
        dovecot.fill("ann", [a_message(f"In {number}") for number in range(MANY)])
        await mirror.add(dovecot.port)
        await mirror.until_live()

        async def all_here() -> bool:
            return len(await mirror.subjects()) == MANY and await bodies_left(mirror) == 0

        await eventually(all_here, what="all bodies")
        key = await mirror.key_of("In 7")
        await mirror.intents(mirror.owner, key, FlagEdit(add=frozenset({SEEN})))
        await eventually(mirror.settled, what="the wish carried out")
        assert (await mirror.state())["state"] == "live"
