"""Choose which mailboxes are followed live where the server does not tell of all."""

from vexmail.domain.change import Json, MailboxUpdated
from vexmail.domain.errors import NotFound
from vexmail.domain.ids import MailboxId, UserId
from vexmail.ports.account_sync import AccountSync
from vexmail.store import mailboxes
from vexmail.store.queries import mailboxes as views
from vexmail.store.unit_of_work import UnitOfWork


class WatchMailbox:
    """Keeps a person's choice."""

    def __init__(self, uow: UnitOfWork, sync: AccountSync) -> None:
        self._uow = uow
        self._sync = sync

    async def __call__(self, user_id: UserId, mailbox_id: MailboxId, *, watched: bool) -> Json:
        """Follow a mailbox live or end that; answer the mailbox. Saying it again does no harm.

        Raises:
            NotFound: there is no such mailbox of this user.
        """
        async with self._uow() as tx:
            box = await mailboxes.lock(tx, mailbox_id)
            if box is None or box.user_id != user_id:
                raise NotFound("There is no such mailbox.")
            changed = await mailboxes.watch(tx, mailbox_id, watched=watched)
            view = await views.one(tx.driver, mailbox_id) or {}
            if changed:
                tx.tell(user_id, MailboxUpdated(box.account_id, mailbox_id, view))
        if changed:
            self._sync.sync_now(box.account_id)
        return view
