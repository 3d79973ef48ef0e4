"""Who a session cookie or a bearer token belongs to."""

import hashlib
from dataclasses import dataclass

from vexmail.domain.ids import UserId
from vexmail.store.driver import Driver

_WHOSE = """
SELECT u.id, u.name, u.role FROM users u WHERE u.id = coalesce(
    (SELECT s.user_id FROM sessions s WHERE s.token_hash = $1 AND s.expires_at > now()),
    (SELECT t.user_id FROM api_tokens t WHERE t.token_hash = $2))
"""


@dataclass(frozen=True, slots=True)
class UserRow:
    """Somebody who may sign in."""

    id: UserId
    name: str
    role: str


def digest(secret: str) -> bytes:
    """Return what is stored of a token. Tokens are random, so one fast hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


async def authenticate(
    driver: Driver, *, session: str | None, bearer: str | None
) -> UserRow | None:
    """Return whose session or API token this is, or None."""
    row = await driver.fetchrow(
        _WHOSE, digest(session) if session else None, digest(bearer) if bearer else None
    )
    return None if row is None else UserRow(**dict(row))
