"""Entries that anticipate a pending move, copy or deletion.

The entry that will go is hidden, and where the message will come a placeholder stands for
it, with the intent's negated id as its UID. When the server's own entry arrives, by COPYUID
or by the next look at the mailbox, it takes the placeholder's place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vexmail.domain.flags import FLAGGED, SEEN, Flags
from vexmail.domain.ids import IntentId, MailboxId, MessageId, Uid
from vexmail.domain.intent import PendingIntent
from vexmail.store.unit_of_work import Transaction

FORGOTTEN_AFTER = 60  # seconds; a look at the mailbox may have begun before the move was done


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much the shown entries of one mailbox changed."""

    mailbox_id: MailboxId
    total: int
    unread: int


async def hide(
    tx: Transaction, intent_id: IntentId, mailbox_id: MailboxId, message_id: MessageId
) -> Shift | None:
    """Hide the message's shown entry in a mailbox; None when none is shown there."""
    unread = await tx.driver.fetchval(
        "UPDATE mailbox_entries SET hidden_by = $1 WHERE mailbox_id = $2 AND message_id = $3"
        " AND hidden_by IS NULL RETURNING NOT is_read",
        intent_id,
        mailbox_id,
        message_id,
    )
    return None if unread is None else Shift(mailbox_id, -1, -int(unread))


async def hide_all(tx: Transaction, intent_id: IntentId, mailbox_id: MailboxId) -> list[Shift]:
    """Hide all that a mailbox still shows."""
    rows = await tx.driver.fetch(
        "UPDATE mailbox_entries SET hidden_by = $1 WHERE mailbox_id = $2 AND hidden_by IS NULL"
        " RETURNING NOT is_read AS unread",
        intent_id,
        mailbox_id,
    )
    return [Shift(mailbox_id, -len(rows), -sum(r["unread"] for r in rows))] if rows else []


async def show(
    tx: Transaction, intent_id: IntentId, mailbox_id: MailboxId, message_id: MessageId
) -> Shift | None:
    """Show the message where it will come, flags as elsewhere; None if it is shown there."""
    unread = await tx.driver.fetchval(
        "INSERT INTO mailbox_entries (mailbox_id, uid, message_id, received_at, server_flags,"
        " flags, is_read, is_starred)"
        " SELECT $2, -$1::bigint, message_id, received_at, flags, flags, is_read, is_starred"
        " FROM mailbox_entries e WHERE message_id = $3 AND NOT EXISTS (SELECT 1"
        " FROM mailbox_entries x WHERE x.message_id = $3 AND x.mailbox_id = $2"
        " AND x.hidden_by IS NULL) AND EXISTS (SELECT 1 FROM mailboxes b WHERE b.id = $2)"
        " ORDER BY hidden_by IS DISTINCT FROM $1, uid LIMIT 1"
        " RETURNING NOT is_read",
        intent_id,
        mailbox_id,
        message_id,
    )
    return None if unread is None else Shift(mailbox_id, 1, int(unread))


async def show_new(
    tx: Transaction,
    intent_id: IntentId,
    mailbox_id: MailboxId,
    message_id: MessageId,
    flags: Flags,
) -> Shift | None:
    """Show a message that no mailbox holds yet; None when the mailbox is not there."""
    shown = await tx.driver.fetchval(
        "INSERT INTO mailbox_entries (mailbox_id, uid, message_id, received_at, server_flags,"
        " flags, is_read, is_starred)"
        " SELECT b.id, -$1::bigint, m.id, m.received_at, $4, $4, $5, $6"
        " FROM messages m, mailboxes b"
        " WHERE m.id = $3 AND b.id = $2 AND b.deleted_by IS NULL RETURNING mailbox_id",
        intent_id,
        mailbox_id,
        message_id,
        sorted(flags),
        SEEN in flags,
        FLAGGED in flags,
    )
    if shown is None:
        return None
    await tx.driver.execute("UPDATE messages SET orphaned_at = NULL WHERE id = $1", message_id)
    return Shift(mailbox_id, 1, int(SEEN not in flags))


async def withdraw(tx: Transaction, intent_id: IntentId) -> list[Shift]:
    """Take everything back that the intent anticipated."""
    shown = await tx.driver.fetch(
        "DELETE FROM mailbox_entries WHERE uid = -$1::bigint"
        " RETURNING mailbox_id, NOT is_read AS unread, hidden_by IS NOT NULL AS hidden",
        intent_id,
    )
    back = await tx.driver.fetch(
        "UPDATE mailbox_entries SET hidden_by = NULL WHERE hidden_by = $1"
        " RETURNING mailbox_id, NOT is_read AS unread",
        intent_id,
    )
    return [
        Shift(MailboxId(r["mailbox_id"]), -1, -int(r["unread"])) for r in shown if not r["hidden"]
    ] + [Shift(MailboxId(r["mailbox_id"]), 1, int(r["unread"])) for r in back]


