"""The queue over arq and the worker loop keep the job queue's contract."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, cast

import pytest
import pytest_asyncio
from arq.connections import ArqRedis

from tests.contracts.job_queue import IDS, Carry, JobQueueContract, RunsWorkers
from vexmail.domain.ids import MessageId
from vexmail.jobs.arq_queue import ArqJobQueue
from vexmail.jobs.wire import job_redis
from vexmail.jobs.worker_loop import WorkerLoop

if TYPE_CHECKING:
    from vexmail.usecases.find_unparsed import FindUnparsed
    from vexmail.usecases.parse_messages import ParseMessages
    from vexmail.usecases.purge_orphans import PurgeOrphans


class CarryOut:
    """Stands for ``ParseMessages``: hands the ids to the test."""

    def __init__(self, carry: Carry) -> None:
        self._carry = carry

    async def __call__(self, message_ids: Sequence[MessageId]) -> None:
        """Hand them over."""
        await self._carry(list(message_ids))


async def nothing_left() -> list[MessageId]:
    """Stand for ``FindUnparsed``: the database knows of no work."""
    return []


async def nothing_old() -> int:
    """Stand for ``PurgeOrphans``: nothing was kept long enough."""
    return 0


class TestArqJobQueue(JobQueueContract):
    """The contract."""

    @pytest_asyncio.fixture
    async def queue(self, redis_url: str) -> AsyncIterator[ArqJobQueue]:
        async with job_redis(redis_url) as redis:
            yield ArqJobQueue(redis)

    @pytest.fixture
    def run_worker(self, redis_url: str) -> RunsWorkers:
        @asynccontextmanager
        async def running(carry: Carry) -> AsyncIterator[None]:
            loop = WorkerLoop(
                redis_url,
                cast("ParseMessages", CarryOut(carry)),
                cast("FindUnparsed", nothing_left),
                cast("PurgeOrphans", nothing_old),
            )
            async with asyncio.TaskGroup() as tasks:
                runner = tasks.create_task(loop.run())
                yield
                runner.cancel()

        def run(carry: Carry) -> AbstractAsyncContextManager[None]:
            return running(carry)

        return run


async def test_an_outage_is_left_to_the_sweep():
    # Nothing listens there, and asking must not fail the sync that asks.
    pool = ArqRedis(host="127.0.0.1", port=1)
    queue = ArqJobQueue(pool)

    await queue.parse_messages(IDS)

    await pool.aclose()
