"""Operations: actions on many messages, undone as a whole."""

from dataclasses import dataclass
from datetime import datetime

from vexmail.domain.ids import OperationId, UserId
from vexmail.store.unit_of_work import Transaction


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One action."""

    id: OperationId
    action: str
    matched: int
    changed: int
    undone_at: datetime | None


async def begin(tx: Transaction, user_id: UserId, action: str, matched: int) -> OperationId:
    """Start an operation."""
    return OperationId(
        await tx.driver.fetchval(
            "INSERT INTO operations (user_id, action, matched) VALUES ($1, $2, $3) RETURNING id",
            user_id,
            action,
            matched,
        )
    )


async def set_changed(tx: Transaction, operation_id: OperationId, changed: int) -> None:
    """Write how many messages the action changed."""
    await tx.driver.execute(
        "UPDATE operations SET changed = $2 WHERE id = $1", operation_id, changed
    )


async def lock(tx: Transaction, user_id: UserId, operation_id: OperationId) -> OperationRow | None:
    """Lock and return an operation of this user; None when there is none."""
    row = await tx.driver.fetchrow(
        "SELECT id, action, matched, changed, undone_at FROM operations"
        " WHERE id = $2 AND user_id = $1 FOR UPDATE",
        user_id,
        operation_id,
    )
    return None if row is None else OperationRow(**dict(row))


async def mark_undone(tx: Transaction, operation_id: OperationId) -> None:
    """Remember that the operation was taken back."""
    await tx.driver.execute("UPDATE operations SET undone_at = now() WHERE id = $1", operation_id)
