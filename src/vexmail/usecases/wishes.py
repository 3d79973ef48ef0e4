"""What recording, settling and undoing wishes have in common, within one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from vexmail.domain.change import EmailDeleted, EmailMoved, MailboxUpdated, Reset
from vexmail.domain.flags import FlagEdit
from vexmail.domain.ids import (
    AccountId,
    BlobId,
    IntentId,
    MailboxId,
    MessageId,
    OperationId,
    Uid,
    UserId,
)
from vexmail.domain.intent import PendingIntent, Wish, WishKind
from vexmail.store import appends, clearing, entries, intents, mailboxes, messages, placeholders
from vexmail.store.placeholders import Shift
from vexmail.store.queries import mailboxes as mailbox_views
from vexmail.store.unit_of_work import Transaction
from vexmail.usecases.apply_mailbox_delta import TOLD_ONE_BY_ONE, flag_changes

DELETE_GRACE = 10.0  # seconds in which a deletion for good can still be taken back


class Wishes:
    """Writes and withdraws wishes of one account; the caller holds the account's lock.

    Counters and the mailbox changes that tell them are written once, by ``finish``.
    """

    def __init__(self, tx: Transaction, user_id: UserId, account_id: AccountId) -> None:
        self._tx = tx
        self._user_id = user_id
        self._account_id = account_id
        self._total: dict[MailboxId, int] = defaultdict(int)
        self._unread: dict[MailboxId, int] = defaultdict(int)

    async def record(
        self,
        message_id: MessageId,
        wish: Wish,
        operation_id: OperationId | None = None,
        *,
        again: IntentId | None = None,
    ) -> bool:
        """Record a wish and show its outcome; False, and nothing written, if all would stay.

        ``again`` is the refused wish that this one repeats; an APPEND takes its bytes from there.
        """
        if wish.kind is WishKind.APPEND:
            blob_id = None if again is None else await appends.bytes_of(self._tx, again)
            return blob_id is not None and await self.append(
                message_id, wish, blob_id, operation_id
            )
        if wish.kind is WishKind.FLAGS:
            return await self._record_flags(message_id, wish, operation_id)
        return await self._record_place(message_id, wish, operation_id)

    async def append(
        self,
        message_id: MessageId,
        wish: Wish,
        blob_id: BlobId,
        operation_id: OperationId | None = None,
    ) -> bool:
        """Show a message where its bytes are to be added; False if that mailbox is gone."""
        assert wish.target is not None  # noqa: S101 - an APPEND names its target
        intent_id = await self._write(message_id, wish, operation_id)
        await appends.name_bytes(self._tx, intent_id, blob_id)
        flags = wish.edit.add
        shown = await placeholders.show_new(self._tx, intent_id, wish.target, message_id, flags)
        if shown is None:
            await intents.finish(self._tx, intent_id, "cancelled")
            return False
        self.shift([shown])
        self._tell_moved(message_id, None, wish.target)
        return True

    async def move_all(
        self, source: MailboxId, target: MailboxId, operation_id: OperationId | None
    ) -> None:
        """Move all that a mailbox shows, as if each were moved by itself."""
        moved, shifts = await clearing.move_all(
            self._tx, self._account_id, operation_id, source, target
        )
        self.shift(shifts)
        if len(moved) > TOLD_ONE_BY_ONE:
            self._tx.tell(self._user_id, Reset(self._account_id, "many_changes", target))
            return
        for message_id in moved:
            self._tell_moved(message_id, source, target)

    async def relay(self, message_id: MessageId, edits: Sequence[FlagEdit]) -> bool:
        """Lay ``edits`` over a message's server flags; False if what is shown stays as it is."""
        changes = await entries.lay_over(self._tx, message_id, edits)
        for mailbox_id, change in changes:
            self._unread[mailbox_id] += change.unread_delta
        told = {
            c.type: c
            for _, change in changes
            if not change.hidden
            for c in flag_changes(self._account_id, change)
        }
        self._tx.tell(self._user_id, *told.values())
        return bool(changes)

    async def relay_pending(self, message_id: MessageId) -> None:
        """Lay the wishes that are still pending over a message's server flags."""
        rest = await intents.pending_edits(self._tx, self._account_id, [message_id])
        await self.relay(message_id, rest.get(message_id, []))

    async def withdraw(self, intent: PendingIntent) -> None:
        """Show again what was there before a wish that was closed without being carried out."""
        wish = intent.wish
        if wish.kind is WishKind.FLAGS:
            await self.relay_pending(intent.message_id)
            return
        shifts = await placeholders.withdraw(self._tx, intent.id)
        self.shift(shifts)
        # What another client did meanwhile stays done: only what moves on the screen is told.
        left = next((s.mailbox_id for s in shifts if s.total < 0), None)
        back = next((s.mailbox_id for s in shifts if s.total > 0), None)
        if back is not None:
            self._tell_moved(intent.message_id, left, back)
        elif left is not None:
            self._tx.tell(self._user_id, EmailDeleted(self._account_id, intent.message_id, left))
        await messages.mark_orphans(self._tx, [intent.message_id])

    async def confirm(self, intent: PendingIntent, new_uid: Uid | None) -> None:
        """Keep what a move, copy or deletion that was carried out had anticipated."""
        self.shift(await placeholders.confirm(self._tx, intent.id, new_uid))
        await messages.mark_orphans(self._tx, [intent.message_id])

    def shift(self, shifts: Iterable[Shift]) -> None:
        """Count entries that are shown, or not any more."""
        for shift in shifts:
            self._total[shift.mailbox_id] += shift.total
            self._unread[shift.mailbox_id] += shift.unread

    async def finish(self) -> None:
        """Move the counters and tell the mailboxes whose counts changed."""
        touched = {m for m, n in (*self._total.items(), *self._unread.items()) if n}
        for mailbox_id in sorted(touched):
            by = mailboxes.Advance(total=self._total[mailbox_id], unread=self._unread[mailbox_id])
            await mailboxes.advance(self._tx, mailbox_id, by)
            view = await mailbox_views.one(self._tx.driver, mailbox_id)
            if view is not None:
                told = MailboxUpdated(self._account_id, mailbox_id, view)
                self._tx.tell(self._user_id, told)

    async def _record_flags(
        self, message_id: MessageId, wish: Wish, operation_id: OperationId | None
    ) -> bool:
        before = await intents.pending_edits(self._tx, self._account_id, [message_id])
        if not await self.relay(message_id, [*before.get(message_id, ()), wish.edit]):
            return False
        await self._write(message_id, wish, operation_id)
        return True

    async def _record_place(
        self, message_id: MessageId, wish: Wish, operation_id: OperationId | None
    ) -> bool:
        if wish.source == wish.target:
            return False
        intent_id = await self._write(message_id, wish, operation_id)
        shown = hidden = None
        if wish.target is not None:
            shown = await placeholders.show(self._tx, intent_id, wish.target, message_id)
        if wish.source is not None:
            hidden = await placeholders.hide(self._tx, intent_id, wish.source, message_id)
        if (hidden if wish.source is not None else shown) is None:
            # Not there to be taken, or there already: nothing would change.
            await placeholders.withdraw(self._tx, intent_id)
            await intents.finish(self._tx, intent_id, "cancelled")
            return False
        self.shift(s for s in (shown, hidden) if s is not None)
        if wish.target is None:
            assert wish.source is not None  # noqa: S101 - a wish names a source or a target
            gone = EmailDeleted(self._account_id, message_id, wish.source)
            self._tx.tell(self._user_id, gone)
        else:
            self._tell_moved(message_id, wish.source, wish.target)
        return True

    async def _write(
        self, message_id: MessageId, wish: Wish, operation_id: OperationId | None
    ) -> IntentId:
        return await intents.record(
            self._tx,
            self._account_id,
            message_id,
            wish,
            operation_id=operation_id,
            grace=DELETE_GRACE if wish.kind is WishKind.DELETE else 0.0,
        )

    def _tell_moved(
        self, message_id: MessageId, source: MailboxId | None, target: MailboxId
    ) -> None:
        moved = EmailMoved(self._account_id, message_id, source, target)
        self._tx.tell(self._user_id, moved)
