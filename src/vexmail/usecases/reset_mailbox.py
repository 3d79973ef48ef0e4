"""Start a mailbox over when the server numbered it anew (RFC 9051 §2.3.1.1)."""

from vexmail.domain.change import Reset
from vexmail.domain.crash_points import crash_point
from vexmail.domain.ids import MailboxId, UidValidity
from vexmail.store import entries, mailboxes, messages
from vexmail.store.unit_of_work import UnitOfWork


class ResetMailbox:
    """Drops the entries of a generation and keeps the messages.

    The next pass finds the messages again by content, under their old ids, with their
    bodies and pending intents; nothing of it is told as new mail.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def __call__(self, mailbox_id: MailboxId, uid_validity: UidValidity) -> None:
        """Begin generation ``uid_validity``; nothing happens if it has begun already."""
        async with self._uow() as tx:
            box = await mailboxes.lock(tx, mailbox_id)
            if box is None or box.uid_validity == uid_validity:
                return
            orphans = await entries.remove_generation(tx, mailbox_id)
            await messages.mark_orphans(tx, orphans)
            await mailboxes.begin_generation(tx, mailbox_id, uid_validity)
            if box.uid_validity:
                tx.tell(box.user_id, Reset(box.account_id, "uid_validity_changed", mailbox_id))
            crash_point("reset.written")
        crash_point("reset.committed")
