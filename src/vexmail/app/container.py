"""The one place that builds: adapters first, then use cases on top of them."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from vexmail.app.runtime import Runtime
from vexmail.app.settings import Settings
from vexmail.app.system_clock import SystemClock
from vexmail.blobs.local_folder import LocalFolderBlobStore
from vexmail.feed.redis_feed import RedisChangeFeed
from vexmail.feed.redis_fleet_bell import RedisFleetBell
from vexmail.jobs.arq_queue import ArqJobQueue
from vexmail.jobs.wire import job_redis
from vexmail.mime.parser_pool import ProcessMessageParser
from vexmail.store.queries.reader import Reader
from vexmail.store.secret_box import SecretBox
from vexmail.store.unit_of_work import UnitOfWork
from vexmail.usecases.parse_messages import ParseMessages

POOL_SIZE = 12  # connections; a request holds one for a millisecond or two
POOL_OVERFLOW = 12
POOL_PATIENCE = 15.0  # seconds
IDLE_IN_TRANSACTION = 60_000  # ms; no transaction of ours waits for anything but the database


@dataclass(frozen=True, slots=True)
class Container:
    """What web and worker have in common."""

    settings: Settings
    runtime: Runtime
    engine: AsyncEngine
    redis: Redis
    queue: ArqJobQueue
    feed: RedisChangeFeed
    bell: RedisFleetBell
    blobs: LocalFolderBlobStore
    parser: ProcessMessageParser
    clock: SystemClock
    uow: UnitOfWork
    reader: Reader
    box: SecretBox
    parse_messages: ParseMessages
    session_name: str
    """By which this process's database sessions are known, and ended when it is taken for dead."""


@asynccontextmanager
async def container(settings: Settings, *, parser_children: int) -> AsyncIterator[Container]:
    """Open everything, and close it in the opposite order."""
    runtime = Runtime.of(settings)
    origin = secrets.token_hex(8)
    session_name = f"vexmail {origin}"
    engine = create_async_engine(
        runtime.database.sqlalchemy_url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_PATIENCE,
        connect_args={
            "server_settings": {
                "application_name": session_name,
                "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION),
            }
        },
    )
    redis = Redis.from_url(runtime.redis_url, socket_timeout=None, socket_connect_timeout=5)
    feed = RedisChangeFeed(redis, origin)
    bell = RedisFleetBell(redis, origin)
    uow = UnitOfWork(engine, feed)
    blobs = LocalFolderBlobStore(runtime.data_dir / "blobs")
    try:
        async with (
            job_redis(runtime.redis_url) as jobs,
            ProcessMessageParser(children=parser_children) as parser,
        ):
            yield Container(
                settings=settings,
                runtime=runtime,
                engine=engine,
                redis=redis,
                queue=ArqJobQueue(jobs),
                feed=feed,
                bell=bell,
                blobs=blobs,
                parser=parser,
                clock=SystemClock(),
                uow=uow,
                reader=Reader(engine),
                box=SecretBox(runtime.secret_key),
                parse_messages=ParseMessages(uow, blobs, parser),
                session_name=session_name,
            )
    finally:
        await redis.aclose()
        await engine.dispose()


def spare_cores() -> int:
    """Return how many parser processes this machine can run beside the event loop."""
    return max(1, min(4, (os.cpu_count() or 2) - 1))
