"""Asks for jobs over arq; implements ``ports.job_queue``."""

import asyncio
from collections.abc import Sequence

import structlog
from arq.connections import ArqRedis
from redis.exceptions import RedisError

from vexmail.domain.ids import MessageId
from vexmail.jobs.wire import PARSE_MESSAGES, QUEUE

log = structlog.get_logger()


class ArqJobQueue:
    """Enqueues; an outage of Redis is logged and left to the worker's sweep."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis

    async def parse_messages(self, message_ids: Sequence[MessageId]) -> None:
        """Ask for these messages to be parsed."""
        if not message_ids:
            return
        try:
            async with asyncio.timeout(5):
                await self._redis.enqueue_job(PARSE_MESSAGES, list(message_ids), _queue_name=QUEUE)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("jobs.not_enqueued", task=PARSE_MESSAGES, reason=str(error))
