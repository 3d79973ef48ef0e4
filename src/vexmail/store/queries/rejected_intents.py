"""Wishes that a server refused, for a person to see."""

from vexmail.domain.change import Json
from vexmail.domain.ids import UserId
from vexmail.store.driver import Driver
from vexmail.store.queries.moments import iso

SHOWN = 200  # newest; older ones are of no use to anybody


async def rejected(driver: Driver, user_id: UserId) -> list[Json]:
    """Return the user's refused wishes that were neither tried again nor dropped."""
    rows = await driver.fetch(
        "SELECT i.id, i.message_id, i.kind, i.error_code, i.error_message, i.created_at,"
        " m.subject FROM intents i JOIN accounts a ON a.id = i.account_id"
        " JOIN messages m ON m.id = i.message_id"
        " WHERE a.user_id = $1 AND i.state = 'rejected' ORDER BY i.id DESC LIMIT $2",
        user_id,
        SHOWN,
    )
    return [
        {
            "id": str(r["id"]),
            "email_id": str(r["message_id"]),
            "kind": r["kind"],
            "code": r["error_code"],
            "message": r["error_message"],
            "created_at": iso(r["created_at"]),
            "subject": r["subject"],
        }
        for r in rows
    ]
