"""Actions on emails as the API shows them, with how far the mail server has followed."""

from collections.abc import Mapping, Sequence
from typing import Any

from vexmail.domain.change import Json
from vexmail.domain.ids import IntentId, OperationId, UserId
from vexmail.store.driver import Driver
from vexmail.store.queries.moments import iso, iso_or_none

_SELECT = """
SELECT o.id, o.action, o.matched, o.changed, o.created_at, o.undone_at, n.*
  FROM operations o
 CROSS JOIN LATERAL
       (SELECT count(*) FILTER (WHERE i.state = 'pending') AS pending,
               count(*) FILTER (WHERE i.state = 'settled') AS settled,
               count(*) FILTER (WHERE i.state IN ('rejected', 'parked')) AS rejected
          FROM intents i WHERE i.operation_id = o.id) n
"""


async def page(
    driver: Driver, user_id: UserId, *, limit: int, before: OperationId | None = None
) -> tuple[list[Json], OperationId | None]:
    """Return a user's operations newest first, and where the next page starts."""
    rows = await driver.fetch(
        _SELECT + " WHERE o.user_id = $1 AND ($2::bigint IS NULL OR o.id < $2)"
        " ORDER BY o.id DESC LIMIT $3",
        user_id,
        before,
        limit + 1,
    )
    more = len(rows) > limit
    rows = rows[:limit]
    return [view(row) for row in rows], OperationId(rows[-1]["id"]) if more else None


async def one(driver: Driver, user_id: UserId, operation_id: OperationId) -> Json | None:
    """Return one operation of the user, or None."""
    row = await driver.fetchrow(
        _SELECT + " WHERE o.user_id = $1 AND o.id = $2", user_id, operation_id
    )
    return None if row is None else view(row)


async def batches_of(driver: Driver, intent_ids: Sequence[IntentId]) -> list[Json]:
    """Return the operations of several emails that these wishes were made with."""
    if not intent_ids:
        return []
    wanted = "SELECT DISTINCT operation_id FROM intents WHERE id = ANY($1::bigint[])"
    rows = await driver.fetch(
        f"{_SELECT} WHERE o.changed > 1 AND o.id IN ({wanted}) ORDER BY o.id",
        list(intent_ids),
    )
    return [view(row) for row in rows]


def view(row: Mapping[str, Any]) -> Json:
    """Return one operation in the shape of the API."""
    return {
        "id": str(row["id"]),
        "action": row["action"],
        "matched": row["matched"],
        "changed": row["changed"],
        "pending": row["pending"],
        "settled": row["settled"],
        "rejected": row["rejected"],
        "created_at": iso(row["created_at"]),
        "undone_at": iso_or_none(row["undone_at"]),
    }
