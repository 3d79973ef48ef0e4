"""The lane for what a person waits for: wishes to push, messages to open."""

import asyncio
import contextlib

from vexmail.domain.errors import MailboxGone, NotFound, UidValidityChanged
from vexmail.domain.ids import MessageId
from vexmail.ports.mail_server import MailSession
from vexmail.sync.intent_pusher import IntentPusher
from vexmail.sync.lane import Lane
from vexmail.sync.sync_state import AccountContext

KEEP_OPEN = 120.0  # seconds; people act in bursts, providers count idle connections
BURST = 5.0  # seconds after the last click until another lane may have the connection
LONGEST_BURST = 15.0  # seconds that another lane waits at most, however often somebody clicks
OTHERS_TURN = 2.0  # seconds in which another lane gets something done, doubled from turn to turn
LONGEST_TURN = 60.0  # seconds; a server that takes longer over its list is a slow one
_LOOK_EVERY = 0.1  # seconds between looks whether the other lane is done


class Interactive:
    """Opens a connection when somebody waits and keeps it for a while.

    A wish may wait for what another lane brings. So who was given our connection is left alone
    for a while, as long as it has work, unless somebody clicks.
    """

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._tools = context.tools
        self._others_until = 0.0
        self._others_turn = OTHERS_TURN

    async def run(self) -> None:
        """Serve until the session ends with an error; requests left are served by the next.

        Raises:
            VexMailError: why the session ended.
        """
        signals, connections = self._context.signals, self._context.connections
        while True:
            due_in = await self._tools.plan.seconds_until_due(self._context.id)
            if due_in is not None:
                due_in = max(due_in, self._others_turn_left())
            if signals.requests or due_in == 0:
                async with connections.connect(
                    Lane.INTERACTIVE, on_wanted=signals.interactive.set
                ) as session:
                    await self._serve(session)
            elif await self._wait(due_in):
                self._others_until, self._others_turn = 0.0, OTHERS_TURN

    async def _serve(self, session: MailSession) -> None:
        """Work until nothing happened for a while, or another lane needs the connection."""
        signals, connections = self._context.signals, self._context.connections
        pusher = IntentPusher(self._context, session)
        wanted_since: float | None = None
        while True:
            signals.interactive.clear()
            await self._answer_requests(session, pusher)
            await pusher.push()
            await self._context.record_downloads()
            due_in = await self._tools.plan.seconds_until_due(self._context.id)
            if signals.requests or due_in == 0:
                continue
            patience = KEEP_OPEN if due_in is None else min(due_in, KEEP_OPEN)
            if connections.is_wanted(session):
                now = self._tools.clock.monotonic()
                wanted_since = now if wanted_since is None else wanted_since
                patience = min(patience, BURST, wanted_since + LONGEST_BURST - now)
            if patience <= 0 or not await self._wait(patience):
                self._note_turn(session)
                connections.give_way(session)
                if due_in is None:
                    return

    def _others_turn_left(self) -> float:
        """Return how long to leave a lane alone that was given our connection and is at work."""
        signals = self._context.signals
        if not (signals.sync_now.is_set() or signals.stale or signals.in_work):
            return 0.0
        return min(_LOOK_EVERY, self._others_until - self._tools.clock.monotonic())

    def _note_turn(self, session: MailSession) -> None:
        if self._context.connections.is_wanted(session):
            self._others_until = self._tools.clock.monotonic() + self._others_turn
            self._others_turn = min(2 * self._others_turn, LONGEST_TURN)

    async def _wait(self, seconds: float | None) -> bool:
        """Wait until woken, at most ``seconds``; tell whether we were."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._context.signals.interactive.wait()
                self._context.signals.interactive.clear()
                return True
        return False

    async def _answer_requests(self, session: MailSession, pusher: IntentPusher) -> None:
        requests = self._context.signals.requests
        while requests:
            request = requests[0]
            if not request.done.done():
                try:
                    await self._fetch_body(session, pusher, request.message_id)
                    if not request.done.done():
                        request.done.set_result(None)
                except NotFound as error:
                    if not request.done.done():
                        request.done.set_exception(error)
            requests.popleft()
            self._context.signals.served_at = asyncio.get_running_loop().time()

    async def _fetch_body(
        self, session: MailSession, pusher: IntentPusher, message_id: MessageId
    ) -> None:
        for place in (await self._tools.plan.places_of([message_id]))[message_id]:
            with contextlib.suppress(MailboxGone, UidValidityChanged):
                await pusher.select(place)
                # To its end: a stream that is left early ends the session.
                bodies = [b async for b in session.fetch_bodies([place.uid])]
                if bodies:
                    stored = [(message_id, bodies[0].raw)]
                    await self._tools.store_bodies(self._context.id, stored)
                    return
        raise NotFound("The mail server does not hold this email any more.")
