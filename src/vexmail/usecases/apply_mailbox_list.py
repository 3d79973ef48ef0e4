"""Take over the server's list of mailboxes."""

from collections.abc import Sequence

from vexmail.domain.change import MailboxCreated, MailboxDeleted, MailboxUpdated
from vexmail.domain.crash_points import crash_point
from vexmail.domain.errors import NotFound
from vexmail.domain.ids import AccountId, UserId
from vexmail.domain.mailbox import LocalMailbox, RemoteMailbox
from vexmail.store import entries, mailboxes, messages
from vexmail.store.queries import mailboxes as views
from vexmail.store.unit_of_work import Transaction, UnitOfWork


class ApplyMailboxList:
    """Adds, describes and removes mailboxes so that ours are the server's."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def __call__(
        self, account_id: AccountId, remote: Sequence[RemoteMailbox]
    ) -> list[LocalMailbox]:
        """Apply a complete LIST answer; answer the mailboxes as they are now.

        Raises:
            NotFound: the account was removed.
        """
        async with self._uow() as tx:
            user_id = await mailboxes.lock_account(tx, account_id)
            if user_id is None:
                raise NotFound("The account was removed.")
            await take_list(tx, user_id, account_id, remote)
            boxes = await mailboxes.of_account(tx, account_id)
            crash_point("list.written")
        crash_point("list.committed")
        return boxes


async def take_list(
    tx: Transaction, user_id: UserId, account_id: AccountId, remote: Sequence[RemoteMailbox]
) -> None:
    """Apply a complete LIST answer within a transaction that holds the account's lock."""
    ours = {box.wire_name: box for box in await mailboxes.of_account(tx, account_id)}
    for listed in remote:
        box = ours.pop(listed.wire_name, None)
        if box is None:
            mailbox_id = await mailboxes.add(tx, account_id, listed)
            view = await views.one(tx.driver, mailbox_id)
            tx.tell(user_id, MailboxCreated(account_id, mailbox_id, view or {}))
        elif await mailboxes.describe(tx, box.id, listed):
            view = await views.one(tx.driver, box.id)
            tx.tell(user_id, MailboxUpdated(account_id, box.id, view or {}))
    for box in ours.values():
        orphans = await entries.remove_all(tx, box.id)
        await messages.mark_orphans(tx, orphans)
        await mailboxes.delete(tx, [box.id])
        tx.tell(user_id, MailboxDeleted(account_id, box.id))
