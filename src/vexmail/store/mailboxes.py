"""Mailbox rows: names, roles, counters and the cursors of sync."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vexmail.domain.ids import AccountId, MailboxId, MessageId, ModSeq, Uid, UidValidity, UserId
from vexmail.domain.mailbox import LocalMailbox, MailboxNamespace, MailboxRole
from vexmail.store.portions import unhurried
from vexmail.store.unit_of_work import Transaction

_COLUMNS = """
SELECT m.id, m.account_id, m.name, m.wire_name, m.role, m.selectable, m.uid_validity, m.uid_next,
       m.highest_modseq, m.total, m.unread, m.sync_state, a.user_id, m.server_name, m.delimiter,
       m.prefix, m.namespace, m.attributes, m.subscribed, m.created_by, m.deleted_by,
       m.object_id, m.watched, m.compared_at, m.resyncs, m.resynced_on
  FROM mailboxes m JOIN accounts a ON a.id = m.account_id
"""
_ORDER = " ORDER BY m.role IS DISTINCT FROM 'inbox', m.role NULLS LAST, m.name"


async def lock(tx: Transaction, mailbox_id: MailboxId) -> LocalMailbox | None:
    """Lock the account and the mailbox for this transaction; None when it is gone.

    Every writer of an account's mail takes the account's row first, so two lanes of one
    account never wait for each other in a circle.
    """
    row = await tx.driver.fetchrow(
        _COLUMNS + " WHERE m.id = $1 FOR NO KEY UPDATE OF a, m", mailbox_id
    )
    return None if row is None else _row(row)


async def lock_account(tx: Transaction, account_id: AccountId) -> UserId | None:
    """Lock the account for this transaction and answer its owner; None when it is gone."""
    owner = await tx.driver.fetchval(
        "SELECT user_id FROM accounts WHERE id = $1 FOR NO KEY UPDATE", account_id
    )
    return None if owner is None else UserId(owner)


async def lock_accounts_of(
    tx: Transaction, user_id: UserId, message_ids: Sequence[MessageId]
) -> list[AccountId]:
    """Lock the user's accounts that hold these messages, in the order of their keys."""
    rows = await tx.driver.fetch(
        "SELECT id FROM accounts WHERE user_id = $1 AND id IN"
        " (SELECT account_id FROM messages WHERE id = ANY($2::bigint[]))"
        " ORDER BY id FOR NO KEY UPDATE",
        user_id,
        list(message_ids),
    )
    return [AccountId(r["id"]) for r in rows]


async def of_account(tx: Transaction, account_id: AccountId) -> list[LocalMailbox]:
    """Return an account's mailboxes on the server: the inbox first, then by role and name."""
    return [box for box in await all_of_account(tx, account_id) if box.created_by is None]


async def all_of_account(tx: Transaction, account_id: AccountId) -> list[LocalMailbox]:
    """Return the same and those that pending wishes will make."""
    rows = await tx.driver.fetch(_COLUMNS + " WHERE m.account_id = $1" + _ORDER, account_id)
    return [_row(r) async for r in unhurried(rows)]


async def by_id(tx: Transaction, mailbox_id: MailboxId) -> LocalMailbox | None:
    """Return a mailbox as it is held now, without a lock; None when it is gone."""
    row = await tx.driver.fetchrow(_COLUMNS + " WHERE m.id = $1", mailbox_id)
    return None if row is None else _row(row)


async def in_order(
    tx: Transaction, account_id: AccountId, mailbox_ids: Collection[MailboxId]
) -> list[MailboxId]:
    """Return those of some mailboxes that are on the server, in the order of ``of_account``."""
    rows = await tx.driver.fetch(
        "SELECT m.id FROM mailboxes m WHERE m.account_id = $1 AND m.id = ANY($2::bigint[])"  # noqa: S608 - constant
        " AND m.created_by IS NULL" + _ORDER,
        account_id,
        list(mailbox_ids),
    )
    return [MailboxId(r["id"]) for r in rows]


async def named(
    tx: Transaction, account_id: AccountId, wire_names: Collection[str]
) -> dict[str, MailboxId]:
    """Return the mailboxes that the server calls so."""
    rows = await tx.driver.fetch(
        "SELECT id, wire_name FROM mailboxes"
        " WHERE account_id = $1 AND wire_name = ANY($2::text[]) AND created_by IS NULL",
        account_id,
        list(wire_names),
    )
    return {r["wire_name"]: MailboxId(r["id"]) for r in rows}


async def is_rebuilding(tx: Transaction, account_id: AccountId) -> bool:
    """Tell whether any mailbox is not looked through yet."""
    found = await tx.driver.fetchval(
        "SELECT EXISTS (SELECT 1 FROM mailboxes WHERE account_id = $1 AND selectable"
        " AND created_by IS NULL AND sync_state NOT IN ('live', 'broken'))",
        account_id,
    )
    return bool(found)


async def local_uids(tx: Transaction, mailbox_id: MailboxId) -> set[Uid]:
    """Return every UID that we hold of a mailbox."""
    rows = await tx.driver.fetch(
        "SELECT uid FROM mailbox_entries WHERE mailbox_id = $1 AND uid > 0", mailbox_id
    )
    return {Uid(r[0]) for r in rows}


