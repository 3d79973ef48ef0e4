"""Runs the arq worker, and runs it again whenever it ends."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, cast

import structlog
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.constants import in_progress_key_prefix
from arq.worker import Worker, func

from vexmail.domain.ids import MessageId
from vexmail.jobs.wire import PARSE_MESSAGES, QUEUE, decode, encode
from vexmail.usecases.find_unparsed import FindUnparsed
from vexmail.usecases.parse_messages import ParseMessages

if TYPE_CHECKING:
    from arq.typing import WorkerCoroutine

log = structlog.get_logger()

JOB_TIMEOUT = 300  # seconds; one batch of messages, each with its own limit in the parser
SWEEP_EVERY = 30.0  # seconds between looks at the database for work that Redis lost
SWEEP_BATCH = 20  # messages per job, as the backfill asks for them
HEARTBEAT_KEY = "vexmail:worker:alive"
HEARTBEAT_EVERY = 5.0  # seconds
HEARTBEAT_LIFE = 20  # seconds


class WorkerLoop:
    """Carries out jobs until cancelled, through any outage of Redis."""

    def __init__(self, redis: RedisSettings, parse: ParseMessages, find: FindUnparsed) -> None:
        self._redis = redis
        self._parse = parse
        self._find = find

    async def run(self) -> None:
        """Serve, sweep and show signs of life, each on its own."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._serve(), name="worker:serve")
            group.create_task(self._keep(self._sweep, SWEEP_EVERY), name="worker:sweep")
            group.create_task(self._keep(self._beat, HEARTBEAT_EVERY), name="worker:heartbeat")

    async def _serve(self) -> None:
        async def parse_messages(_ctx: dict[Any, Any], ids: list[int]) -> None:
            await self._parse([MessageId(i) for i in ids])

        while True:
            pool: ArqRedis | None = None
            try:
                pool = await self._pool()
                await self._free_abandoned(pool)
                worker = Worker(
                    [
                        func(
                            cast("WorkerCoroutine", parse_messages),
                            name=PARSE_MESSAGES,
                            keep_result=0,
                            max_tries=3,
                        )
                    ],
                    queue_name=QUEUE,
                    redis_pool=pool,
                    handle_signals=False,
                    poll_delay=0.05,
                    max_jobs=2,
                    job_timeout=JOB_TIMEOUT,
                    keep_result=0,
                    job_serializer=encode,
                    job_deserializer=decode,
                )
                await worker.async_run()
            except Exception as error:  # noqa: BLE001 - boundary: arq ends on any outage of Redis
                log.warning("worker.interrupted", reason=repr(error))
            finally:
                if pool is not None:
                    await pool.aclose()
            await asyncio.sleep(1)

    @staticmethod
    async def _free_abandoned(pool: ArqRedis) -> None:
        """Let jobs of a killed worker start again now instead of after their timeout.

        A job that another worker is busy with runs twice, which every task allows.
        """
        marks = [key async for key in pool.scan_iter(f"{in_progress_key_prefix}*")]
        if marks:
            await pool.delete(*marks)
            log.info("worker.abandoned_jobs_freed", jobs=len(marks))

    async def _sweep(self) -> None:
        """Enqueue what is stored and not read, unless the queue is busy with it already."""
        pool = await self._pool()
        try:
            if await pool.zcard(QUEUE):
                return
            ids = await self._find()
            for start in range(0, len(ids), SWEEP_BATCH):
                await pool.enqueue_job(
                    PARSE_MESSAGES, ids[start : start + SWEEP_BATCH], _queue_name=QUEUE
                )
        finally:
            await pool.aclose()

    async def _beat(self) -> None:
        pool = await self._pool()
        try:
            await pool.set(HEARTBEAT_KEY, str(int(time.time())), ex=HEARTBEAT_LIFE)
        finally:
            await pool.aclose()

    async def _pool(self) -> ArqRedis:
        return await create_pool(
            self._redis, job_serializer=encode, job_deserializer=decode, default_queue_name=QUEUE
        )

    @staticmethod
    async def _keep(step: Callable[[], Awaitable[None]], every: float) -> None:
        while True:
            try:
                await step()
            except Exception as error:  # noqa: BLE001 - boundary: the next round tries again
                log.warning("worker.step_failed", reason=repr(error))
            await asyncio.sleep(every)
