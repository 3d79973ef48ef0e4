"""Record a wish about flags: durable and shown at once, carried out later."""

from vexmail.domain.change import Json
from vexmail.domain.crash_points import crash_point
from vexmail.domain.errors import NotFound
from vexmail.domain.flags import FlagEdit
from vexmail.domain.ids import AccountId, MessageId, UserId
from vexmail.domain.intent import Wish, WishKind
from vexmail.ports.account_sync import AccountSync
from vexmail.store import mailboxes
from vexmail.store.queries import emails
from vexmail.store.unit_of_work import UnitOfWork
from vexmail.usecases.wishes import Wishes


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
        async with self._uow() as tx:
            view = (await emails.by_ids(tx.driver, user_id, [message_id])).get(message_id)
            if view is None:
                raise NotFound("There is no such email.")
            account_id = AccountId(int(view["account_id"]))
            await mailboxes.lock_account(tx, account_id)
            wishes = Wishes(tx, user_id, account_id)
            recorded = await wishes.record(message_id, Wish(WishKind.FLAGS, edit))
            await wishes.finish()
            view = (await emails.by_ids(tx.driver, user_id, [message_id])).get(message_id, view)
        if recorded:
            crash_point("wish.committed")
            self._sync.push_intents(account_id)
        return view
