"""Which web process runs which account, for people and health checks."""

from dataclasses import dataclass

from vexmail.domain.ids import AccountId, UserId
from vexmail.store.driver import Driver


@dataclass(frozen=True, slots=True)
class Census:
    """How all accounts are spread over the web processes."""

    processes: int
    accounts: int
    waiting: int
    """Accounts that no living process runs."""


async def census(driver: Driver) -> Census:
    """Count processes and accounts."""
    row = await driver.fetchrow(
        "SELECT (SELECT count(*) FROM web_processes WHERE expires_at > now()) AS processes,"
        " count(*) AS accounts, count(*) FILTER (WHERE p.id IS NULL) AS waiting"
        " FROM accounts a LEFT JOIN leases l ON l.account_id = a.id"
        " LEFT JOIN web_processes p ON p.id = l.holder AND p.expires_at > now()"
    )
    assert row is not None  # noqa: S101 - counting answers one row
    return Census(**dict(row))


async def run_by(driver: Driver, user_id: UserId) -> dict[AccountId, str]:
    """Return the name of the living process that runs each account of a user."""
    rows = await driver.fetch(
        "SELECT a.id, p.name FROM accounts a JOIN leases l ON l.account_id = a.id"
        " JOIN web_processes p ON p.id = l.holder AND p.expires_at > now() WHERE a.user_id = $1",
        user_id,
    )
    return {AccountId(r["id"]): r["name"] for r in rows}
