"""Adds messages of ours to mailboxes, each once, however often it must be tried."""

from collections.abc import Sequence

import structlog

from vexmail.domain.crash_points import crash_point
from vexmail.domain.delta import MailboxDelta
from vexmail.domain.errors import BlobMissing, CommandRefused, MailboxGone, UidValidityChanged
from vexmail.domain.ids import MailboxId, Uid
from vexmail.domain.intent import Appending, AppendMark, PendingIntent
from vexmail.domain.mailbox import SelectedMailbox
from vexmail.domain.message import RemoteMessage
from vexmail.ports.mail_server import MailSession
from vexmail.sync.sync_state import AccountContext

log = structlog.get_logger()


class AppendPusher:
    """APPEND over one session (RFC 9051 §6.3.12)."""

    def __init__(self, context: AccountContext, session: MailSession) -> None:
        self._context = context
        self._tools = context.tools
        self._session = session

    async def push(self, intent: PendingIntent) -> None:
        """Add the message unless an earlier try whose answer was lost has done so.

        Raises:
            PermanentError: the server would not; TransientError: not now.
        """
        assert intent.wish.target is not None  # noqa: S101 - an APPEND names its target
        adding = await self._tools.plan.appending(intent)
        if adding is None:
            raise MailboxGone("The mailbox to add the email to is not there any more.")
        # Not read-only: Courier adds nothing to a mailbox that the session has opened so.
        selected = await self._session.select(adding.wire_name)
        there = await self._added_before(adding, selected) if intent.was_sent else None
        if there is None:
            there = await self._add(intent, adding, selected)
        if there is not None:
            await self._take(intent.wish.target, selected, there)
        crash_point("append.taken")
        await self._tools.settle_intent.place_settled(self._context.id, [(intent, None)])
        crash_point("append.settled")
        self._context.signals.sync_now.set()

    async def _add(
        self, intent: PendingIntent, adding: Appending, selected: SelectedMailbox
    ) -> RemoteMessage | None:
        """Send it; answer what the server made of it, if it tells already."""
        try:
            raw = await self._tools.blobs.get(adding.blob_id)
        except BlobMissing as error:
            raise CommandRefused(
                "The email to add is damaged or lost here. Import it again."
            ) from error
        mark = AppendMark(selected.uid_validity, selected.uid_next)
        if not await self._tools.plan.mark_append(intent, mark):
            return None
        crash_point("append.marked")
        uid = await self._session.append(adding.wire_name, raw, adding.flags, adding.received_at)
        crash_point("append.done")
        arrived = await self._session.fetch_new(selected.uid_next)
        return _ours(adding, [row for row in arrived if uid is None or row.uid == uid])

    async def _added_before(
        self, adding: Appending, selected: SelectedMailbox
    ) -> RemoteMessage | None:
        """Look among what came since the mark; in a mailbox numbered anew, among all."""
        mark = adding.mark
        if mark is not None and mark.uid_validity == selected.uid_validity:
            return _ours(adding, await self._session.fetch_new(mark.uid_next))
        found = await self._session.find_by_message_id(adding.internet_message_id)
        rows = [row async for batch in self._session.fetch_messages(found) for row in batch]
        return _ours(adding, rows)

    async def _take(
        self, mailbox_id: MailboxId, selected: SelectedMailbox, row: RemoteMessage
    ) -> None:
        """Show the server's own entry in place of ours, if it is the next that we await.

        Else a look at the mailbox brings it, with what came before it.
        """
        box = await self._tools.plan.mailbox(mailbox_id)
        if (
            box is None
            or box.uid_validity != selected.uid_validity
            or row.uid > box.uid_next
            or not box.uid_next
        ):
            return
        delta = MailboxDelta(
            selected.uid_validity, messages=(row,), uid_next=Uid(max(row.uid + 1, box.uid_next))
        )
        try:
            await self._tools.apply_delta(mailbox_id, delta)
        except (MailboxGone, UidValidityChanged) as reason:
            log.info("sync.append_not_taken", mailbox_id=mailbox_id, reason=reason.code)


def _ours(adding: Appending, rows: Sequence[RemoteMessage]) -> RemoteMessage | None:
    """Return the message that is ours by its Message-ID, one of the same size before others."""
    alike = [r for r in rows if r.envelope.internet_message_id == adding.internet_message_id]
    return min(alike, key=lambda r: (r.size != adding.size, r.uid), default=None)
