"""A pool lends what it may, to whom it is due, and counts what came."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import cast

import pytest

from vexmail.domain.errors import ConnectionLost, Throttled, TooManyConnections
from vexmail.ports.mail_server import MailSession
from vexmail.sync.connection_pool import RELEARN, ConnectionPool
from vexmail.sync.lane import ConnectionWanted, Lane

PATIENCE = 10.0  # seconds


class ManualClock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        """Return the moment."""
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        """Return the seconds."""
        return self.seconds


class FakeSession:
    """What the pool needs of a session."""

    def __init__(self, words: str) -> None:
        self.introduction = words
        self.capabilities: frozenset[str] = frozenset()
        self.received_bytes = 0
        self.wanted = asyncio.Event()
        self.aborted = asyncio.Event()

    def interrupt(self) -> None:
        """Remember."""
        self.wanted.set()

    def abort(self) -> None:
        """Remember."""
        self.aborted.set()


class FakeServer:
    """Lets so many in at once; opening waits for ``door``."""

    def __init__(self, most: int = 99, words: str = "Dovecot ready.") -> None:
        self.most = most
        self.words = words
        self.inside: list[FakeSession] = []
        self.opening = 0
        self.most_opening = 0
        self.refused = 0
        self.door = asyncio.Event()
        self.door.set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[MailSession]:
        """Open a session."""
        self.opening += 1
        self.most_opening = max(self.most_opening, self.opening)
        try:
            await asyncio.sleep(0)
            await self.door.wait()
        finally:
            self.opening -= 1
        if len(self.inside) >= self.most:
            self.refused += 1
            raise TooManyConnections("Too many.")
        session = FakeSession(self.words)
        self.inside.append(session)
        try:
            yield cast("MailSession", session)
        finally:
            self.inside.remove(session)


def faked(session: MailSession) -> FakeSession:
    """Return the fake behind a session."""
    return cast("FakeSession", session)


def a_pool(
    server: FakeServer, clock: ManualClock | None = None, gate: asyncio.Semaphore | None = None
) -> ConnectionPool:
    """Build a pool on a server of no known name."""
    return ConnectionPool(
        "mail.example.org", server.open, gate or asyncio.Semaphore(16), clock or ManualClock()
    )


async def test_many_accounts_that_start_open_few_connections_at_a_time() -> None:
    server, gate = FakeServer(), asyncio.Semaphore(3)
    server.door.clear()
    pools = [a_pool(server, gate=gate) for _ in range(40)]

    async def hold(pool: ConnectionPool, lane: Lane) -> None:
        async with pool.connect(lane):
            pass

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        for pool in pools:
            group.create_task(hold(pool, Lane.FOLLOWER))
        for _ in range(20):
            await asyncio.sleep(0)
        assert server.opening == 3
        clicked = group.create_task(hold(a_pool(server, gate=gate), Lane.INTERACTIVE))
        for _ in range(20):
            await asyncio.sleep(0)
        assert server.opening == 4, "who clicked does not stand in that line"
        server.door.set()
    assert clicked.done()
    assert server.most_opening == 4


async def test_a_server_that_introduces_itself_is_given_what_it_allows() -> None:
    pool = a_pool(FakeServer(words="Dovecot (Debian) ready."))
    assert pool.most == 2, "an unknown server is treated with care"

    async with pool.connect(Lane.FOLLOWER):
        assert pool.most == 3


async def test_a_limit_that_was_shown_is_kept_to_and_tried_again_later() -> None:
    server, clock = FakeServer(most=1), ManualClock()
    pool = a_pool(server, clock)

    async def backfill() -> None:
        async with pool.connect(Lane.BACKFILL):
            pass

    async with (
        asyncio.timeout(PATIENCE),
        asyncio.TaskGroup() as group,
        pool.connect(Lane.FOLLOWER) as session,
    ):
        waiting = group.create_task(backfill())
        await faked(session).wanted.wait()
        assert (pool.most, server.refused) == (1, 1)
        assert not waiting.done()
        with pytest.raises(ConnectionWanted):
            pool.give_way(session)
    clock.seconds += RELEARN
    assert pool.most == 3


async def test_a_connection_that_was_given_up_is_used_by_the_next_lane() -> None:
    server = FakeServer(most=1)
    pool = a_pool(server)
    used: list[MailSession] = []

    async def click() -> None:
        async with pool.connect(Lane.INTERACTIVE) as session:
            used.append(session)

    async with (
        asyncio.timeout(PATIENCE),
        asyncio.TaskGroup() as group,
        pool.connect(Lane.FOLLOWER) as session,
    ):
        group.create_task(click())
        await faked(session).wanted.wait()
    assert used == [session]
    assert server.inside == []


async def test_a_lane_that_does_not_give_way_loses_its_connection_to_a_click() -> None:
    server, clock = FakeServer(most=1), ManualClock()
    pool, begun = a_pool(server, clock), asyncio.Event()

    async def clicked_after(event: asyncio.Event) -> None:
        await event.wait()
        async with pool.connect(Lane.INTERACTIVE):
            pass

    async def never_gives_way() -> None:
        async with pool.connect(Lane.BACKFILL) as session:
            begun.set()
            await faked(session).wanted.wait()
            clock.seconds += 1
            await faked(session).aborted.wait()
            raise ConnectionLost("What the lane sees of it.")

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        group.create_task(clicked_after(begun))
        with pytest.raises(ConnectionWanted):
            await never_gives_way()


async def test_a_connection_that_was_ended_under_its_lane_is_lent_to_nobody() -> None:
    server, clock = FakeServer(most=1), ManualClock()
    pool, begun = a_pool(server, clock), asyncio.Event()
    used: list[MailSession] = []

    async def clicked_after(event: asyncio.Event) -> None:
        await event.wait()
        async with pool.connect(Lane.INTERACTIVE) as session:
            used.append(session)

    async def gives_way_too_late() -> None:
        async with pool.connect(Lane.BACKFILL) as session:
            begun.set()
            await faked(session).wanted.wait()
            clock.seconds += 1
            await faked(session).aborted.wait()
            pool.give_way(session)

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        group.create_task(clicked_after(begun))
        with pytest.raises(ConnectionWanted):
            await gives_way_too_late()
    assert not faked(used[0]).aborted.is_set()


async def test_a_server_that_wants_to_be_left_alone_is() -> None:
    server = FakeServer()
    pool = a_pool(server)
    pool.rest(30)

    with pytest.raises(Throttled) as told:
        async with pool.connect(Lane.INTERACTIVE):
            pass

    assert told.value.retry_after == 30
    assert server.most_opening == 0


async def test_every_byte_is_counted_once_whatever_became_of_its_connection() -> None:
    pool = a_pool(FakeServer())
    async with pool.connect(Lane.FOLLOWER) as session:
        faked(session).received_bytes = 700
        assert pool.take_received(1000) == 0
        assert pool.take_received(500) == 700
        assert pool.take_received(0) == 0
        faked(session).received_bytes = 1000
    async with pool.connect(Lane.FOLLOWER) as session:
        faked(session).received_bytes = 50
        assert pool.take_received(0) == 350
