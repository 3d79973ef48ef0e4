"""The doorbell over Redis keeps the feed's contract, also while Redis is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis

from tests.contracts.change_feed import ANN, ChangeFeedContract, OpensFeeds
from tests.support.fault_proxy import FaultProxy
from tests.support.waiting import GENEROUS
from vexmail.feed.redis_feed import RECONNECT_DELAY, RedisChangeFeed

_origins = count(1)


@asynccontextmanager
async def running_feed(url: str) -> AsyncIterator[RedisChangeFeed]:
    """Run one process's feed."""
    async with Redis.from_url(url) as redis:
        feed = RedisChangeFeed(redis, origin=f"process-{next(_origins)}")
        async with asyncio.TaskGroup() as tasks:
            runner = tasks.create_task(feed.run())
            yield feed
            runner.cancel()


class TestRedisChangeFeed(ChangeFeedContract):
    """The contract."""

    @pytest.fixture
    def open_feed(self, redis_url: str) -> OpensFeeds:
        def open_one() -> AbstractAsyncContextManager[RedisChangeFeed]:
            return running_feed(redis_url)

        return open_one


async def test_without_redis_rings_still_wake_this_process():
    async with running_feed("redis://127.0.0.1:1/0") as feed:
        seen = await feed.wait(ANN, 0, 0)

        await feed.ring(ANN)

        assert await feed.wait(ANN, seen, GENEROUS) != seen


async def test_rings_that_redis_did_not_take_are_rung_when_it_is_back(redis_url: str):
    async with FaultProxy(urlsplit(redis_url).path) as way:
        by_way = f"redis://127.0.0.1:{way.port}/0"
        async with running_feed(by_way) as cut_off, running_feed(redis_url) as other:
            way.cut()
            seen = await other.wait(ANN, 0, 0)
            await cut_off.ring(ANN)

            # As long as the process lives, the ring is not forgotten.
            assert await other.wait(ANN, seen, 2 * RECONNECT_DELAY) == seen
            way.heal()
            assert await other.wait(ANN, seen, GENEROUS) != seen
