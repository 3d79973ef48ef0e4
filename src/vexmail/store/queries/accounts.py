"""Accounts as the API shows them: never a password."""

from collections.abc import Mapping
from typing import Any

from vexmail.domain.change import Json
from vexmail.domain.ids import AccountId, UserId
from vexmail.store.driver import Driver
from vexmail.store.queries.moments import iso, iso_or_none

_SELECT = """
SELECT id, user_id, email, name, imap_host, imap_port, imap_security, imap_username, state,
       error_code, error_message, retry_at, bodies_paused_until, bodies_paused_because, is_demo,
       created_at
  FROM accounts
"""


async def of_user(driver: Driver, user_id: UserId) -> list[Json]:
    """Return the user's accounts, oldest first."""
    rows = await driver.fetch(_SELECT + " WHERE user_id = $1 ORDER BY id", user_id)
    return [view(row) for row in rows]


async def one(driver: Driver, user_id: UserId, account_id: AccountId) -> Json | None:
    """Return one account of the user, or None."""
    row = await driver.fetchrow(_SELECT + " WHERE user_id = $1 AND id = $2", user_id, account_id)
    return None if row is None else view(row)


def fault(row: Mapping[str, Any]) -> Json | None:
    """Return why an account is not live, or None."""
    if not row["error_code"]:
        return None
    return {
        "code": row["error_code"],
        "message": row["error_message"],
        "retry_at": iso_or_none(row["retry_at"]),
    }


def paused(row: Mapping[str, Any]) -> Json | None:
    """Return why bodies that nobody waits for are not downloaded now, or None."""
    if row["bodies_paused_until"] is None:
        return None
    return {"until": iso(row["bodies_paused_until"]), "reason": row["bodies_paused_because"]}


def view(row: Mapping[str, Any]) -> Json:
    """Return one account in the shape of the API."""
    return {
        "id": str(row["id"]),
        "email": row["email"],
        "name": row["name"],
        "state": row["state"],
        "error": fault(row),
        "imap": {
            "host": row["imap_host"],
            "port": row["imap_port"],
            "security": row["imap_security"],
            "username": row["imap_username"],
        },
        "paused": paused(row),
        "created_at": iso(row["created_at"]),
        "is_demo": row["is_demo"],
    }
