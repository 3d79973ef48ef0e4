"""How much each account downloaded on which day, and why it rests."""

from datetime import date

from vexmail.domain.byte_budget import Pause
from vexmail.domain.ids import AccountId
from vexmail.store.unit_of_work import Transaction

KEPT_DAYS = 31


async def add(tx: Transaction, account_id: AccountId, day: date, count: int) -> None:
    """Add to a day's sum; sums of long ago are dropped with the first of a new day."""
    is_first = await tx.driver.fetchval(
        "INSERT INTO downloads (account_id, day, bytes) SELECT id, $2, $3 FROM accounts"
        " WHERE id = $1 ON CONFLICT (account_id, day)"
        " DO UPDATE SET bytes = downloads.bytes + excluded.bytes RETURNING bytes = $3",
        account_id,
        day,
        count,
    )
    if is_first:
        await tx.driver.execute(
            "DELETE FROM downloads WHERE account_id = $1 AND day < $2::date - $3::int",
            account_id,
            day,
            KEPT_DAYS,
        )


async def of_day(tx: Transaction, account_id: AccountId, day: date) -> int:
    """Return a day's sum."""
    found = await tx.driver.fetchval(
        "SELECT bytes FROM downloads WHERE account_id = $1 AND day = $2", account_id, day
    )
    return found or 0


async def set_pause(tx: Transaction, account_id: AccountId, pause: Pause | None) -> bool:
    """Write why the backfill of bodies rests, or that it goes on; answer whether that is news."""
    done = await tx.driver.fetchval(
        "UPDATE accounts SET bodies_paused_until = $2, bodies_paused_because = $3 WHERE id = $1"
        " AND bodies_paused_until IS DISTINCT FROM $2 RETURNING id",
        account_id,
        pause.until if pause else None,
        pause.reason if pause else "",
    )
    return done is not None
