"""Which wishes fall with another one."""

from vexmail.domain.ids import AccountId, IntentId
from vexmail.domain.intent import (
    AnyIntent,
    MailboxWishKind,
    PendingIntent,
    PendingMailboxIntent,
)
from vexmail.domain.mailbox_name import is_below
from vexmail.store import intents, mailbox_intents, mailboxes, placeholders
from vexmail.store.unit_of_work import Transaction
from vexmail.usecases.mailbox_wishes import MailboxWishes


async def dependents(tx: Transaction, account_id: AccountId, intent: AnyIntent) -> list[AnyIntent]:
    """Return pending wishes that make no sense without this one, newest first.

    Without a mailbox nothing can be done with it or below it; a rename that is not made leaves
    no place for what was wished for under the new name; and a mailbox that stays keeps those
    above it. A message that does not come cannot be taken on from there. The caller holds the
    account's lock.
    """
    if not isinstance(intent, PendingMailboxIntent):
        return await _taken_on(tx, intent.id)
    wish = intent.wish
    box = await mailboxes.lock(tx, wish.mailbox_id)
    delimiter = "" if box is None else box.delimiter
    later = await mailbox_intents.pending_changes(tx, account_id, intent.id)
    match wish.kind:
        case MailboxWishKind.CREATE:
            about = [wish.mailbox_id]
            lost = {
                one.id: one
                for one in await mailbox_intents.pending_about(tx, account_id, about, intent.id)
            }
            lost |= {one.id: one for one in later if is_below(one.wish.name, wish.name, delimiter)}
            return [lost[key] for key in sorted(lost, reverse=True)]
        case MailboxWishKind.RENAME:
            return [
                one
                for one in later
                if any(
                    path == wish.name or is_below(path, wish.name, delimiter)
                    for path in (one.wish.name, one.wish.old_name)
                )
            ]
        case MailboxWishKind.DELETE:
            return [
                one
                for one in later
                if one.wish.kind is MailboxWishKind.DELETE
                and is_below(wish.old_name, one.wish.old_name, delimiter)
            ]
        case MailboxWishKind.SUBSCRIBE | MailboxWishKind.UNSUBSCRIBE:
            return []


async def _taken_on(tx: Transaction, intent_id: IntentId) -> list[AnyIntent]:
    """Return the chain of wishes that take a message on from where another one brings it."""
    found: list[AnyIntent] = []
    later = await placeholders.taken_on_by(tx, intent_id)
    while later is not None:
        one = await intents.pending(tx, later)
        if not isinstance(one, PendingIntent):  # the mailbox is to be deleted with all in it
            break
        found.append(one)
        later = await placeholders.taken_on_by(tx, one.id)
    return found[::-1]


async def cancel(tx: Transaction, made: MailboxWishes, intent: AnyIntent) -> list[IntentId]:
    """Take a pending wish back with all that fall with it; answer them, none if it was closed."""
    lost = await dependents(tx, made.account_id, intent)
    if not await intents.finish(tx, intent.id, "cancelled"):
        return []
    closed = [intent.id]
    for one in lost:
        if await intents.finish(tx, one.id, "cancelled"):
            await made.withdraw(one)
            closed.append(one.id)
    await made.withdraw(intent)
    return closed
