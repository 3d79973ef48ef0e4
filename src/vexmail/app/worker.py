"""The worker process: jobs, and nothing that a request waits for."""

import asyncio

from vexmail.app.container import container, spare_cores
from vexmail.app.settings import Settings
from vexmail.jobs.worker_loop import WorkerLoop
from vexmail.usecases.find_unparsed import FindUnparsed
from vexmail.usecases.purge_orphans import PurgeOrphans


async def run_worker(settings: Settings) -> None:
    """Work until cancelled."""
    async with container(settings, parser_children=spare_cores()) as built:
        find = FindUnparsed(built.uow)
        purge = PurgeOrphans(built.uow, built.blobs)
        loop = WorkerLoop(built.runtime.redis_url, built.parse_messages, find, purge)
        async with asyncio.TaskGroup() as group:
            group.create_task(built.feed.run(), name="feed")
            group.create_task(loop.run(), name="worker")
