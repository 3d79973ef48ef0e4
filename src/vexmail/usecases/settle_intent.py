"""Close wishes: the server holds them, or would not."""

from collections.abc import Mapping, Sequence

from vexmail.domain.change import IntentRejected
from vexmail.domain.errors import VexMailError
from vexmail.domain.ids import AccountId, MailboxId, Uid
from vexmail.domain.intent import AnyIntent, PendingIntent, PendingMailboxIntent
from vexmail.domain.message import RemoteFlags
from vexmail.store import entries, intents, mailboxes
from vexmail.store.unit_of_work import UnitOfWork
from vexmail.usecases.dependent_wishes import dependents
from vexmail.usecases.mailbox_wishes import MailboxWishes
from vexmail.usecases.tell_operations import tell_operations
from vexmail.usecases.wishes import Wishes


class SettleIntent:
    """Removes wishes from the overlay, once the server's own state says the same or refuses."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def flags_settled(
        self,
        account_id: AccountId,
        done: Sequence[PendingIntent],
        told: Mapping[MailboxId, Sequence[RemoteFlags]],
    ) -> None:
        """Take over the flags that the server answered, and close the wishes.

        A server may answer a STORE silently when nothing changed; a wish is then taken
        as fulfilled for the UIDs it named, since the command was acknowledged.
        """
        async with self._uow() as tx:
            user_id = await mailboxes.lock_account(tx, account_id)
            if user_id is None:
                return
            wishes = Wishes(tx, user_id, account_id)
            for intent in done:
                if not await intents.finish(tx, intent.id, "settled"):
                    continue
                for mailbox_id, flags in told.items():
                    await entries.acknowledge(
                        tx, mailbox_id, intent.message_id, intent.wish.edit, flags
                    )
                await wishes.relay_pending(intent.message_id)
            await wishes.finish()
            await tell_operations(tx, user_id, [intent.id for intent in done])

    async def place_settled(
        self, account_id: AccountId, done: Sequence[tuple[PendingIntent, Uid | None]]
    ) -> None:
        """Keep what moves, copies or deletions anticipated; new UIDs as COPYUID told them."""
        async with self._uow() as tx:
            user_id = await mailboxes.lock_account(tx, account_id)
            if user_id is None:
                return
            wishes = Wishes(tx, user_id, account_id)
            # The lowest first: each may be the one that the mailbox's cursor waits for.
            for intent, new_uid in sorted(done, key=lambda one: one[1] or 0):
                if await intents.finish(tx, intent.id, "settled"):
                    await wishes.confirm(intent, new_uid)
            await wishes.finish()
            await tell_operations(tx, user_id, [intent.id for intent, _ in done])

    async def mailbox_settled(
        self, account_id: AccountId, done: PendingMailboxIntent, wire_name: str
    ) -> None:
        """Keep what a wish about a mailbox anticipated; ``wire_name`` is what it is called now."""
        async with self._uow() as tx:
            user_id = await mailboxes.lock_account(tx, account_id)
            if user_id is None:
                return
            made = MailboxWishes(tx, user_id, account_id)
            if await intents.finish(tx, done.id, "settled"):
                await made.confirm(done, wire_name)
            await made.wishes.finish()
            await tell_operations(tx, user_id, [done.id])

    async def rejected(
        self, account_id: AccountId, refused: Sequence[AnyIntent], reason: VexMailError
    ) -> None:
        """Take the wishes, and those that build on them, back on the screen; keep the reason."""
        await self._give_up("rejected", account_id, refused, reason)

    async def parked(
        self, account_id: AccountId, tired: Sequence[AnyIntent], reason: VexMailError
    ) -> None:
        """Stop trying what failed many times: a person decides whether it is tried again."""
        await self._give_up("parked", account_id, tired, reason)

    async def _give_up(
        self,
        state: str,
        account_id: AccountId,
        given_up: Sequence[AnyIntent],
        reason: VexMailError,
    ) -> None:
        async with self._uow() as tx:
            user_id = await mailboxes.lock_account(tx, account_id)
            if user_id is None:
                return
            made = MailboxWishes(tx, user_id, account_id)
            closed = []
            for intent in given_up:
                for one in [*await dependents(tx, account_id, intent), intent]:
                    if await intents.finish(tx, one.id, state, reason.code, str(reason)):
                        await made.withdraw(one)
                        tx.tell(user_id, _told(account_id, one, reason))
                        closed.append(one.id)
            await made.wishes.finish()
            await tell_operations(tx, user_id, closed)


def _told(account_id: AccountId, intent: AnyIntent, reason: VexMailError) -> IntentRejected:
    return IntentRejected(
        account_id,
        intent.id,
        None if isinstance(intent, PendingMailboxIntent) else intent.message_id,
        intent.wish.mailbox_id if isinstance(intent, PendingMailboxIntent) else None,
        intent.wish.kind.value,
        reason.code,
        str(reason),
    )
