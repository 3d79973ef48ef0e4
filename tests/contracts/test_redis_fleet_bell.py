"""The bell over Redis keeps its contract, also through an outage of Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count

import pytest
from redis.asyncio import Redis

from tests.contracts.fleet_bell import BODY, FleetBellContract, OpensBells, listening
from tests.support.waiting import eventually
from vexmail.feed.redis_fleet_bell import CHANNEL, RedisFleetBell
from vexmail.ports.fleet_bell import Errand, FleetBell, Knock

PAUSE = 2000  # milliseconds; longer than a process waits for its last knocks
_origins = count(1)


@asynccontextmanager
async def running_bell(url: str, heard: list[Knock]) -> AsyncIterator[RedisFleetBell]:
    """Run one process's bell."""
    async with Redis.from_url(url) as redis:
        bell = RedisFleetBell(redis, origin=f"process-{next(_origins)}")
        async with asyncio.TaskGroup() as tasks:
            runner = tasks.create_task(bell.run(heard.append))
            yield bell
            runner.cancel()


class TestRedisFleetBell(FleetBellContract):
    """The contract."""

    @pytest.fixture
    def open_bell(self, redis_url: str) -> OpensBells:
        def open_one(heard: list[Knock]) -> AbstractAsyncContextManager[FleetBell]:
            return running_bell(redis_url, heard)

        return open_one


async def test_a_knock_rung_while_redis_does_not_answer_is_sent_later(redis_url: str):
    there: list[Knock] = []
    async with (
        running_bell(redis_url, []) as here,
        running_bell(redis_url, there),
        Redis.from_url(redis_url) as stranger,
    ):
        await listening(here, there)
        await stranger.client_pause(PAUSE)
        here.ring(BODY)
        await here.flush()  # gives up, and raises nothing
        assert BODY not in there

        async def heard() -> bool:
            return BODY in there

        await eventually(heard, what="the knock after the outage")


async def test_who_was_cut_off_looks_at_everything_afterwards(redis_url: str):
    there: list[Knock] = []
    async with (
        running_bell(redis_url, []) as here,
        running_bell(redis_url, there),
        Redis.from_url(redis_url) as stranger,
    ):
        await listening(here, there)
        there.clear()
        await stranger.client_kill_filter(_type="pubsub")

        async def told() -> bool:
            return Knock(Errand.ACCOUNTS) in there

        await eventually(told, what="the errand to look")


@pytest.mark.parametrize("noise", [b"", b"x", b"a b c d", b"a sync 1 x", b"\xff sync 1 2"])
async def test_noise_on_the_channel_is_passed_over(redis_url: str, noise: bytes):
    there: list[Knock] = []
    async with running_bell(redis_url, []) as here, running_bell(redis_url, there):
        await listening(here, there)
        async with Redis.from_url(redis_url) as stranger:
            await stranger.publish(CHANNEL, noise)

        here.ring(BODY)

        async def heard() -> bool:
            return BODY in there

        await eventually(heard, what="the knock after the noise")
