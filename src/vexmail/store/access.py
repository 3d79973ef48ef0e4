"""Users, login links, sessions and tokens. Secrets come in, hashes are stored."""

from datetime import datetime

from vexmail.domain.ids import UserId
from vexmail.store.queries.access import UserRow, digest
from vexmail.store.unit_of_work import Transaction


async def owner(tx: Transaction) -> UserRow:
    """Return the owner of this installation, made on first call."""
    await tx.driver.execute("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
    row = await tx.driver.fetchrow(
        "SELECT id, name, role FROM users WHERE role = 'owner' ORDER BY id LIMIT 1"
    )
    if row is None:
        row = await tx.driver.fetchrow(
            "INSERT INTO users (name, role) VALUES ('Owner', 'owner') RETURNING id, name, role"
        )
    assert row is not None  # noqa: S101 - INSERT RETURNING answers one row
    return UserRow(**dict(row))


async def add_login_link(
    tx: Transaction, user_id: UserId, token: str, expires_at: datetime
) -> None:
    """Store a one-time link; unused links that ran out are swept on the way."""
    await tx.driver.execute("DELETE FROM login_links WHERE expires_at < now() AND used_at IS NULL")
    await tx.driver.execute(
        "INSERT INTO login_links (token_hash, user_id, expires_at) VALUES ($1, $2, $3)",
        digest(token),
        user_id,
        expires_at,
    )


async def any_link_used(tx: Transaction) -> bool:
    """Tell whether any link was ever used."""
    return bool(
        await tx.driver.fetchval(
            "SELECT EXISTS (SELECT 1 FROM login_links WHERE used_at IS NOT NULL)"
        )
    )


async def use_login_link(tx: Transaction, token: str) -> UserRow | None:
    """Use a link up; None when it is unknown, used or out of date."""
    row = await tx.driver.fetchrow(
        "UPDATE login_links l SET used_at = now() FROM users u WHERE l.token_hash = $1"
        " AND l.used_at IS NULL AND l.expires_at > now() AND u.id = l.user_id"
        " RETURNING u.id, u.name, u.role",
        digest(token),
    )
    return None if row is None else UserRow(**dict(row))


async def add_session(
    tx: Transaction, user_id: UserId, token: str, expires_at: datetime, user_agent: str
) -> None:
    """Start a session."""
    await tx.driver.execute(
        "INSERT INTO sessions (user_id, token_hash, expires_at, user_agent)"
        " VALUES ($1, $2, $3, $4)",
        user_id,
        digest(token),
        expires_at,
        user_agent[:400],
    )


async def end_session(tx: Transaction, token: str) -> None:
    """End a session; ending one that is over is no error."""
    await tx.driver.execute("DELETE FROM sessions WHERE token_hash = $1", digest(token))


async def add_api_token(tx: Transaction, user_id: UserId, name: str, token: str) -> None:
    """Store a program's token."""
    await tx.driver.execute(
        "INSERT INTO api_tokens (user_id, name, token_hash) VALUES ($1, $2, $3)",
        user_id,
        name,
        digest(token),
    )


async def set_environment_token(tx: Transaction, user_id: UserId, token: str | None) -> None:
    """Make ``VEXMAIL_TOKEN`` the one token of that name, or none."""
    name = "VEXMAIL_TOKEN"
    await tx.driver.execute("DELETE FROM api_tokens WHERE name = $1", name)
    if token:
        await tx.driver.execute(
            "INSERT INTO api_tokens (user_id, name, token_hash) VALUES ($1, $2, $3)"
            " ON CONFLICT (token_hash) DO NOTHING",
            user_id,
            name,
            digest(token),
        )