async def confirm(tx: Transaction, intent_id: IntentId, new_uid: Uid | None) -> list[Shift]:
    """The server did it: what was hidden is gone; a known UID takes the placeholder's place.

    Not in a mailbox that was never selected: UIDs mean nothing before its UIDVALIDITY is known.
    Nor above UIDs that nobody has seen yet: the cursor would pass mail that is still to be told.
    There the placeholder stands until a look at the mailbox brings them all.
    """
    await tx.driver.execute("DELETE FROM mailbox_entries WHERE hidden_by = $1", intent_id)
    if new_uid is None:
        return []
    known = await tx.driver.fetch(
        "DELETE FROM mailbox_entries p WHERE p.uid = -$1::bigint AND EXISTS (SELECT 1"
        " FROM mailbox_entries e WHERE e.mailbox_id = p.mailbox_id AND e.uid = $2)"
        " RETURNING p.mailbox_id, NOT p.is_read AS unread, p.hidden_by IS NOT NULL AS hidden",
        intent_id,
        new_uid,
    )
    moved = await tx.driver.fetchval(
        "UPDATE mailbox_entries e SET uid = $2 FROM mailboxes b WHERE e.uid = -$1::bigint"
        " AND b.id = e.mailbox_id AND b.uid_validity > 0 AND $2 <= b.uid_next"
        " RETURNING e.mailbox_id",
        intent_id,
        new_uid,
    )
    if moved is not None:
        await tx.driver.execute(
            "UPDATE mailboxes SET uid_next = greatest(uid_next, $2) WHERE id = $1",
            moved,
            new_uid + 1,
        )
    return [
        Shift(MailboxId(r["mailbox_id"]), -1, -int(r["unread"])) for r in known if not r["hidden"]
    ]


async def awaited_in(tx: Transaction, message_id: MessageId) -> list[MailboxId]:
    """Return the mailboxes that show a message before its UID there is known."""
    rows = await tx.driver.fetch(
        "SELECT DISTINCT mailbox_id FROM mailbox_entries WHERE message_id = $1 AND uid < 0",
        message_id,
    )
    return [MailboxId(r["mailbox_id"]) for r in rows]


async def behind_copies(tx: Transaction, wishes: Sequence[PendingIntent]) -> set[IntentId]:
    """Return which of the wishes are about a message that an older one shows without a UID yet."""
    rows = await tx.driver.fetch(
        "SELECT DISTINCT u.id FROM unnest($1::bigint[], $2::bigint[]) AS u(id, message_id)"
        " JOIN mailbox_entries e ON e.message_id = u.message_id AND e.uid < 0 AND -e.uid < u.id"
        " JOIN mailboxes b ON b.id = e.mailbox_id AND b.created_by IS NULL",
        [wish.id for wish in wishes],
        [wish.message_id for wish in wishes],
    )
    return {IntentId(r["id"]) for r in rows}


async def taken_on_by(tx: Transaction, intent_id: IntentId) -> IntentId | None:
    """Return the wish that takes elsewhere what this one is only about to bring."""
    later = await tx.driver.fetchval(
        "SELECT hidden_by FROM mailbox_entries WHERE uid = -$1::bigint", intent_id
    )
    return None if later is None else IntentId(later)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What stood where the server's entry has come."""

    hidden_by: IntentId | None
    unread: bool


async def take_over(
    tx: Transaction, mailbox_id: MailboxId, message_ids: Sequence[MessageId]
) -> dict[MessageId, Placeholder]:
    """Remove the placeholders of messages whose own entries are about to be inserted.

    Of several in one mailbox the oldest: the message came, is on its way elsewhere, and will be
    back here, for which the others stand.
    """
    if not message_ids:
        return {}
    rows = await tx.driver.fetch(
        "DELETE FROM mailbox_entries p WHERE p.mailbox_id = $1 AND p.uid < 0"
        " AND p.message_id = ANY($2::bigint[])"
        " AND NOT EXISTS (SELECT 1 FROM mailbox_entries o WHERE o.mailbox_id = p.mailbox_id"
        " AND o.message_id = p.message_id AND o.uid < 0 AND o.uid > p.uid)"
        " RETURNING p.message_id, p.hidden_by, NOT p.is_read AS unread",
        mailbox_id,
        list(message_ids),
    )
    return {
        MessageId(r["message_id"]): Placeholder(
            None if r["hidden_by"] is None else IntentId(r["hidden_by"]), r["unread"]
        )
        for r in rows
    }


async def hide_inserted(
    tx: Transaction, mailbox_id: MailboxId, hidden: dict[MessageId, IntentId]
) -> int:
    """Hide entries inserted for messages on their way elsewhere; answer how many are unread."""
    rows = await tx.driver.fetch(
        "UPDATE mailbox_entries e SET hidden_by = u.intent_id"
        " FROM unnest($2::bigint[], $3::bigint[]) AS u(message_id, intent_id)"
        " WHERE e.mailbox_id = $1 AND e.message_id = u.message_id AND e.uid > 0"
        " RETURNING NOT e.is_read AS unread",
        mailbox_id,
        list(hidden),
        list(hidden.values()),
    )
    return sum(r["unread"] for r in rows)


async def forget(tx: Transaction, mailbox_id: MailboxId) -> list[tuple[MessageId, Shift]]:
    """Remove placeholders that a complete look at the mailbox did not replace.

    Their intents were carried out a while ago, so what they stood for is not there: somebody
    else moved or deleted it meanwhile.
    """
    rows = await tx.driver.fetch(
        "DELETE FROM mailbox_entries p WHERE p.mailbox_id = $1 AND p.uid < 0"
        " AND NOT EXISTS (SELECT 1 FROM intents i WHERE i.id = -p.uid AND (i.state = 'pending'"
        " OR i.finished_at > now() - make_interval(secs => $2)))"
        " RETURNING p.message_id, NOT p.is_read AS unread, p.hidden_by IS NOT NULL AS hidden",
        mailbox_id,
        FORGOTTEN_AFTER,
    )
    return [
        (
            MessageId(r["message_id"]),
            Shift(mailbox_id, 0, 0) if r["hidden"] else Shift(mailbox_id, -1, -int(r["unread"])),
        )
        for r in rows
    ]
