"""Messages that lie in no mailbox any more: kept for a while, then removed with their bytes."""

from collections.abc import Sequence
from dataclasses import dataclass

from vexmail.domain.ids import AccountId, BlobId, MessageId
from vexmail.store.unit_of_work import Transaction

# Closed without success, a wish waits for a person: the bytes of an email that was to be added
# may be nowhere else.
_OPEN = "i.state IN ('pending', 'parked', 'rejected')"
_OLD = f"""
   m.orphaned_at < now() - make_interval(secs => $1)
   AND NOT EXISTS (SELECT 1 FROM mailbox_entries e WHERE e.message_id = m.id)
   AND NOT EXISTS (SELECT 1 FROM intents i WHERE i.message_id = m.id AND {_OPEN})
"""  # noqa: S608 - constant


@dataclass(frozen=True, slots=True)
class Orphan:
    """A message whose time is over."""

    account_id: AccountId
    message_id: MessageId


async def old(tx: Transaction, seconds: float, at_most: int) -> list[Orphan]:
    """Return messages that no mailbox has held for so long, and that no wish is about."""
    rows = await tx.driver.fetch(
        f"SELECT m.account_id, m.id FROM messages m WHERE {_OLD}"  # noqa: S608 - constant
        " ORDER BY m.account_id, m.id LIMIT $2",
        seconds,
        at_most,
    )
    return [Orphan(AccountId(r["account_id"]), MessageId(r["id"])) for r in rows]


async def remove(tx: Transaction, seconds: float, message_ids: Sequence[MessageId]) -> list[BlobId]:
    """Remove those of some messages that are still old orphans; answer the blobs they named.

    The account's row must be locked by the caller.
    """
    rows = await tx.driver.fetch(
        f"DELETE FROM messages m WHERE m.id = ANY($2::bigint[]) AND {_OLD}"  # noqa: S608 - constant
        " RETURNING m.blob_id",
        seconds,
        list(message_ids),
    )
    return [BlobId(r["blob_id"]) for r in rows if r["blob_id"]]


async def unnamed(tx: Transaction, blob_ids: Sequence[BlobId]) -> list[BlobId]:
    """Return those of some blobs that no row names any more."""
    rows = await tx.driver.fetch(
        "SELECT DISTINCT b.id FROM unnest($1::text[]) AS b(id) WHERE NOT EXISTS"  # noqa: S608 - constant
        " (SELECT 1 FROM messages m WHERE m.blob_id = b.id)"
        " AND NOT EXISTS (SELECT 1 FROM intents i WHERE i.blob_id = b.id AND"
        f" {_OPEN})",
        list(blob_ids),
    )
    return [BlobId(r["id"]) for r in rows]
