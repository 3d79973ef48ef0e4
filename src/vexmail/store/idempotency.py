"""Keys of requests that create something, and the answers they got."""

import json
from dataclasses import dataclass

from vexmail.domain.change import Json
from vexmail.domain.ids import UserId
from vexmail.store.unit_of_work import Transaction

KEPT_FOR = 86400  # seconds that an answer is repeated
ABANDONED_AFTER = 60  # seconds; who holds a key for longer without an answer is taken for dead


@dataclass(frozen=True, slots=True)
class Held:
    """A key as it is now; ``status`` is 0 while there is no answer."""

    request: bytes
    holder: str
    status: int
    answer: Json


async def hold(tx: Transaction, user_id: UserId, key: str, request: bytes, holder: str) -> Held:
    """Take a key that is free or was abandoned; answer it as it is then, whoever holds it."""
    await tx.driver.execute(
        "DELETE FROM idempotency_keys WHERE user_id = $1"
        " AND created_at < now() - make_interval(secs => $2)",
        user_id,
        KEPT_FOR,
    )
    await tx.driver.execute(
        "INSERT INTO idempotency_keys AS k (user_id, key, request, holder)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, key) DO UPDATE"
        " SET holder = excluded.holder, held_since = now()"
        " WHERE k.status = 0 AND k.request = excluded.request"
        # Held in the future: the clock was set back.
        " AND k.held_since NOT BETWEEN now() - make_interval(secs => $5)"
        " AND now() + make_interval(secs => $5)",
        user_id,
        key,
        request,
        holder,
        ABANDONED_AFTER,
    )
    row = await tx.driver.fetchrow(
        "SELECT request, holder, status, answer FROM idempotency_keys"
        " WHERE user_id = $1 AND key = $2",
        user_id,
        key,
    )
    return Held(bytes(row["request"]), row["holder"], row["status"], row["answer"])


async def keep(
    tx: Transaction, user_id: UserId, key: str, holder: str, status: int, answer: Json
) -> bool:
    """Write the answer; False when somebody else holds the key by now."""
    done = await tx.driver.fetchval(
        "UPDATE idempotency_keys SET status = $4, answer = $5::jsonb"
        " WHERE user_id = $1 AND key = $2 AND holder = $3 AND status = 0 RETURNING status",
        user_id,
        key,
        holder,
        status,
        json.dumps(answer),
    )
    return done is not None


async def let_go(tx: Transaction, user_id: UserId, key: str, holder: str) -> None:
    """Free a key whose work came to nothing."""
    await tx.driver.execute(
        "DELETE FROM idempotency_keys WHERE user_id = $1 AND key = $2 AND holder = $3"
        " AND status = 0",
        user_id,
        key,
        holder,
    )
