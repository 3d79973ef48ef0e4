"""The mailbox tree and the choice of mailboxes for a list."""

from collections.abc import Mapping
from typing import Any

from vexmail.domain.change import Json
from vexmail.domain.ids import AccountId, MailboxId, UserId
from vexmail.store.driver import Driver

_SELECT = """
SELECT m.id, m.account_id, m.name, m.delimiter, m.role, m.total, m.unread, m.selectable,
       m.sync_state, m.sync_total, parent.id AS parent_id
  FROM mailboxes m
  JOIN accounts a ON a.id = m.account_id
  LEFT JOIN mailboxes parent
    ON parent.account_id = m.account_id AND m.delimiter <> ''
   AND strpos(m.name, m.delimiter) > 0
   AND parent.name = regexp_replace(m.name, '^(.*)' || '\\' || m.delimiter || '.*$', '\\1')
"""

_ORDER = " ORDER BY m.account_id, m.role IS DISTINCT FROM 'inbox', m.role NULLS LAST, m.name"


async def tree(driver: Driver, user_id: UserId, account_id: AccountId | None = None) -> list[Json]:
    """Return the user's mailboxes: per account the inbox, then roles, then names."""
    rows = await driver.fetch(
        _SELECT + " WHERE a.user_id = $1 AND ($2::bigint IS NULL OR a.id = $2)" + _ORDER,
        user_id,
        account_id,
    )
    return [view(row) for row in rows]


async def one(driver: Driver, mailbox_id: MailboxId) -> Json | None:
    """Return one mailbox for a change; the caller knows whose it is."""
    row = await driver.fetchrow(_SELECT + " WHERE m.id = $1", mailbox_id)
    return None if row is None else view(row)


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
        " AND (m.role = $3 OR m.id = $4) ORDER BY m.id",
        user_id,
        account_id,
        wanted,
        int(wanted) if is_id else None,
    )
    return [MailboxId(r["id"]) for r in rows]


def view(row: Mapping[str, Any]) -> Json:
    """Return one mailbox in the shape of the API."""
    name, delimiter = row["name"], row["delimiter"]
    return {
        "id": str(row["id"]),
        "account_id": str(row["account_id"]),
        "name": name.rpartition(delimiter)[2] if delimiter else name,
        "path": name,
        "role": row["role"],
        "parent_id": None if row["parent_id"] is None else str(row["parent_id"]),
        "total": row["total"],
        "unread": row["unread"],
        "selectable": row["selectable"],
        "sync": {
            "state": row["sync_state"],
            "done": row["total"],
            "total": max(row["sync_total"], row["total"]),
        },
    }
