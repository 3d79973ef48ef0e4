"""Reading the change log, for live streams, resumed streams and polling alike."""

from dataclasses import dataclass

from vexmail.domain.change import Json
from vexmail.domain.ids import UserId
from vexmail.store.driver import Driver
from vexmail.store.queries.moments import iso


@dataclass(frozen=True, slots=True)
class LogEnds:
    """The smallest and largest number the log holds for a user; ``first`` is 0 when empty."""

    first: int
    last: int


async def after(driver: Driver, user_id: UserId, seq: int, limit: int) -> list[Json]:
    """Return changes numbered above ``seq``, ascending, at most ``limit``."""
    rows = await driver.fetch(
        "SELECT seq, time, account_id, type, data FROM change_log"
        " WHERE user_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        user_id,
        seq,
        limit,
    )
    return [
        {
            "type": r["type"],
            "seq": r["seq"],
            "time": iso(r["time"]),
            "account_id": None if r["account_id"] is None else str(r["account_id"]),
            **r["data"],
        }
        for r in rows
    ]


async def ends(driver: Driver, user_id: UserId) -> LogEnds:
    """Return how far back the log goes and its newest number."""
    row = await driver.fetchrow(
        "SELECT u.change_seq, (SELECT min(seq) FROM change_log WHERE user_id = u.id) AS first"
        " FROM users u WHERE u.id = $1",
        user_id,
    )
    return LogEnds(0, 0) if row is None else LogEnds(row["first"] or 0, row["change_seq"])
