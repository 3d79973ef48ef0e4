"""Decide about wishes that were not carried out: try them again, or let them go."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from vexmail.domain.change import IntentClosed
from vexmail.domain.errors import PermanentError
from vexmail.domain.ids import AccountId, IntentId, OperationId, UserId
from vexmail.domain.intent import AnyIntent, PendingMailboxIntent
from vexmail.ports.account_sync import AccountSync
from vexmail.store import intents, mailboxes, operations
from vexmail.store.unit_of_work import Transaction, UnitOfWork
from vexmail.usecases.dependent_wishes import cancel
from vexmail.usecases.mailbox_wishes import MailboxWishes
from vexmail.usecases.redo_mailbox_wish import RedoMailboxWish
from vexmail.usecases.tell_operations import tell_operations

AT_ONCE = 1000  # wishes decided about in one transaction; ask again while there are more


@dataclass(frozen=True, slots=True)
class Selection:
    """Which wishes are meant.

    Named by ``ids``, also those that are still on their way; without ids all that were given
    up, of one kind or account if told, at most ``AT_ONCE``.
    """

    ids: Sequence[IntentId] | None = None
    kind: str | None = None
    account_id: AccountId | None = None


@dataclass(slots=True)
class Reconsidered:
    """What came of a decision; ``operation_id`` is None when nothing was meant by it."""

    operation_id: OperationId | None
    matched: int
    changed: int = 0


class ReconsiderWishes:
    """Takes a person's decision about wishes, for one or for many."""

    def __init__(self, uow: UnitOfWork, sync: AccountSync) -> None:
        self._uow = uow
        self._sync = sync

    async def retry(self, user_id: UserId, selection: Selection) -> Reconsidered:
        """Record given-up wishes anew, shown at once; hurry those that only wait.

        Raises:
            PermanentError: the only one that is meant cannot be carried out any more.
        """
        async with self._uow() as tx:
            by_account = await self._locked(tx, user_id, selection)
            done = Reconsidered(None, _count(by_account))
            if not done.matched:
                return done
            done.operation_id = await operations.begin(tx, user_id, "retry", done.matched)
            for account_id, found in by_account.items():
                made = MailboxWishes(tx, user_id, account_id)
                closed: list[IntentId] = []
                for intent, state in found:
                    if state == "pending":
                        await intents.hurry(tx, intent.id)
                        done.changed += 1
                        continue
                    try:
                        done.changed += await _again(tx, made, intent, done.operation_id)
                    except PermanentError:
                        if done.matched == 1:
                            raise
                        continue  # of many, what cannot be stays given up
                    closed.append(intent.id)
                await made.wishes.finish()
                await self._forget(tx, user_id, account_id, closed)
            await operations.set_changed(tx, done.operation_id, done.changed)
        for account_id in by_account:
            self._sync.push_intents(account_id)
        return done

    async def drop(self, user_id: UserId, selection: Selection) -> int:
        """Forget given-up wishes, take those back that only wait; answer how many it were."""
        async with self._uow() as tx:
            by_account = await self._locked(tx, user_id, selection)
            for account_id, found in by_account.items():
                made = MailboxWishes(tx, user_id, account_id)
                closed: list[IntentId] = []
                for intent, state in found:
                    if state != "pending":
                        closed.append(intent.id)
                    elif cancelled := await cancel(tx, made, intent):
                        tx.tell(user_id, IntentClosed(account_id, tuple(cancelled)))
                await made.wishes.finish()
                await tell_operations(tx, user_id, [i.id for i, _ in found])
                await self._forget(tx, user_id, account_id, closed)
        return _count(by_account)

    @staticmethod
    async def _forget(
        tx: Transaction, user_id: UserId, account_id: AccountId, closed: Sequence[IntentId]
    ) -> None:
        if closed:
            await intents.drop(tx, closed)
            tx.tell(user_id, IntentClosed(account_id, tuple(closed)))

    @staticmethod
    async def _locked(
        tx: Transaction, user_id: UserId, selection: Selection
    ) -> dict[AccountId, list[tuple[AnyIntent, str]]]:
        """Lock the accounts concerned, and return their wishes as they stand under the locks."""
        locked: set[AccountId] = set()
        for account_id in sorted({a for a, _, _ in await _meant(tx, user_id, selection)}):
            await mailboxes.lock_account(tx, account_id)
            locked.add(account_id)
        by_account: dict[AccountId, list[tuple[AnyIntent, str]]] = defaultdict(list)
        for account_id, intent, state in await _meant(tx, user_id, selection):
            if account_id in locked:
                by_account[account_id].append((intent, state))
        return dict(by_account)


async def _again(
    tx: Transaction, made: MailboxWishes, intent: AnyIntent, operation_id: OperationId
) -> bool:
    """Record a wish anew; False if nothing is left to wish for.

    Raises:
        PermanentError: it cannot be any more.
    """
    if isinstance(intent, PendingMailboxIntent):
        return await RedoMailboxWish(made, operation_id).again(intent.wish)
    if not await made.wishes.record(intent.message_id, intent.wish, operation_id, again=intent.id):
        return False
    await intents.inherit_sent(tx, intent.id, operation_id)
    return True


async def _meant(
    tx: Transaction, user_id: UserId, selection: Selection
) -> list[tuple[AccountId, AnyIntent, str]]:
    return await intents.open_of(
        tx,
        user_id,
        ids=selection.ids,
        kind=selection.kind,
        account_id=selection.account_id,
        limit=AT_ONCE,
    )


def _count(by_account: dict[AccountId, list[tuple[AnyIntent, str]]]) -> int:
    return sum(map(len, by_account.values()))
