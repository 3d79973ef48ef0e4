"""Brings everything that nobody waits for: all mailboxes, then all bodies."""

import asyncio
import contextlib

import structlog

from vexmail.domain.account import AccountState
from vexmail.domain.errors import MailboxGone, UidValidityChanged
from vexmail.ports.mail_server import MailSession
from vexmail.sync.body_backfill import BodyBackfill
from vexmail.sync.lane import Lane
from vexmail.sync.mailbox_pass import MailboxPass
from vexmail.sync.sync_state import AccountContext

log = structlog.get_logger()

POLL_EVERY = 60.0  # seconds between looks at mailboxes that nobody follows live


class Backfill:
    """The lane that may take its time."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._tools = context.tools

    async def run(self) -> None:
        """Wait for the first screen, connect, then bring and poll until the session ends.

        Raises:
            VexMailError: why the session ended.
        """
        context = self._context
        # Not before the follower got in: a server that turns us away is asked once a round.
        await context.signals.first_screen.wait()
        while True:
            async with context.connections.connect(
                Lane.BACKFILL, on_wanted=context.signals.sync_now.set
            ) as session:
                await self._work(session)
            await self._wait()

    async def _work(self, session: MailSession) -> None:
        """Bring everything again and again; return when another lane could use the connection."""
        context = self._context
        bodies = BodyBackfill(context, session)
        while True:
            woken = context.signals.sync_now.is_set()
            context.signals.sync_now.clear()
            if woken:  # mail came: its bodies are wanted before a look at everything
                await bodies.bring()
            await self._bring_mailboxes(session)
            await context.record_downloads()
            await self._tools.set_state(context.id, AccountState.LIVE)
            await bodies.bring()
            if context.connections.is_short:
                return
            await self._wait()
            context.connections.give_way(session)

    async def _wait(self) -> None:
        """Wait until new mail came, or until it is time to look at everything."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_EVERY):
                await self._context.signals.sync_now.wait()

    async def _bring_mailboxes(self, session: MailSession) -> None:
        boxes = await self._tools.apply_list(self._context.id, await session.list_mailboxes())
        for box in boxes:
            if not box.selectable:
                continue
            self._context.connections.give_way(session)
            try:
                await MailboxPass(self._tools, session, box).run()
            except (MailboxGone, UidValidityChanged) as reason:
                # Deleted or numbered anew while we looked: the next round sees it as it is.
                log.info(
                    "sync.mailbox_skipped",
                    account_id=self._context.id,
                    mailbox_id=box.id,
                    reason=reason.code,
                )
