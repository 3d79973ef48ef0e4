"""Wishes that are not carried out yet, or were given up, for a person to see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vexmail.domain.change import Json
from vexmail.domain.ids import AccountId, IntentId, UserId
from vexmail.store.driver import Driver
from vexmail.store.queries.moments import iso, iso_or_none

OPEN = ("pending", "parked", "rejected")
"""States of wishes that are not done: on their way, given up after many tries, refused."""

_FROM = """
  FROM intents i
  LEFT JOIN messages m ON m.id = i.message_id
  LEFT JOIN mailboxes source ON source.id = i.source_mailbox_id
  LEFT JOIN mailboxes target ON target.id = i.target_mailbox_id
  LEFT JOIN mailboxes box ON box.id = i.mailbox_id
 WHERE i.account_id IN (SELECT id FROM accounts WHERE user_id = $1)
   AND i.state = ANY($2::text[]) AND i.state IN ('pending', 'parked', 'rejected')
   AND ($3::text IS NULL OR i.kind = $3) AND ($4::bigint IS NULL OR i.account_id = $4)
"""

_SELECT = f"""
SELECT i.id, i.account_id, i.message_id, i.kind, i.state, i.add_flags, i.remove_flags,
       i.source_mailbox_id, source.name AS source_name, i.target_mailbox_id,
       target.name AS target_name, i.error_code, i.error_message, i.attempts, i.created_at,
       i.next_attempt_at, i.mailbox_id, i.name, i.old_name, box.name AS mailbox_name,
       m.subject, m.from_name, m.from_address
{_FROM} AND ($5::bigint IS NULL OR i.id < $5)
 ORDER BY i.id DESC LIMIT $6
"""


@dataclass(frozen=True, slots=True)
class IntentFilter:
    """Which open wishes a list shows; None means "does not matter"."""

    states: Sequence[str] = OPEN
    kind: str | None = None
    account_id: AccountId | None = None


async def page(
    driver: Driver,
    user_id: UserId,
    wanted: IntentFilter,
    *,
    limit: int,
    before: IntentId | None = None,
) -> tuple[list[Json], IntentId | None]:
    """Return open wishes newest first, and where the next page starts."""
    rows = await driver.fetch(
        _SELECT,
        user_id,
        list(wanted.states),
        wanted.kind,
        wanted.account_id,
        before,
        limit + 1,
    )
    more = len(rows) > limit
    rows = rows[:limit]
    return [view(row) for row in rows], IntentId(rows[-1]["id"]) if more else None


async def count(driver: Driver, user_id: UserId, wanted: IntentFilter) -> int:
    """Return how many wishes a list has."""
    found = await driver.fetchval(
        "SELECT count(*)" + _FROM,
        user_id,
        list(wanted.states),
        wanted.kind,
        wanted.account_id,
    )
    return int(found)


def view(row: Mapping[str, Any]) -> Json:
    """Return one wish in the shape of the API."""
    sender = row["from_address"] or row["from_name"]
    return {
        "id": str(row["id"]),
        "account_id": str(row["account_id"]),
        "email_id": None if row["message_id"] is None else str(row["message_id"]),
        "kind": row["kind"],
        "state": row["state"],
        "add_flags": row["add_flags"],
        "remove_flags": row["remove_flags"],
        "from_mailbox": _place(row["source_mailbox_id"], row["source_name"]),
        "to_mailbox": _place(row["target_mailbox_id"], row["target_name"]),
        "mailbox": _place(row["mailbox_id"], row["mailbox_name"] or row["old_name"] or row["name"]),
        "new_name": row["name"] or None,
        "code": row["error_code"],
        "message": row["error_message"],
        "attempts": row["attempts"],
        "created_at": iso(row["created_at"]),
        "next_attempt_at": iso_or_none(
            row["next_attempt_at"] if row["state"] == "pending" else None
        ),
        "subject": row["subject"] or "",
        "sender": {"name": row["from_name"], "address": row["from_address"]} if sender else None,
    }


def _place(key: int | None, name: str | None) -> Json | None:
    """Return a mailbox by key and name; its name is empty once it is gone."""
    return None if key is None else {"id": str(key), "name": name or ""}
