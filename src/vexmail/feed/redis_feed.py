"""Rings in this process at once, and in other processes through Redis."""

import asyncio
import contextlib
from collections import defaultdict

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from vexmail.domain.ids import UserId

log = structlog.get_logger()

CHANNEL = "vexmail:rings"
LISTEN_POLL = 1.0  # seconds; redis-py resubscribes by itself between polls of this length
RECONNECT_DELAY = 1.0  # seconds


class RedisChangeFeed:
    """Implements ``ChangeFeed``; ``run`` must be running for rings to cross processes."""

    def __init__(self, redis: Redis, origin: str) -> None:
        self._redis = redis
        self._origin = origin
        self._counts: dict[UserId, int] = defaultdict(int)
        self._waiters: dict[UserId, set[asyncio.Future[None]]] = defaultdict(set)
        self._outbox: set[UserId] = set()
        self._outbox_filled = asyncio.Event()

    async def ring(self, user_id: UserId) -> None:
        """Wake waiters here, and hand the ring to the publisher."""
        self._wake(user_id)
        self._outbox.add(user_id)
        self._outbox_filled.set()

    async def wait(self, user_id: UserId, seen: int, timeout: float) -> int:
        """Return when rung since ``seen``, or after ``timeout`` seconds."""
        if self._counts[user_id] == seen:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters[user_id].add(waiter)
            try:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(timeout):
                        await waiter
            finally:
                self._waiters[user_id].discard(waiter)
        return self._counts[user_id]

    async def run(self) -> None:
        """Publish and listen until cancelled, through any outage of Redis."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._publish(), name="feed:publish")
            group.create_task(self._listen(), name="feed:listen")

    async def publish_once(self) -> None:
        """Publish what was rung so far; what fails stays to be published later."""
        for owner in list(self._outbox):
            self._outbox.discard(owner)  # whoever rings meanwhile wants one more
            try:
                await self._redis.publish(CHANNEL, f"{self._origin} {owner}")
            except BaseException:
                self._outbox.add(owner)
                raise

    def _wake(self, user_id: UserId) -> None:
        self._counts[user_id] += 1
        for waiter in self._waiters.pop(user_id, ()):
            if not waiter.done():
                waiter.set_result(None)

    async def _publish(self) -> None:
        while True:
            await self._outbox_filled.wait()
            self._outbox_filled.clear()
            try:
                async with asyncio.timeout(5):
                    await self.publish_once()
            except (RedisError, OSError, TimeoutError) as error:
                # The log in the database has the facts; other processes find them by polling.
                log.warning("feed.ring_not_published", reason=str(error))
                await asyncio.sleep(RECONNECT_DELAY)
                self._outbox_filled.set()

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as subscription:
                    await subscription.subscribe(CHANNEL)
                    while True:
                        message = await subscription.get_message(
                            ignore_subscribe_messages=True, timeout=LISTEN_POLL
                        )
                        if message is not None:
                            self._hear(message["data"])
            except (RedisError, OSError) as error:
                log.warning("feed.not_listening", reason=str(error))
                await asyncio.sleep(RECONNECT_DELAY)

    def _hear(self, data: bytes) -> None:
        origin, _, owner = data.decode("ascii", "replace").partition(" ")
        if origin != self._origin and owner.isdigit():
            self._wake(UserId(int(owner)))
