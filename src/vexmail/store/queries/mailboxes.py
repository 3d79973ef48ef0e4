"""The mailbox tree and the choice of mailboxes for a list."""

from collections.abc import Mapping, Sequence
from typing import Any

from vexmail.domain.change import Json
from vexmail.domain.ids import AccountId, MailboxId, UserId
from vexmail.store.driver import Driver
from vexmail.store.portions import unhurried

_SELECT = """
SELECT m.id, m.account_id, m.name, m.delimiter, m.role, m.total, m.unread, m.selectable,
       m.sync_state, m.sync_total, m.subscribed, m.namespace, m.server_name, m.created_by,
       m.watched, m.prefix
  FROM mailboxes m
"""

_BROKEN = (
    "The mail server numbered this mailbox anew too often in one day. It is looked at again"
    " tomorrow, or when you ask for it."
)
_ORDER = " ORDER BY m.account_id, m.role IS DISTINCT FROM 'inbox', m.role NULLS LAST, m.name"


async def tree(driver: Driver, user_id: UserId, account_id: AccountId | None = None) -> list[Json]:
    """Return the user's mailboxes: per account the inbox, then roles, then names."""
    rows = await driver.fetch(
        _SELECT + " JOIN accounts a ON a.id = m.account_id"
        " WHERE a.user_id = $1 AND ($2::bigint IS NULL OR a.id = $2)"
        " AND m.deleted_by IS NULL" + _ORDER,
        user_id,
        account_id,
    )
    known = {(row["account_id"], row["name"]): row["id"] for row in rows}
    return [
        view(row, known.get((row["account_id"], _parent(row)))) async for row in unhurried(rows)
    ]


async def one(driver: Driver, mailbox_id: MailboxId) -> Json | None:
    """Return one mailbox for a change, None if it is not shown; the caller knows whose it is."""
    return (await several(driver, [mailbox_id])).get(mailbox_id)


async def several(driver: Driver, mailbox_ids: Sequence[MailboxId]) -> dict[MailboxId, Json]:
    """Return those of some mailboxes that are shown, for changes about them."""
    rows = await driver.fetch(
        _SELECT + " WHERE m.id = ANY($1::bigint[]) AND m.deleted_by IS NULL", mailbox_ids
    )
    above = {(row["account_id"], path) for row in rows if (path := _parent(row)) is not None}
    parents = await driver.fetch(
        "SELECT m.id, m.account_id, m.name"
        " FROM unnest($1::bigint[], $2::text[]) AS wanted(account_id, name)"
        " JOIN mailboxes m ON m.account_id = wanted.account_id AND m.name = wanted.name"
        " WHERE m.deleted_by IS NULL",
        [account_id for account_id, _ in above],
        [path for _, path in above],
    )
    known = {(row["account_id"], row["name"]): row["id"] for row in parents}
    return {
        MailboxId(row["id"]): view(row, known.get((row["account_id"], _parent(row))))
        for row in rows
    }


async def choose(
    driver: Driver,
    user_id: UserId,
    mailbox: str | None,
    account_id: AccountId | None,
) -> list[MailboxId]:
    """Return the user's mailboxes that ``mailbox`` names: an id, a role, or None for inboxes."""
    wanted = mailbox or "inbox"
    is_id = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
    rows = await driver.fetch(
        "SELECT m.id FROM mailboxes m JOIN accounts a ON a.id = m.account_id"
        " WHERE a.user_id = $1 AND ($2::bigint IS NULL OR a.id = $2)"
        " AND (m.role = $3 OR m.id = $4) AND m.deleted_by IS NULL ORDER BY m.id",
        user_id,
        account_id,
        wanted,
        int(wanted) if is_id else None,
    )
    return [MailboxId(r["id"]) for r in rows]


def _parent(row: Mapping[str, Any]) -> str | None:
    """Return the path one level up, None at the top.

    What lies right below the prefix of our own namespace is at the top for people.
    """
    name, delimiter = row["name"], row["delimiter"]
    ends = name.rfind(delimiter) if delimiter else -1
    is_top = ends < 0 or (row["namespace"] == "personal" and ends < len(row["prefix"]))
    return None if is_top else name[:ends]


def view(row: Mapping[str, Any], parent_id: int | None) -> Json:
    """Return one mailbox in the shape of the API."""
    name, delimiter = row["name"], row["delimiter"]
    return {
        "id": str(row["id"]),
        "account_id": str(row["account_id"]),
        "name": name.rpartition(delimiter)[2] if delimiter else name,
        "path": name,
        "role": row["role"],
        "parent_id": None if parent_id is None else str(parent_id),
        "total": row["total"],
        "unread": row["unread"],
        "selectable": row["selectable"],
        "subscribed": row["subscribed"],
        "namespace": row["namespace"],
        "pending": _pending(row),
        "watched": row["watched"],
        "sync": {
            "state": row["sync_state"],
            "reason": _BROKEN if row["sync_state"] == "broken" else None,
            "done": row["total"],
            "total": max(row["sync_total"], row["total"]),
        },
    }


def _pending(row: Mapping[str, Any]) -> str | None:
    """Return what the server has still to do for the mailbox to be what is shown."""
    if row["created_by"] is not None:
        return "create"
    return "rename" if row["server_name"] != row["name"] else None
