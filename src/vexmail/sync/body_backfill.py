"""Brings the bodies that nobody waits for, newest first, in portions of bounded size."""

from itertools import groupby

from vexmail.domain.errors import MailboxGone
from vexmail.domain.ids import MessageId
from vexmail.domain.intent import Place
from vexmail.ports.mail_server import MailSession
from vexmail.sync.sync_state import AccountContext

BODIES_AT_ONCE = 200  # places asked from the store in one go, newest first
STORE_COUNT = 40  # messages written to the blob store in one go
STORE_BYTES = 8 << 20  # bytes held before they are written


class BodyBackfill:
    """Fetches over one session what the store says is missing."""

    def __init__(self, context: AccountContext, session: MailSession) -> None:
        self._context = context
        self._session = session
        self._tools = context.tools
        # Messages that the server would not answer; asked again with the next session.
        self._refused: set[MessageId] = set()

    async def bring(self) -> None:
        """Fetch until nothing is missing, or until new mail wants a look first.

        Raises:
            VexMailError: why the session ended.
        """
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
                await self._bring_group(list(group))
            if self._context.signals.sync_now.is_set():
                return

    async def _bring_group(self, places: list[Place]) -> None:
        """Fetch bodies of one mailbox and store them in portions of bounded size."""
        self._refused.update(p.message_id for p in places)
        try:
            selected = await self._session.select(places[0].wire_name, read_only=True)
        except MailboxGone:
            return
        if selected.uid_validity != places[0].uid_validity:
            return
        ids = {p.uid: p.message_id for p in places}
        portion: list[tuple[MessageId, bytes]] = []
        async for body in self._session.fetch_bodies(list(ids)):
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
