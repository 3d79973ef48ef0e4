"""Messages that we add to a mailbox: what an APPEND needs, and its recognition afterwards."""

import secrets
from collections.abc import Sequence

from vexmail.domain.ids import AccountId, BlobId, IntentId, MailboxId, MessageId, Uid, UidValidity
from vexmail.domain.intent import Appending, AppendMark, WishKind
from vexmail.domain.message import RemoteMessage
from vexmail.domain.message_identity import fingerprint
from vexmail.store import messages
from vexmail.store.unit_of_work import Transaction


async def read(tx: Transaction, intent_id: IntentId) -> Appending | None:
    """Return all that an APPEND needs, or None when its mailbox is gone."""
    row = await tx.driver.fetchrow(
        "SELECT b.wire_name, i.blob_id, i.add_flags, m.received_at, m.internet_message_id,"
        " m.subject, m.size, i.sent_uid_validity, i.sent_uid_next"
        " FROM intents i JOIN messages m ON m.id = i.message_id"
        " JOIN mailboxes b ON b.id = i.target_mailbox_id WHERE i.id = $1",
        intent_id,
    )
    if row is None:
        return None
    mark = AppendMark(UidValidity(row["sent_uid_validity"]), Uid(row["sent_uid_next"]))
    return Appending(
        row["wire_name"],
        BlobId(row["blob_id"]),
        frozenset(row["add_flags"]),
        row["received_at"],
        row["internet_message_id"],
        row["subject"],
        row["size"],
        mark if mark.uid_validity else None,
    )


async def name_bytes(tx: Transaction, intent_id: IntentId, blob_id: BlobId) -> None:
    """Say which bytes an APPEND adds."""
    await tx.driver.execute("UPDATE intents SET blob_id = $2 WHERE id = $1", intent_id, blob_id)


async def bytes_of(tx: Transaction, intent_id: IntentId) -> BlobId | None:
    """Return the name of an APPEND's bytes; None where a wish has none."""
    found = await tx.driver.fetchval("SELECT blob_id FROM intents WHERE id = $1", intent_id)
    return BlobId(found) if found else None


async def mark(
    tx: Transaction, intent_ids: Sequence[IntentId], at: AppendMark | None
) -> set[IntentId]:
    """Remember that wishes are about to be sent, and where their target stood, if known.

    Answers those that may be sent: the others were taken back in the meantime.
    """
    rows = await tx.driver.fetch(
        "UPDATE intents SET sent_at = now(), sent_uid_validity = $2, sent_uid_next = $3"
        " WHERE id = ANY($1::bigint[]) AND state = 'pending' RETURNING id",
        list(intent_ids),
        0 if at is None else at.uid_validity,
        0 if at is None else at.uid_next,
    )
    return {IntentId(row["id"]) for row in rows}


async def make(
    tx: Transaction, account_id: AccountId, message: RemoteMessage, blob_id: BlobId
) -> MessageId:
    """Insert the row of a message that no server holds yet; it is hidden until it lies somewhere.

    Its fingerprint is like no other's: what the server makes of the message is not known yet.
    """
    row = (message, secrets.token_bytes(16), 0)
    (message_id,) = await messages.insert(tx, account_id, [row])
    await tx.driver.execute(
        "UPDATE messages SET body_state = 'stored', blob_id = $2, orphaned_at = now()"
        " WHERE id = $1",
        message_id,
        blob_id,
    )
    return message_id


async def recognise(
    tx: Transaction, account_id: AccountId, mailbox_id: MailboxId, items: Sequence[RemoteMessage]
) -> None:
    """Give rows of messages that we added what the server says of them.

    A row is one whose APPEND was sent, whose place the placeholder still holds, and whose
    Message-ID an item has; of several the one of the same size. Afterwards it is found by its
    fingerprint like any other. Bytes that the server changed are fetched again.
    """
    rows = await tx.driver.fetch(
        "SELECT m.id, m.internet_message_id, m.size FROM mailbox_entries e"
        " JOIN intents i ON i.id = -e.uid JOIN messages m ON m.id = e.message_id"
        " WHERE e.mailbox_id = $1 AND e.uid < 0 AND i.kind = $2"
        " AND i.sent_at IS NOT NULL AND i.state IN ('pending', 'settled') ORDER BY i.id",
        mailbox_id,
        WishKind.APPEND,
    )
    waiting = {MessageId(r["id"]): (r["internet_message_id"], r["size"]) for r in rows}
    for item in items:
        ours = [
            (size != item.size, key)
            for key, (name, size) in waiting.items()
            if name == item.envelope.internet_message_id
        ]
        if not ours:
            continue
        was_changed, key = min(ours)
        del waiting[key]
        ordinal = await _ordinal(tx, account_id, item, key)
        await messages.redescribe(tx, key, item, fingerprint(item), ordinal)
        if was_changed:
            await tx.driver.execute(
                "UPDATE messages SET body_state = 'remote', blob_id = '' WHERE id = $1", key
            )


async def _ordinal(
    tx: Transaction, account_id: AccountId, message: RemoteMessage, but: MessageId
) -> int:
    """Return a number that tells a message from its twins, lower than theirs.

    So it is the first that a UID of a twin in the mailbox would be given: ours came last.
    """
    lowest = await tx.driver.fetchval(
        "SELECT min(ordinal) FROM messages WHERE account_id = $1 AND fingerprint = $2 AND id <> $3",
        account_id,
        fingerprint(message),
        but,
    )
    return 0 if lowest is None else lowest - 1
