"""Brings everything that nobody waits for: all mailboxes, then all bodies."""

import asyncio
import contextlib
from itertools import groupby

import structlog

from vexmail.domain.account import AccountState
from vexmail.domain.errors import MailboxGone, UidValidityChanged
from vexmail.domain.ids import MessageId
from vexmail.domain.intent import Place
from vexmail.ports.mail_server import MailSession
from vexmail.sync.mailbox_pass import MailboxPass
from vexmail.sync.sync_state import AccountContext

log = structlog.get_logger()

POLL_EVERY = 60.0  # seconds between looks at mailboxes that nobody follows live
BODIES_AT_ONCE = 200  # places asked from the store in one go, newest first
STORE_COUNT = 40  # messages written to the blob store in one go
STORE_BYTES = 8 << 20  # bytes held before they are written


class Backfill:
    """The lane that may take its time."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._tools = context.tools
        # Places that the server would not answer; asked again with the next session.
        self._refused: set[MessageId] = set()

    async def run(self) -> None:
        """Wait for the first screen, connect, then bring and poll until the session ends.

        Raises:
            VexMailError: why the session ended.
        """
        context = self._context
        # Not before the follower got in: a server that turns us away is asked once a round.
        await context.signals.first_screen.wait()
        async with self._tools.server.connect(context.address, context.credentials) as session:
            self._refused.clear()
            while True:
                woken = context.signals.sync_now.is_set()
                context.signals.sync_now.clear()
                if woken:  # mail came: its bodies are wanted before a look at everything
                    await self._bring_bodies(session)
                await self._bring_mailboxes(session)
                await self._tools.set_state(context.id, AccountState.LIVE)
                await self._bring_bodies(session)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_EVERY):
                        await context.signals.sync_now.wait()

    async def _bring_mailboxes(self, session: MailSession) -> None:
        boxes = await self._tools.apply_list(self._context.id, await session.list_mailboxes())
        for box in boxes:
            if not box.selectable:
                continue
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

    async def _bring_bodies(self, session: MailSession) -> None:
        while True:
            asked = BODIES_AT_ONCE + len(self._refused)
            places = await self._tools.plan.missing_bodies(self._context.id, asked)
            todo = list(
                {p.message_id: p for p in places if p.message_id not in self._refused}.values()
            )
            if not todo:
                return
            todo.sort(key=lambda p: p.mailbox_id)
            for _, group in groupby(todo, key=lambda p: p.mailbox_id):
                await self._bring_group(session, list(group))
            if self._context.signals.sync_now.is_set():
                return

    async def _bring_group(self, session: MailSession, places: list[Place]) -> None:
        """Fetch bodies of one mailbox and store them in portions of bounded size."""
        self._refused.update(p.message_id for p in places)
        try:
            selected = await session.select(places[0].wire_name, read_only=True)
        except MailboxGone:
            return
        if selected.uid_validity != places[0].uid_validity:
            return
        ids = {p.uid: p.message_id for p in places}
        portion: list[tuple[MessageId, bytes]] = []
        async for body in session.fetch_bodies(list(ids)):
            if body.uid in ids:
                portion.append((ids[body.uid], body.raw))
            if len(portion) >= STORE_COUNT or sum(len(r) for _, r in portion) >= STORE_BYTES:
                await self._store(portion)
                portion = []
        await self._store(portion)

    async def _store(self, portion: list[tuple[MessageId, bytes]]) -> None:
        if portion:
            await self._tools.store_bodies(self._context.id, portion)
            self._refused.difference_update(i for i, _ in portion)
