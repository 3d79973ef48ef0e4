"""Start a mailbox over when the server numbered it anew (RFC 9051 §2.3.1.1)."""

from vexmail.domain.change import MailboxUpdated, Reset
from vexmail.domain.crash_points import crash_point
from vexmail.domain.errors import MailboxBroken
from vexmail.domain.ids import AccountId, MailboxId, Uid, UidValidity
from vexmail.store import entries, mailboxes, messages
from vexmail.store.queries import mailboxes as views
from vexmail.store.unit_of_work import Transaction, UnitOfWork

RESYNCS_A_DAY = 3  # more would fetch a mailbox again and again from a server that is not well
_TOO_OFTEN = (
    "The mail server numbered this mailbox anew too often today. It will be looked at again"
    " tomorrow, or when you ask for a look."
)


class ResetMailbox:
    """Drops the entries of a generation and keeps the messages.

    The next pass finds the messages again by content, under their old ids, with their
    bodies and pending intents; nothing of it is told as new mail.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def __call__(self, mailbox_id: MailboxId, uid_validity: UidValidity) -> None:
        """Begin generation ``uid_validity``; nothing happens if it has begun already.

        Raises:
            MailboxBroken: it began too many today. What we hold stays to be read, and the
                mailbox is shown as broken.
        """
        async with self._uow() as tx:
            box = await mailboxes.lock(tx, mailbox_id)
            if box is None or box.uid_validity == uid_validity:
                return
            if not box.uid_validity or await mailboxes.count_resync(tx, box.id, RESYNCS_A_DAY):
                orphans = await entries.remove_generation(tx, mailbox_id)
                await messages.mark_orphans(tx, orphans)
                await mailboxes.begin_generation(tx, mailbox_id, uid_validity)
                if box.uid_validity:
                    tx.tell(box.user_id, Reset(box.account_id, "uid_validity_changed", mailbox_id))
                is_broken = False
            else:
                is_broken = True
                if await mailboxes.break_off(tx, box.id):
                    await _tell(tx, box.id)
            crash_point("reset.written")
        crash_point("reset.committed")
        if is_broken:
            raise MailboxBroken(_TOO_OFTEN)


class DistrustMailbox:
    """Takes back what we believed of a server that lost its memory."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def __call__(self, mailbox_id: MailboxId, uid_next: Uid | None = None) -> None:
        """Forget every MODSEQ of the mailbox, and where UIDs began if ``uid_next`` says so."""
        async with self._uow() as tx:
            if await mailboxes.lock(tx, mailbox_id) is not None:
                await mailboxes.distrust(tx, mailbox_id, uid_next)


class MendMailboxes:
    """Gives broken mailboxes another chance because a person asked for it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def __call__(self, account_id: AccountId) -> None:
        """Let the account's broken mailboxes be looked at again."""
        async with self._uow() as tx:
            user_id = await mailboxes.lock_account(tx, account_id)
            if user_id is None:
                return
            for mailbox_id in await mailboxes.mend(tx, account_id):
                await _tell(tx, mailbox_id)


async def _tell(tx: Transaction, mailbox_id: MailboxId) -> None:
    box = await mailboxes.lock(tx, mailbox_id)
    if box is not None:
        view = await views.one(tx.driver, mailbox_id)
        tx.tell(box.user_id, MailboxUpdated(box.account_id, mailbox_id, view or {}))
