"""Decide about wishes that were not carried out: try them again, or let them go."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from vexmail.domain.change import IntentClosed
from vexmail.domain.ids import AccountId, IntentId, OperationId, UserId
from vexmail.domain.intent import PendingIntent, WishKind
from vexmail.ports.account_sync import AccountSync
from vexmail.store import intents, mailboxes, operations
from vexmail.store.unit_of_work import Transaction, UnitOfWork
from vexmail.usecases.tell_operations import tell_operations
from vexmail.usecases.wishes import Wishes

AT_ONCE = 1000  # wishes decided about in one transaction; ask again while there are more


@dataclass(frozen=True, slots=True)
class Selection:
    """Which wishes are meant.

    Named by ``ids``, also those that are still on their way; without ids all that were given
    up, of one kind or account if told, at most ``AT_ONCE``.
    """

    ids: Sequence[IntentId] | None = None
    kind: WishKind | None = None
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
        """Record given-up wishes anew, shown at once; hurry those that only wait."""
        async with self._uow() as tx:
            by_account = await self._locked(tx, user_id, selection)
            done = Reconsidered(None, _count(by_account))
            if not done.matched:
                return done
            done.operation_id = await operations.begin(tx, user_id, "retry", done.matched)
            for account_id, found in by_account.items():
                wishes = Wishes(tx, user_id, account_id)
                closed: list[IntentId] = []
                for intent, state in found:
                    if state == "pending":
                        await intents.hurry(tx, intent.id)
                        done.changed += 1
                        continue
                    closed.append(intent.id)
                    if await wishes.record(intent.message_id, intent.wish, done.operation_id):
                        await intents.inherit_sent(tx, intent.id, done.operation_id)
                        done.changed += 1
                await wishes.finish()
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
                wishes = Wishes(tx, user_id, account_id)
                closed: list[IntentId] = []
                for intent, state in found:
                    if state != "pending":
                        closed.append(intent.id)
                    elif await intents.finish(tx, intent.id, "cancelled"):
                        await wishes.withdraw(intent)
                        tx.tell(user_id, IntentClosed(account_id, (intent.id,)))
                await wishes.finish()
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
    ) -> dict[AccountId, list[tuple[PendingIntent, str]]]:
        """Lock the accounts concerned, and return their wishes as they stand under the locks."""
        locked: set[AccountId] = set()
        for account_id in sorted({a for a, _, _ in await _meant(tx, user_id, selection)}):
            await mailboxes.lock_account(tx, account_id)
            locked.add(account_id)
        by_account: dict[AccountId, list[tuple[PendingIntent, str]]] = defaultdict(list)
        for account_id, intent, state in await _meant(tx, user_id, selection):
            if account_id in locked:
                by_account[account_id].append((intent, state))
        return dict(by_account)


async def _meant(
    tx: Transaction, user_id: UserId, selection: Selection
) -> list[tuple[AccountId, PendingIntent, str]]:
    return await intents.open_of(
        tx,
        user_id,
        ids=selection.ids,
        kind=selection.kind,
        account_id=selection.account_id,
        limit=AT_ONCE,
    )


def _count(by_account: dict[AccountId, list[tuple[PendingIntent, str]]]) -> int:
    return sum(map(len, by_account.values()))
