"""Runs the arq worker, and runs it again whenever it ends."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, cast

import structlog
from arq.connections import ArqRedis
from arq.constants import in_progress_key_prefix
from arq.worker import Worker, func

from vexmail.domain.ids import MessageId
from vexmail.jobs.wire import PARSE_MESSAGES, QUEUE, decode, encode, job_redis
from vexmail.usecases.find_unparsed import FindUnparsed
from vexmail.usecases.parse_messages import ParseMessages
from vexmail.usecases.purge_orphans import PurgeOrphans

if TYPE_CHECKING:
    from arq.typing import WorkerCoroutine

log = structlog.get_logger()

JOB_TIMEOUT = 300  # seconds; one batch of messages, each with its own limit in the parser
SWEEP_EVERY = 30.0  # seconds between looks at the database for work that Redis lost
TIDY_EVERY = 3600.0  # seconds between looks for what was kept long enough
SWEEP_BATCH = 20  # messages per job, as the backfill asks for them
HEARTBEAT_KEY = "vexmail:worker:alive"
HEARTBEAT_EVERY = 5.0  # seconds
HEARTBEAT_LIFE = 20  # seconds
LOOK_EVERY = 0.05  # seconds between looks at the queue, and at jobs that are being ended
END_JOBS_WITHIN = 5.0  # seconds


class WorkerLoop:
    """Carries out jobs until cancelled, through any outage of Redis."""

    def __init__(
        self, redis_url: str, parse: ParseMessages, find: FindUnparsed, purge: PurgeOrphans
    ) -> None:
        self._redis_url = redis_url
        self._parse = parse
        self._find = find
        self._purge = purge

    async def run(self) -> None:
        """Serve, sweep and show signs of life, each on its own."""
        async with job_redis(self._redis_url) as redis, asyncio.TaskGroup() as group:
            group.create_task(self._serve(redis), name="worker:serve")
            group.create_task(self._keep(self._sweep, redis, SWEEP_EVERY), name="worker:sweep")
            group.create_task(self._keep(self._tidy, redis, TIDY_EVERY), name="worker:tidy")
            group.create_task(self._keep(self._beat, redis, HEARTBEAT_EVERY), name="worker:beat")

    async def _serve(self, redis: ArqRedis) -> None:
        while True:
            worker = self._worker(redis)
            try:
                await self._free_abandoned(redis)
                await worker.async_run()
            except Exception as error:  # noqa: BLE001 - boundary: arq ends on any outage of Redis
                log.warning("worker.interrupted", reason=repr(error))
            finally:
                await self._end_jobs(worker)
            await asyncio.sleep(1)

    def _worker(self, redis: ArqRedis) -> Worker:
        async def parse_messages(_ctx: dict[Any, Any], ids: list[int]) -> None:
            await self._parse([MessageId(i) for i in ids])

        task = cast("WorkerCoroutine", parse_messages)
        return Worker(
            [func(task, name=PARSE_MESSAGES, keep_result=0, max_tries=3)],
            queue_name=QUEUE,
            redis_pool=redis,
            handle_signals=False,
            poll_delay=LOOK_EVERY,
            max_jobs=2,
            job_timeout=JOB_TIMEOUT,
            keep_result=0,
            job_serializer=encode,
            job_deserializer=decode,
        )

    @staticmethod
    async def _end_jobs(worker: Worker) -> None:
        """Hand jobs in work back to the queue; arq ends its loop, not what that has started."""
        deadline = time.monotonic() + END_JOBS_WITHIN
        while worker.tasks and time.monotonic() < deadline:
            for job in worker.job_tasks.values():
                job.cancel()
            done, _ = await asyncio.wait(worker.tasks.values(), timeout=LOOK_EVERY)
            for job_id in [i for i, task in worker.tasks.items() if task in done]:
                task = worker.tasks.pop(job_id)
                if not task.cancelled() and task.exception():
                    log.warning("worker.job_not_ended", reason=repr(task.exception()))

    @staticmethod
    async def _free_abandoned(redis: ArqRedis) -> None:
        """Let jobs of a killed worker start again now instead of after their timeout.

        A job that another worker is busy with runs twice, which every task allows.
        """
        marks = [key async for key in redis.scan_iter(f"{in_progress_key_prefix}*")]
        if marks:
            await redis.delete(*marks)
            log.info("worker.abandoned_jobs_freed", jobs=len(marks))

    async def _sweep(self, redis: ArqRedis) -> None:
        """Enqueue what is stored and not read, unless the queue is busy with it already."""
        if await redis.zcard(QUEUE):
            return
        ids = await self._find()
        for start in range(0, len(ids), SWEEP_BATCH):
            await redis.enqueue_job(
                PARSE_MESSAGES, ids[start : start + SWEEP_BATCH], _queue_name=QUEUE
            )

    async def _tidy(self, _: ArqRedis) -> None:
        """Remove what was kept long enough, in portions."""
        left = await self._purge()
        while left:
            left = await self._purge()

    @staticmethod
    async def _beat(redis: ArqRedis) -> None:
        await redis.set(HEARTBEAT_KEY, str(int(time.time())), ex=HEARTBEAT_LIFE)

    @staticmethod
    async def _keep(
        step: Callable[[ArqRedis], Awaitable[None]], redis: ArqRedis, every: float
    ) -> None:
        while True:
            try:
                await step(redis)
            except Exception as error:  # noqa: BLE001 - boundary: the next round tries again
                log.warning("worker.step_failed", reason=repr(error))
            await asyncio.sleep(every)
