"""Take an operation back, whatever it did."""

from dataclasses import replace

from vexmail.domain.crash_points import crash_point
from vexmail.domain.errors import Conflict, NotFound, PermanentError
from vexmail.domain.ids import AccountId, MailboxId, OperationId, UserId
from vexmail.domain.intent import (
    AnyIntent,
    MailboxWish,
    MailboxWishKind,
    PendingIntent,
    PendingMailboxIntent,
)
from vexmail.ports.account_sync import AccountSync
from vexmail.store import intents, mailboxes, operations
from vexmail.store.operations import OperationRow
from vexmail.store.unit_of_work import Transaction, UnitOfWork
from vexmail.usecases.dependent_wishes import cancel
from vexmail.usecases.mailbox_wishes import MailboxWishes
from vexmail.usecases.outcome import Failure, Outcome
from vexmail.usecases.redo_mailbox_wish import DeletedForGood, RedoMailboxWish
from vexmail.usecases.tell_operations import tell_operations


class UndoOperation:
    """Cancels what is pending and reverses what is done."""

    def __init__(self, uow: UnitOfWork, sync: AccountSync) -> None:
        self._uow = uow
        self._sync = sync

    async def __call__(self, user_id: UserId, operation_id: OperationId) -> Outcome:
        """Take an operation back: what is pending is cancelled, what is done is reversed.

        Raises:
            NotFound: there is no such operation of this user.
            Conflict: it was undone already.
        """
        async with self._uow() as tx:
            row = await self._locked(tx, user_id, operation_id)
            if row.undone_at is not None:
                raise Conflict("This was undone already.")
            undo = await operations.begin(tx, user_id, f"undo {row.action}", row.changed)
            outcome = Outcome(undo, row.changed)
            made = await intents.of_operation(tx, operation_id)
            accounts = sorted({account_id for _, account_id, _ in made})
            for account_id in accounts:
                await mailboxes.lock_account(tx, account_id)
            made = await intents.of_operation(tx, operation_id)  # as it stands under the locks
            for account_id in accounts:
                reversal = _Reversal(tx, user_id, account_id, outcome)
                for intent, owner, state in made:
                    if owner == account_id:
                        await reversal.take_back(intent, state)
                await reversal.finish()
            await operations.set_changed(tx, undo, outcome.changed)
            await operations.mark_undone(tx, operation_id)
            await tell_operations(tx, user_id, [intent.id for intent, _, _ in made])
        crash_point("undo.committed")
        for account_id in accounts:
            self._sync.push_intents(account_id)
        return outcome

    @staticmethod
    async def _locked(tx: Transaction, user_id: UserId, operation_id: OperationId) -> OperationRow:
        row = await operations.lock(tx, user_id, operation_id)
        if row is None:
            raise NotFound("There is no such operation.")
        return row


class _Reversal:
    """Takes the wishes of one account back, the newest first."""

    def __init__(
        self, tx: Transaction, user_id: UserId, account_id: AccountId, outcome: Outcome
    ) -> None:
        self._tx = tx
        self._made = MailboxWishes(tx, user_id, account_id)
        self._outcome = outcome
        # Mailboxes that were deleted and are made anew, under other keys.
        self._remade: dict[MailboxId, MailboxId] = {}

    async def take_back(self, intent: AnyIntent, state: str) -> None:
        """Cancel a pending wish, reverse a settled one; a refused one was never done."""
        if await cancel(self._tx, self._made, intent):
            self._outcome.changed += 1
        elif state == "settled":
            if isinstance(intent, PendingMailboxIntent):
                await self._reverse_mailbox(intent.wish)
            else:
                await self._reverse(intent)

    async def finish(self) -> None:
        """Write what reversing moved."""
        await self._made.wishes.finish()

    async def _reverse(self, intent: PendingIntent) -> None:
        inverse = intent.wish.inverse()
        if inverse is None:
            detail = "The email was deleted for good and cannot be brought back."
            failure = Failure(intent.message_id, DeletedForGood.code, detail)
            self._outcome.failures.append(failure)
            return
        if inverse.target is not None:
            target = self._remade.get(inverse.target, inverse.target)
            inverse = replace(inverse, target=target)
            box = await mailboxes.lock(self._tx, target)
            if box is None or box.deleted_by is not None:
                detail = "The mailbox that the email came from is not there any more."
                self._outcome.failures.append(Failure(intent.message_id, "not_found", detail))
                return
        wishes, operation = self._made.wishes, self._outcome.operation_id
        if await wishes.record(intent.message_id, inverse, operation):
            self._outcome.changed += 1

    async def _reverse_mailbox(self, wish: MailboxWish) -> None:
        redo = RedoMailboxWish(self._made, self._outcome.operation_id)
        try:
            done = await redo.reverse(wish)
        except PermanentError as error:
            failure = Failure(None, error.code, str(error), wish.mailbox_id)
            self._outcome.failures.append(failure)
            return
        if wish.kind is MailboxWishKind.DELETE:
            self._remade[wish.mailbox_id] = redo.made_id or wish.mailbox_id
        self._outcome.changed += int(done)
