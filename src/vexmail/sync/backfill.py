"""Brings everything that nobody waits for: mailboxes that changed, then bodies."""

import asyncio
import contextlib
from collections import deque

import structlog

from vexmail.domain.errors import MailboxBroken, MailboxGone, UidValidityChanged
from vexmail.domain.ids import MailboxId
from vexmail.domain.mailbox import MailboxCounters
from vexmail.domain.sync_plan import LastPass
from vexmail.ports.mail_server import MailSession
from vexmail.sync.body_backfill import BodyBackfill
from vexmail.sync.lane import Lane
from vexmail.sync.mailbox_pass import MailboxPass
from vexmail.sync.mailbox_survey import MailboxSurvey
from vexmail.sync.sync_state import AccountContext

log = structlog.get_logger()

LOOK_FOR_ROOM = 900.0  # seconds between looks whether bodies may be downloaded again
LINGER = 30.0  # seconds without work until the connection is closed


class Backfill:
    """The lane that may take its time; it holds a connection only while there is work."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._tools = context.tools
        self._is_short_of_room = False

    async def run(self) -> None:
        """Wait for the first screen, then connect whenever there is work.

        Raises:
            VexMailError: why the session ended.
        """
        context, signals = self._context, self._context.signals
        # Not before the follower got in: a server that turns us away is asked once a round.
        await signals.first_screen.wait()
        if signals.stale or signals.sync_now.is_set() or await self._lacks_bodies():
            signals.work.set()
        while True:
            await self._wait_for_work()
            async with context.connections.connect(
                Lane.BACKFILL, on_wanted=signals.work.set
            ) as session:
                await self._serve(session)

    async def _serve(self, session: MailSession) -> None:
        """Work until nothing was asked for a while, or another lane could use the connection."""
        signals, connections = self._context.signals, self._context.connections
        bodies = BodyBackfill(self._context, session)
        survey = MailboxSurvey(self._context)
        while True:
            signals.work.clear()
            if signals.sync_now.is_set():
                await self._look_at_all(session, survey)
            await self._pass_over(session)
            await self._context.record_downloads()
            if signals.is_surveyed:
                await signals.say_connected(self._context.id, self._tools.set_state)
            await bodies.bring()
            self._is_short_of_room = not await self._context.room_for_bodies()
            if not signals.work.is_set() and (connections.is_short or not await self._is_woken()):
                return
            connections.give_way(session)

    async def _wait_for_work(self) -> None:
        """Wait until somebody asks, or until there is room again for bodies left undone."""
        signals = self._context.signals
        while not signals.work.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_FOR_ROOM if self._is_short_of_room else None):
                    await signals.work.wait()
            if self._is_short_of_room and await self._context.room_for_bodies():
                signals.work.set()

    async def _lacks_bodies(self) -> bool:
        missing = await self._tools.plan.missing_bodies(self._context.id, 1)
        return missing.last is not None

    async def _is_woken(self) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                return await self._context.signals.work.wait()
        return False

    async def _look_at_all(self, session: MailSession, survey: MailboxSurvey) -> None:
        signals = self._context.signals
        signals.sync_now.clear()
        if signals.is_asked:
            signals.is_asked = False
            signals.passed.clear()  # a person who asks wants more than a glance at counters
            await self._tools.mend_mailboxes(self._context.id)
            signals.mended.set()
        signals.in_work = True
        try:
            signals.look_at(await survey.look(session))
        finally:
            signals.in_work = False
        signals.is_surveyed = True

    async def _pass_over(self, session: MailSession) -> None:
        signals = self._context.signals
        waiting: deque[MailboxId] = deque()
        while signals.stale:
            if waiting and not signals.is_unsorted:
                self._context.connections.give_way(session)
                await self._pass_over_one(session, waiting.popleft())
                continue
            # The inbox comes first, whenever it is asked for.
            signals.is_unsorted = False
            order = await self._tools.plan.in_order(self._context.id, tuple(signals.stale))
            waiting = deque(order)
            if not waiting and not signals.is_unsorted:
                signals.stale.clear()  # we hold none of them any more

    async def _pass_over_one(self, session: MailSession, mailbox_id: MailboxId) -> None:
        signals = self._context.signals
        counters = signals.stale.pop(mailbox_id)
        signals.in_work = True
        try:
            box = await self._tools.plan.mailbox(mailbox_id)
            if box is not None:
                await MailboxPass(self._context, session, box, counters).run()
        except (MailboxBroken, MailboxGone, UidValidityChanged) as reason:
            self._skip(mailbox_id, counters, reason.code)
        except BaseException:
            signals.stale.setdefault(mailbox_id, counters)
            raise
        finally:
            signals.in_work = False

    def _skip(self, mailbox_id: MailboxId, counters: MailboxCounters | None, code: str) -> None:
        """Leave a mailbox that was deleted, or numbered anew, while we looked to a later survey."""
        log.info(
            "sync.mailbox_skipped",
            account_id=self._context.id,
            mailbox_id=mailbox_id,
            reason=code,
        )
        if code != UidValidityChanged.code:
            at = self._tools.clock.monotonic()
            self._context.signals.passed[mailbox_id] = LastPass(counters, at)
