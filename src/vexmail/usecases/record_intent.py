"""Record a wish about flags: durable and shown at once, carried out later."""

from vexmail.domain.change import Json, MailboxUpdated
from vexmail.domain.errors import NotFound
from vexmail.domain.flags import FlagEdit
from vexmail.domain.ids import AccountId, MessageId, UserId
from vexmail.ports.account_sync import AccountSync
from vexmail.store import entries, intents, mailboxes
from vexmail.store.queries import emails
from vexmail.store.queries import mailboxes as mailbox_views
from vexmail.store.unit_of_work import Transaction, UnitOfWork
from vexmail.usecases.apply_mailbox_delta import flag_changes


class RecordIntent:
    """Writes a wish, lays it over the server's flags, and wakes the pusher."""

    def __init__(self, uow: UnitOfWork, sync: AccountSync) -> None:
        self._uow = uow
        self._sync = sync

    async def __call__(self, user_id: UserId, message_id: MessageId, edit: FlagEdit) -> Json:
        """Record ``edit`` and answer the message's summary as it is shown from now on.

        A wish that changes nothing is not recorded, so repeating one is harmless.

        Raises:
            NotFound: the message is not this user's, or lies in no mailbox.
        """
        account_id: AccountId | None = None
        async with self._uow() as tx:
            view = (await emails.by_ids(tx.driver, user_id, [message_id])).get(message_id)
            if view is None:
                raise NotFound("There is no such email.")
            owner = AccountId(int(view["account_id"]))
            await mailboxes.lock_account(tx, owner)
            before = await intents.pending_edits(tx, owner, [message_id])
            laid = [*before.get(message_id, ()), edit]
            if await relay(tx, user_id, owner, message_id, laid):
                await intents.record(tx, owner, message_id, edit)
                account_id = owner
            view = (await emails.by_ids(tx.driver, user_id, [message_id])).get(message_id, view)
        if account_id is not None:
            self._sync.push_intents(account_id)
        return view


async def relay(
    tx: Transaction,
    user_id: UserId,
    account_id: AccountId,
    message_id: MessageId,
    edits: list[FlagEdit],
) -> bool:
    """Lay ``edits`` over a message's server flags, move counters, tell; False if all stays."""
    changes = await entries.lay_over(tx, message_id, edits)
    for mailbox_id, change in changes:
        if change.unread_delta:
            await mailboxes.count_unread(tx, mailbox_id, change.unread_delta)
            view = await mailbox_views.one(tx.driver, mailbox_id)
            tx.tell(user_id, MailboxUpdated(account_id, mailbox_id, view or {}))
    told = {c.type: c for _, change in changes for c in flag_changes(account_id, change)}
    tx.tell(user_id, *told.values())
    return bool(changes)
