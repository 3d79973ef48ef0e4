"""Counts over all of a user's mail."""

from vexmail.domain.change import Json
from vexmail.domain.ids import UserId
from vexmail.store.driver import Driver

_COUNTS = """
SELECT count(*) FILTER (WHERE m.body_state = 'remote') AS remote,
       count(*) FILTER (WHERE m.body_state = 'stored') AS stored,
       count(*) FILTER (WHERE m.body_state = 'parsed') AS parsed,
       count(*) FILTER (WHERE m.body_state = 'unreadable') AS unreadable
  FROM messages m JOIN accounts a ON a.id = m.account_id
 WHERE a.user_id = $1 AND m.orphaned_at IS NULL
"""

_BOXES = """
SELECT m.id, m.account_id, m.name, m.total, m.unread, m.sync_total
  FROM mailboxes m JOIN accounts a ON a.id = m.account_id
 WHERE a.user_id = $1 ORDER BY m.id
"""


async def statistics(driver: Driver, user_id: UserId) -> Json:
    """Return the counts in the shape of the API, all but the number of streams.

    ``emails`` counts messages once; ``unread`` adds up the mailboxes' counters.
    """
    bodies = await driver.fetchrow(_COUNTS, user_id)
    boxes = await driver.fetch(_BOXES, user_id)
    attachments = await driver.fetchval(
        "SELECT count(*) FROM attachments t JOIN messages m ON m.id = t.message_id"
        " JOIN accounts a ON a.id = m.account_id"
        " WHERE a.user_id = $1 AND NOT t.inline AND m.orphaned_at IS NULL",
        user_id,
    )
    return {
        "emails": sum((bodies or {}).values()),
        "unread": sum(b["unread"] for b in boxes),
        "mailboxes": len(boxes),
        "accounts": await driver.fetchval(
            "SELECT count(*) FROM accounts WHERE user_id = $1", user_id
        ),
        "attachments": attachments,
        "bodies": dict(bodies or {}),
        "sync": [
            {
                "account_id": str(b["account_id"]),
                "mailbox_id": str(b["id"]),
                "mailbox": b["name"],
                "done": b["total"],
                "total": max(b["sync_total"], b["total"]),
            }
            for b in boxes
        ],
    }
