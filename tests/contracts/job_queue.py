"""What every ``JobQueue`` must do; a test class per implementation inherits these tests."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from tests.support.waiting import GENEROUS, eventually
from vexmail.domain.ids import MessageId
from vexmail.ports.job_queue import JobQueue

Carry = Callable[[list[MessageId]], Awaitable[None]]
IDS = [MessageId(3), MessageId(1), MessageId(2**53 + 1)]


class RunsWorkers(Protocol):
    """Runs a worker that hands the ids of each job to ``carry``."""

    def __call__(self, carry: Carry) -> AbstractAsyncContextManager[None]:
        """Run one."""
        ...


class JobQueueContract:
    """Inherit, and give fixtures ``queue`` and ``run_worker``."""

    async def test_what_is_asked_for_is_carried_out(self, queue: JobQueue, run_worker: RunsWorkers):
        done: list[list[MessageId]] = []

        async def carry(ids: list[MessageId]) -> None:
            done.append(ids)

        async with run_worker(carry):
            await queue.parse_messages(IDS)

            async def carried() -> bool:
                return done == [IDS]

            await eventually(carried, what="the job")

    async def test_work_asked_for_before_the_worker_starts_is_kept(
        self, queue: JobQueue, run_worker: RunsWorkers
    ):
        done: list[list[MessageId]] = []

        async def carry(ids: list[MessageId]) -> None:
            done.append(ids)

        await queue.parse_messages(IDS)
        async with run_worker(carry):

            async def carried() -> bool:
                return done == [IDS]

            await eventually(carried, what="the job")

    async def test_work_in_hand_when_a_worker_ends_is_carried_out_by_the_next(
        self, queue: JobQueue, run_worker: RunsWorkers
    ):
        begun = asyncio.Event()
        done: list[list[MessageId]] = []

        async def never_ready(_: list[MessageId]) -> None:
            begun.set()
            await asyncio.Event().wait()

        async def carry(ids: list[MessageId]) -> None:
            done.append(ids)

        await queue.parse_messages(IDS)
        async with run_worker(never_ready):
            await asyncio.wait_for(begun.wait(), GENEROUS)
        async with run_worker(carry):

            async def carried() -> bool:
                return done == [IDS]

            await eventually(carried, what="the job")

    async def test_asking_for_nothing_is_no_work(self, queue: JobQueue, run_worker: RunsWorkers):
        done: list[list[MessageId]] = []

        async def carry(ids: list[MessageId]) -> None:
            done.append(ids)

        async with run_worker(carry):
            await queue.parse_messages([])
            await queue.parse_messages(IDS)

            async def carried() -> bool:
                return bool(done)

            await eventually(carried, what="the job")
            assert done == [IDS]
