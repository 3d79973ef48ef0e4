"""How jobs travel: names, queue, encoding and connections, equal on both sides."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool

QUEUE = "vexmail:jobs"
PARSE_MESSAGES = "parse_messages"
CONNECT_TIMEOUT = 5  # seconds


def encode(job: dict[str, Any]) -> bytes:
    """Return a job as JSON; results that are no JSON are kept as text."""
    return json.dumps(job, default=repr).encode()


def decode(data: bytes) -> dict[str, Any]:
    """Return a job from JSON."""
    loaded: dict[str, Any] = json.loads(data)
    return loaded


@asynccontextmanager
async def job_redis(url: str) -> AsyncIterator[ArqRedis]:
    """Give access to the queue; connects with the first command, closes whatever it opened."""
    # arq's create_pool tries Redis at once and leaves the connection open when it is cancelled.
    pool = ConnectionPool.from_url(url, socket_connect_timeout=CONNECT_TIMEOUT)
    redis = ArqRedis(pool, job_serializer=encode, job_deserializer=decode, default_queue_name=QUEUE)
    try:
        yield redis
    finally:
        await redis.aclose(close_connection_pool=True)
