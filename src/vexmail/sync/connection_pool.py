"""Lends an account's connections to its lanes: never more than the server allows.

Each lane asks for a connection, uses it for as long as it has work, and gives it back. Where
there are fewer than lanes, a lane that waits asks another for its connection: a click before
everything else, news at least twice a minute, the backfill whenever nobody needs it. A lane that
is asked gives way at its next safe point; if it takes too long over it, its connection is ended
under it, which every pass survives.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import structlog

from vexmail.domain.errors import Throttled, TooManyConnections, TransientError
from vexmail.domain.provider import Allowance, allowance_of, by_host, recognise
from vexmail.ports.clock import Clock
from vexmail.ports.mail_server import MailSession
from vexmail.sync.lane import ASKS, URGENCY, ConnectionWanted, Lane
from vexmail.sync.lending import Loan, OpenSession, Waiter

log = structlog.get_logger()

RELEARN = 15 * 60.0  # seconds a limit that the server showed us is believed
NEWS_EVERY = 30.0  # seconds that the follower lets the backfill have the only connection
TAKE_FROM_BACKFILL = 0.2  # seconds that somebody who clicked waits for a safe point
TAKE_FROM_FOLLOWER = 3.0  # seconds; ending an IDLE takes a round trip


class ConnectionPool:
    """The connections of one account.

    Args:
        host: the server's name, which tells how many are allowed before it says more.
        open_session: connects and logs in.
        gate: how many connections this process may be opening at once.
        clock: for limits that were learned and waits that were asked for.
    """

    def __init__(
        self,
        host: str,
        open_session: Callable[[], AbstractAsyncContextManager[MailSession]],
        gate: asyncio.Semaphore,
        clock: Clock,
    ) -> None:
        self._host = host
        self._open_session = open_session
        self._gate = gate
        self._clock = clock
        self.provider = by_host(host)
        self._held = 0  # connections open or being opened
        self._opens: list[OpenSession] = []
        self._received_before = 0  # over connections that are closed
        self._received_taken = 0
        self._loans: list[Loan] = []
        self._waiters: list[Waiter] = []
        self._shown_limit = 0
        self._shown_until = 0.0
        self._rest_until = 0.0

    @property
    def allowance(self) -> Allowance:
        """Return what the account may take, as far as is known by now."""
        return allowance_of(self.provider)

    @property
    def most(self) -> int:
        """Return how many connections may be open now."""
        if self._clock.monotonic() < self._shown_until:
            return min(self._shown_limit, self.allowance.connections)
        return self.allowance.connections

    @asynccontextmanager
    async def connect(
        self, lane: Lane, on_wanted: Callable[[], None] | None = None
    ) -> AsyncIterator[MailSession]:
        """Lend a session, which may have another mailbox selected; wait for it if need be.

        Args:
            lane: who asks.
            on_wanted: called when another lane waits for this connection, besides ending a
                running IDLE; the lane is then expected to call ``give_way`` soon.

        Raises:
            ConnectionWanted: the connection was taken away for a more urgent lane.
            VexMailError: why there is no connection, or why the session ended.
        """
        loan = await self._borrow(lane, on_wanted)
        usable = False
        try:
            yield loan.open.session
            usable = True
        except ConnectionWanted:
            usable = True
            raise
        except TransientError as error:
            if loan.taken:
                raise ConnectionWanted from error
            raise
        finally:
            self._loans.remove(loan)
            usable = usable and not loan.taken  # it gave way in the moment it was ended
            if not usable:
                loan.open.session.abort()
            await self._pass_on(loan.open, usable=usable)

    @property
    def is_short(self) -> bool:
        """Tell whether any lane waits: a connection without work should be given back."""
        return bool(self._waiters)

    def is_wanted(self, session: MailSession) -> bool:
        """Tell whether another lane waits for this connection."""
        return any(w.asked is not None and w.asked.open.session is session for w in self._waiters)

    def give_way(self, session: MailSession) -> None:
        """Mark a safe point of a lane: nothing is half done on this session.

        Raises:
            ConnectionWanted: another lane waits for it; leave the block of ``connect``.
        """
        if self.is_wanted(session):
            raise ConnectionWanted

    def take_received(self, at_least: int) -> int:
        """Return how many bytes came since the last call; 0 while they are fewer than this."""
        total = self._received_before + sum(o.session.received_bytes for o in self._opens)
        fresh = total - self._received_taken
        if fresh < max(1, at_least):
            return 0
        self._received_taken = total
        return fresh

    @property
    def is_resting(self) -> bool:
        """Tell whether the server asked to be left alone."""
        return self._clock.monotonic() < self._rest_until

    def rest(self, seconds: float) -> None:
        """Open no connection for a while: the server asked for it."""
        self._rest_until = max(self._rest_until, self._clock.monotonic() + seconds)

    # ---- inside ----

    async def _borrow(self, lane: Lane, on_wanted: Callable[[], None] | None) -> Loan:
        while True:
            await self._obey_rest(lane)
            found = await self._wait_for_turn(lane)
            if found is None:
                try:
                    found = await self._open(lane)
                except TooManyConnections as error:
                    await self._pass_on(None)
                    if not self._held:
                        raise  # others hold them all; the account cannot be served now
                    self._learn(self._held, error)
                    continue
                except BaseException:
                    await self._pass_on(None)
                    raise
            loan = Loan(lane, found, on_wanted)
            self._loans.append(loan)
            self._look()
            return loan

    async def _obey_rest(self, lane: Lane) -> None:
        left = self._rest_until - self._clock.monotonic()
        if left > 0 and lane is Lane.INTERACTIVE:
            raise Throttled(
                f"The mail server asked to be left alone for {left:.0f} s. Try again then.", left
            )
        if left > 0:
            await asyncio.sleep(left)

    async def _wait_for_turn(self, lane: Lane) -> OpenSession | None:
        """Return once a connection may be opened, or with one that another lane gave up."""
        if self._held < self.most and not self._waiters:
            self._held += 1
            return None
        waiter = Waiter(lane, self._clock.monotonic())
        self._waiters.append(waiter)
        try:
            self._grant()
            while not waiter.granted:
                waiter.look.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._ask(waiter)):
                        await waiter.look.wait()
                self._grant()
        except BaseException:
            if waiter.granted:
                await self._pass_on(waiter.given)
            else:
                self._waiters.remove(waiter)
            raise
        return waiter.given

    def _ask(self, waiter: Waiter) -> float | None:
        """Ask another lane for its connection; return in how many seconds to look again."""
        now = self._clock.monotonic()
        loan = self._whom_to_ask(waiter)
        waiter.asked = None
        if loan is None:
            return max(0.1, self._shown_until - now) if now < self._shown_until else None
        waited = now - waiter.since
        if waiter.lane is Lane.FOLLOWER and loan.lane is Lane.BACKFILL and waited < NEWS_EVERY:
            return NEWS_EVERY - waited
        waiter.asked = loan
        loan.open.session.interrupt()
        if loan.on_wanted is not None:
            loan.on_wanted()
        if waiter.lane is not Lane.INTERACTIVE or loan.taken:
            return None
        slow = loan.lane in {Lane.FOLLOWER, Lane.LISTENER}
        patience = TAKE_FROM_FOLLOWER if slow else TAKE_FROM_BACKFILL
        if waited >= patience:
            loan.taken = True
            loan.open.session.abort()
            return None
        return patience - waited

    def _whom_to_ask(self, waiter: Waiter) -> Loan | None:
        for lane in ASKS[waiter.lane]:
            for loan in self._loans:
                if loan.lane is lane:
                    return loan
        return None

    def _grant(self) -> None:
        """Let the most urgent of those who wait open a connection, if one more is allowed."""
        while self._waiters and self._held < self.most:
            self._held += 1
            self._give(None)

    def _give(self, found: OpenSession | None) -> None:
        waiter = min(self._waiters, key=lambda w: (URGENCY[w.lane], w.since))
        self._waiters.remove(waiter)
        waiter.granted, waiter.given = True, found
        waiter.look.set()

    async def _pass_on(self, found: OpenSession | None, *, usable: bool = True) -> None:
        """Give a connection that is no longer used to whoever waits, or close it."""
        if found is not None and usable and self._waiters and self._held <= self.most:
            self._give(found)
        else:
            try:
                if found is not None:
                    await found.close()
            finally:
                if found is not None:
                    self._opens.remove(found)
                    self._received_before += found.session.received_bytes
                self._held -= 1
                self._grant()
        self._look()

    async def _open(self, lane: Lane) -> OpenSession:
        stack = AsyncExitStack()
        turn = contextlib.nullcontext() if lane is Lane.INTERACTIVE else self._gate
        async with turn:
            session = await stack.enter_async_context(self._open_session())
        self.provider = recognise(self._host, session.introduction, session.capabilities)
        self._opens.append(opened := OpenSession(session, stack))
        return opened

    def _learn(self, limit: int, error: TooManyConnections) -> None:
        log.info("sync.connections_limited", host=self._host, limit=limit, reason=str(error))
        self._shown_limit = limit
        self._shown_until = self._clock.monotonic() + RELEARN

    def _look(self) -> None:
        for waiter in self._waiters:
            waiter.look.set()
