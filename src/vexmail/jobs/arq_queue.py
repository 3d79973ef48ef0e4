"""Asks for jobs over arq; implements ``ports.job_queue``."""

import asyncio
from collections.abc import Sequence

import structlog
from arq.connections import ArqRedis
from redis.exceptions import RedisError

from vexmail.domain.ids import MessageId
from vexmail.jobs.wire import PARSE_MESSAGES, QUEUE

log = structlog.get_logger()

ASK_WITHIN = 2.0  # seconds; somebody may be waiting for the email whose body was stored
REST = 10.0  # seconds without asking after Redis did not answer; the sweep finds the rest


class ArqJobQueue:
    """Enqueues; an outage of Redis is logged and left to the worker's sweep."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis
        self._rests_until = 0.0

    async def parse_messages(self, message_ids: Sequence[MessageId]) -> None:
        """Ask for these messages to be parsed."""
        now = asyncio.get_running_loop().time()
        if not message_ids or now < self._rests_until:
            return
        try:
            async with asyncio.timeout(ASK_WITHIN):
                await self._redis.enqueue_job(PARSE_MESSAGES, list(message_ids), _queue_name=QUEUE)
        except (RedisError, OSError, TimeoutError) as error:
            self._rests_until = now + REST
            log.warning("jobs.not_enqueued", task=PARSE_MESSAGES, reason=str(error))
