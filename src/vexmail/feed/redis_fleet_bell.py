"""Wakes the fleets of other processes over Redis."""

import asyncio
from collections.abc import Callable

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from vexmail.domain.ids import AccountId, MessageId
from vexmail.ports.fleet_bell import Errand, Knock

log = structlog.get_logger()

CHANNEL = "vexmail:fleet"
LISTEN_POLL = 1.0  # seconds; redis-py resubscribes by itself between polls of this length
RECONNECT_DELAY = 1.0  # seconds
SEND_WITHIN = 5.0  # seconds
FLUSH_WITHIN = 1.0  # seconds; an end is not held up for a Redis that is away


class RedisFleetBell:
    """Implements ``FleetBell``; knocks wait here while Redis is away, each once."""

    def __init__(self, redis: Redis, origin: str) -> None:
        self._redis = redis
        self._origin = origin
        self._outbox: dict[Knock, None] = {}  # in order, each once
        self._outbox_filled = asyncio.Event()

    def ring(self, knock: Knock) -> None:
        """Hand a knock to the publisher."""
        self._outbox[knock] = None
        self._outbox_filled.set()

    async def run(self, heard: Callable[[Knock], None]) -> None:
        """Publish and listen until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._publish(), name="bell:publish")
            group.create_task(self._listen(heard), name="bell:listen")

    async def flush(self) -> None:
        """Send what was rung."""
        try:
            async with asyncio.timeout(FLUSH_WITHIN):
                await self._send()
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("bell.not_rung", reason=str(error))

    async def _publish(self) -> None:
        while True:
            await self._outbox_filled.wait()
            self._outbox_filled.clear()
            try:
                async with asyncio.timeout(SEND_WITHIN):
                    await self._send()
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("bell.not_rung", reason=str(error))
                await asyncio.sleep(RECONNECT_DELAY)
                self._outbox_filled.set()

    async def _send(self) -> None:
        for knock in list(self._outbox):
            await self._redis.publish(CHANNEL, _encode(self._origin, knock))
            self._outbox.pop(knock, None)

    async def _listen(self, heard: Callable[[Knock], None]) -> None:
        while True:
            try:
                async with self._redis.pubsub() as subscription:
                    await subscription.subscribe(CHANNEL)
                    heard(Knock(Errand.ACCOUNTS))  # whatever was rung before is lost
                    while True:
                        message = await subscription.get_message(
                            ignore_subscribe_messages=True, timeout=LISTEN_POLL
                        )
                        if message is not None:
                            self._hear(message["data"], heard)
            except (RedisError, OSError) as error:
                log.warning("bell.not_listening", reason=str(error))
                await asyncio.sleep(RECONNECT_DELAY)

    def _hear(self, data: bytes, heard: Callable[[Knock], None]) -> None:
        try:
            origin, knock = _decode(data)
        except ValueError:  # another version's word, or another program's
            log.warning("bell.not_understood")
            return
        if origin != self._origin:
            heard(knock)


def _encode(origin: str, knock: Knock) -> str:
    return f"{origin} {knock.errand} {knock.account_id} {knock.message_id}"


def _decode(data: bytes) -> tuple[str, Knock]:
    origin, errand, account, message = data.decode("ascii").split(" ")
    return origin, Knock(Errand(errand), AccountId(int(account)), MessageId(int(message)))
