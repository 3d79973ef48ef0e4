"""Close a wish: the server holds it, or would not."""

from collections.abc import Mapping, Sequence

from vexmail.domain.errors import VexMailError
from vexmail.domain.ids import AccountId, MailboxId
from vexmail.domain.intent import PendingIntent
from vexmail.domain.message import RemoteFlags
from vexmail.store import entries, intents, mailboxes
from vexmail.store.unit_of_work import UnitOfWork
from vexmail.usecases.record_intent import relay


class SettleIntent:
    """Removes a wish from the overlay, once the server's own flags say the same or refuse."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def settled(
        self,
        account_id: AccountId,
        intent: PendingIntent,
        told: Mapping[MailboxId, Sequence[RemoteFlags]],
    ) -> None:
        """Take over the flags that the server answered, and close the wish.

        A server may answer a STORE silently when nothing changed; the wish is then taken
        as fulfilled for the UIDs it named, since the command was acknowledged.
        """
        async with self._uow() as tx:
            user_id = await mailboxes.lock_account(tx, account_id)
            if user_id is None or not await intents.finish(tx, intent.id, "settled"):
                return
            for mailbox_id, flags in told.items():
                await entries.acknowledge(tx, mailbox_id, intent.message_id, intent.edit, flags)
            rest = await intents.pending_edits(tx, account_id, [intent.message_id])
            await relay(tx, user_id, account_id, intent.message_id, rest.get(intent.message_id, []))

    async def rejected(
        self, account_id: AccountId, intent: PendingIntent, reason: VexMailError
    ) -> None:
        """Take the wish back on the screen and keep the reason."""
        async with self._uow() as tx:
            user_id = await mailboxes.lock_account(tx, account_id)
            if user_id is None:
                return
            if not await intents.finish(tx, intent.id, "rejected", reason.code, str(reason)):
                return
            rest = await intents.pending_edits(tx, account_id, [intent.message_id])
            await relay(tx, user_id, account_id, intent.message_id, rest.get(intent.message_id, []))
