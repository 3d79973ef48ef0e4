"""Web processes and the accounts they run. Time is the database's alone.

Locks: renewing writes the process's own row and no lease, so it never waits for a writer of mail.
Taking locks the lease FOR UPDATE, which waits out every transaction that proved the former
holder's fence (``unit_of_work``, FOR KEY SHARE) and has not ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vexmail.domain.account import Account
from vexmail.domain.ids import AccountId, ProcessId
from vexmail.domain.lease import Lease
from vexmail.store.accounts import COLUMNS, from_row
from vexmail.store.unit_of_work import Transaction

SLACK = 1.0  # seconds that a clock may be nudged without anybody minding


@dataclass(frozen=True, slots=True)
class Peer:
    """A living web process: how many accounts it holds, and the seconds it has left."""

    id: ProcessId
    held: int
    expires_in: float


async def enrol(
    tx: Transaction, process: ProcessId, name: str, session_name: str, term: float
) -> None:
    """Begin a life of a web process."""
    await tx.driver.execute(
        "INSERT INTO web_processes (id, name, session_name, expires_at)"
        " VALUES ($1, $2, $3, now() + make_interval(secs => $4))",
        process,
        name,
        session_name,
        term,
    )


async def renew(tx: Transaction, process: ProcessId, term: float) -> bool:
    """Live ``term`` seconds longer; False when others buried the process already."""
    done = await tx.driver.fetchval(
        "UPDATE web_processes SET expires_at = now() + make_interval(secs => $2)"
        " WHERE id = $1 RETURNING id",
        process,
        term,
    )
    return done is not None


async def has_gone_back(tx: Transaction, process: ProcessId, term: float) -> bool:
    """Tell whether the database's clock was set back since the process renewed; ask before."""
    found = await tx.driver.fetchval(
        "SELECT expires_at > now() + make_interval(secs => $2) FROM web_processes WHERE id = $1",
        process,
        term + SLACK,
    )
    return bool(found)


async def shorten(tx: Transaction, term: float) -> None:
    """Let nobody live longer than one renewal allows: who died before the clock was set back."""
    await tx.driver.execute(
        "WITH late AS (SELECT id FROM web_processes"
        " WHERE expires_at > now() + make_interval(secs => $2) FOR UPDATE SKIP LOCKED)"
        " UPDATE web_processes p SET expires_at = now() + make_interval(secs => $1) FROM late"
        " WHERE p.id = late.id",
        term,
        term + SLACK,
    )


async def bury(tx: Transaction, me: ProcessId, *, everybody: bool = False) -> list[str]:
    """Remove the processes whose time is over; their accounts are free, their sessions end.

    A process that was stopped in the middle of a transaction would keep its row locks for as
    long as it stands still, and its accounts with them.

    Args:
        me: never buried.
        everybody: whoever there is: the caller knows that nobody else can be alive.

    Returns:
        The ids of the buried.
    """
    rows = await tx.driver.fetch(
        "WITH dead AS (SELECT id FROM web_processes WHERE id <> $1 AND ($2 OR expires_at < now())"
        " FOR UPDATE SKIP LOCKED)"
        " DELETE FROM web_processes p USING dead WHERE p.id = dead.id"
        " RETURNING p.id, p.session_name",
        me,
        everybody,
    )
    if rows:
        await tx.driver.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = ANY($1::text[]) AND application_name <> ''"
            " AND datname = current_database() AND usename = current_user"
            " AND application_name <> current_setting('application_name')",
            [r["session_name"] for r in rows],
        )
    return [r["id"] for r in rows]


async def leave(tx: Transaction, process: ProcessId) -> None:
    """End a life; its accounts are free."""
    await tx.driver.execute("DELETE FROM web_processes WHERE id = $1", process)


async def add_missing(tx: Transaction) -> None:
    """Give every account its lease, free; accounts that are being removed are left alone."""
    await tx.driver.execute(
        "INSERT INTO leases (account_id)"
        " SELECT a.id FROM accounts a WHERE NOT EXISTS"
        " (SELECT 1 FROM leases l WHERE l.account_id = a.id) ORDER BY a.id"
        " FOR KEY SHARE OF a SKIP LOCKED ON CONFLICT DO NOTHING"
    )


async def peers(tx: Transaction) -> list[Peer]:
    """Return the living processes."""
    rows = await tx.driver.fetch(
        "SELECT p.id, count(l.account_id) AS held,"
        " extract(epoch FROM p.expires_at - now())::float8 AS expires_in"
        " FROM web_processes p LEFT JOIN leases l ON l.holder = p.id GROUP BY p.id"
    )
    return [Peer(ProcessId(r["id"]), r["held"], r["expires_in"]) for r in rows]


async def count_free(tx: Transaction) -> int:
    """Return how many accounts nobody holds."""
    found: int = await tx.driver.fetchval("SELECT count(*) FROM leases WHERE holder IS NULL")
    return found


async def take(tx: Transaction, process: ProcessId, at_most: int) -> int:
    """Take accounts that nobody holds, under a new fence; answer how many.

    Those that somebody else is taking, or still writes under an older fence, are left.
    """
    rows = await tx.driver.fetch(
        "WITH free AS MATERIALIZED (SELECT account_id FROM leases WHERE holder IS NULL"
        " ORDER BY account_id LIMIT $2 FOR UPDATE SKIP LOCKED)"
        " UPDATE leases l SET holder = $1, fence = l.fence + 1, taken_at = now() FROM free"
        " WHERE l.account_id = free.account_id RETURNING l.account_id",
        process,
        at_most,
    )
    return len(rows)


async def give(tx: Transaction, process: ProcessId, account_ids: Sequence[AccountId]) -> None:
    """Free accounts that the process holds."""
    await tx.driver.execute(
        "UPDATE leases SET holder = NULL WHERE holder = $1 AND account_id = ANY($2::bigint[])",
        process,
        list(account_ids),
    )


async def held_by(tx: Transaction, process: ProcessId) -> list[tuple[Account, Lease]]:
    """Return what a process holds, oldest account first."""
    rows = await tx.driver.fetch(
        f"SELECT {COLUMNS}, l.fence FROM leases l"  # noqa: S608 - constant columns
        " JOIN accounts a ON a.id = l.account_id WHERE l.holder = $1 ORDER BY a.id",
        process,
    )
    return [(from_row(r), Lease(AccountId(r["id"]), process, r["fence"])) for r in rows]


async def with_new_wishes(tx: Transaction, process: ProcessId, seconds: float) -> list[AccountId]:
    """Return the accounts of a process that got a wish within so many seconds."""
    rows = await tx.driver.fetch(
        "SELECT DISTINCT i.account_id FROM leases l JOIN intents i ON i.account_id = l.account_id"
        " WHERE l.holder = $1 AND i.state = 'pending'"
        " AND i.created_at > now() - make_interval(secs => $2)",
        process,
        seconds,
    )
    return [AccountId(r["account_id"]) for r in rows]
