"""Close wishes: the server holds them, or would not."""

from collections.abc import Mapping, Sequence

from vexmail.domain.change import IntentRejected
from vexmail.domain.errors import VexMailError
from vexmail.domain.ids import AccountId, MailboxId, Uid
from vexmail.domain.intent import PendingIntent
from vexmail.domain.message import RemoteFlags
from vexmail.store import entries, intents, mailboxes
from vexmail.store.unit_of_work import UnitOfWork
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
            for intent, new_uid in done:
                if await intents.finish(tx, intent.id, "settled"):
                    await wishes.confirm(intent, new_uid)
            await wishes.finish()
            await tell_operations(tx, user_id, [intent.id for intent, _ in done])

    async def rejected(
        self, account_id: AccountId, refused: Sequence[PendingIntent], reason: VexMailError
    ) -> None:
        """Take the wishes back on the screen and keep the reason."""
        await self._give_up("rejected", account_id, refused, reason)

    async def parked(
        self, account_id: AccountId, tired: Sequence[PendingIntent], reason: VexMailError
    ) -> None:
        """Stop trying what failed many times: a person decides whether it is tried again."""
        await self._give_up("parked", account_id, tired, reason)

    async def _give_up(
        self,
        state: str,
        account_id: AccountId,
        refused: Sequence[PendingIntent],
        reason: VexMailError,
    ) -> None:
        async with self._uow() as tx:
            user_id = await mailboxes.lock_account(tx, account_id)
            if user_id is None:
                return
            wishes = Wishes(tx, user_id, account_id)
            for intent in refused:
                if await intents.finish(tx, intent.id, state, reason.code, str(reason)):
                    await wishes.withdraw(intent)
                    told = IntentRejected(
                        account_id,
                        intent.id,
                        intent.message_id,
                        intent.wish.kind.value,
                        reason.code,
                        str(reason),
                    )
                    tx.tell(user_id, told)
            await wishes.finish()
            await tell_operations(tx, user_id, [intent.id for intent in refused])