async def count_held(tx: Transaction, mailbox_id: MailboxId) -> int:
    """Return how many UIDs we hold of a mailbox."""
    count = "SELECT count(*) FROM mailbox_entries WHERE mailbox_id = $1 AND uid > 0"
    return int(await tx.driver.fetchval(count, mailbox_id))


@dataclass(frozen=True, slots=True)
class Advance:
    """By how much counters moved, and how far cursors may move; None leaves them."""

    total: int = 0
    unread: int = 0
    uid_next: Uid | None = None
    highest_modseq: ModSeq | None = None
    sync_total: int | None = None
    sync_state: str | None = None
    compared: bool = False


async def advance(tx: Transaction, mailbox_id: MailboxId, by: Advance) -> None:
    """Move counters by the given differences and cursors forward, never back."""
    await tx.driver.execute(
        "UPDATE mailboxes SET total = total + $2, unread = unread + $3,"
        " uid_next = greatest(uid_next, coalesce($4, 0)),"
        " highest_modseq = greatest(highest_modseq, coalesce($5, 0)),"
        " sync_total = coalesce($6, sync_total), sync_state = coalesce($7, sync_state),"
        " compared_at = CASE WHEN $8 THEN now() ELSE compared_at END WHERE id = $1",
        mailbox_id,
        by.total,
        by.unread,
        by.uid_next,
        by.highest_modseq,
        by.sync_total,
        by.sync_state,
        by.compared,
    )


async def begin_generation(
    tx: Transaction, mailbox_id: MailboxId, uid_validity: UidValidity
) -> None:
    """Start over under a new UIDVALIDITY with empty cursors; what wishes anticipate stays."""
    await tx.driver.execute(
        "UPDATE mailboxes m SET uid_validity = $2, uid_next = 0, highest_modseq = 0,"
        " total = c.total, unread = c.unread, sync_state = 'waiting', sync_total = 0,"
        " compared_at = NULL"
        " FROM (SELECT count(*) AS total, count(*) FILTER (WHERE NOT is_read) AS unread"
        " FROM mailbox_entries WHERE mailbox_id = $1 AND hidden_by IS NULL) c WHERE m.id = $1",
        mailbox_id,
        uid_validity,
    )


async def count_resync(tx: Transaction, mailbox_id: MailboxId, at_most: int) -> bool:
    """Note that a mailbox is about to start over; False when it did so too often today."""
    done = await tx.driver.fetchval(
        "UPDATE mailboxes SET resyncs = CASE WHEN resynced_on = (now() AT TIME ZONE 'UTC')::date"
        " THEN resyncs + 1 ELSE 1 END, resynced_on = (now() AT TIME ZONE 'UTC')::date"
        " WHERE id = $1 AND (resyncs < $2"
        " OR resynced_on IS DISTINCT FROM (now() AT TIME ZONE 'UTC')::date) RETURNING id",
        mailbox_id,
        at_most,
    )
    return done is not None


async def break_off(tx: Transaction, mailbox_id: MailboxId) -> bool:
    """Mark a mailbox as broken; answer whether it was not yet."""
    done = await tx.driver.fetchval(
        "UPDATE mailboxes SET sync_state = 'broken' WHERE id = $1 AND sync_state <> 'broken'"
        " RETURNING id",
        mailbox_id,
    )
    return done is not None


async def mend(tx: Transaction, account_id: AccountId) -> list[MailboxId]:
    """Give an account's broken mailboxes another chance; answer which they are."""
    rows = await tx.driver.fetch(
        "UPDATE mailboxes SET sync_state = 'waiting', resyncs = 0"
        " WHERE account_id = $1 AND sync_state = 'broken' RETURNING id",
        account_id,
    )
    return [MailboxId(r["id"]) for r in rows]


async def distrust(tx: Transaction, mailbox_id: MailboxId, uid_next: Uid | None) -> None:
    """Forget every MODSEQ; with ``uid_next``, set that cursor, though never below a UID we hold."""
    await tx.driver.execute(
        "UPDATE mailbox_entries SET mod_seq = 0 WHERE mailbox_id = $1 AND mod_seq > 0", mailbox_id
    )
    await tx.driver.execute(
        "UPDATE mailboxes SET highest_modseq = 0, uid_next = CASE WHEN $2::bigint IS NULL"
        " THEN uid_next ELSE greatest($2, coalesce((SELECT max(uid) + 1 FROM mailbox_entries"
        " WHERE mailbox_id = $1), 0)) END WHERE id = $1",
        mailbox_id,
        uid_next,
    )


async def watch(tx: Transaction, mailbox_id: MailboxId, *, watched: bool) -> bool:
    """Choose whether a mailbox is followed live; answer whether that changed."""
    done = await tx.driver.fetchval(
        "UPDATE mailboxes SET watched = $2 WHERE id = $1 AND watched <> $2 RETURNING id",
        mailbox_id,
        watched,
    )
    return done is not None


def _row(row: Mapping[str, Any]) -> LocalMailbox:
    role = MailboxRole(row["role"]) if row["role"] else None
    return LocalMailbox(
        **{
            **row,
            "role": role,
            "namespace": MailboxNamespace(row["namespace"]),
            "attributes": frozenset(row["attributes"]),
        }
    )
