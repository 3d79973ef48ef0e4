"""What every ``ChangeFeed`` must do; a test class per implementation inherits these tests."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from tests.support.waiting import GENEROUS, eventually
from vexmail.domain.ids import UserId
from vexmail.ports.change_feed import ChangeFeed

ANN, BEN = UserId(1), UserId(2)
SHORT = 0.05  # seconds; for waits that must end without being woken


class OpensFeeds(Protocol):
    """Opens one process's view of the feed; all of them hear each other."""

    def __call__(self) -> AbstractAsyncContextManager[ChangeFeed]:
        """Open one."""
        ...


class ChangeFeedContract:
    """Inherit, and give a fixture ``open_feed``."""

    async def test_a_ring_wakes_who_waits(self, open_feed: OpensFeeds):
        async with open_feed() as feed, asyncio.TaskGroup() as tasks:
            seen = await feed.wait(ANN, 0, 0)
            waiter = tasks.create_task(feed.wait(ANN, seen, GENEROUS))
            await asyncio.sleep(0)

            await feed.ring(ANN)

            assert await waiter != seen

    async def test_a_ring_before_the_wait_is_not_missed(self, open_feed: OpensFeeds):
        async with open_feed() as feed:
            seen = await feed.wait(ANN, 0, 0)

            await feed.ring(ANN)

            assert await feed.wait(ANN, seen, GENEROUS) != seen

    async def test_a_wait_ends_by_itself(self, open_feed: OpensFeeds):
        async with open_feed() as feed:
            seen = await feed.wait(ANN, 0, 0)

            assert await feed.wait(ANN, seen, SHORT) == seen

    async def test_nobody_is_woken_for_somebody_else(self, open_feed: OpensFeeds):
        async with open_feed() as feed:
            seen = await feed.wait(BEN, 0, 0)

            await feed.ring(ANN)

            assert await feed.wait(BEN, seen, SHORT) == seen

    async def test_one_ring_wakes_all_who_wait(self, open_feed: OpensFeeds):
        async with open_feed() as feed, asyncio.TaskGroup() as tasks:
            seen = await feed.wait(ANN, 0, 0)
            waiters = [tasks.create_task(feed.wait(ANN, seen, GENEROUS)) for _ in range(3)]
            await asyncio.sleep(0)

            await feed.ring(ANN)

            assert all([await waiter != seen for waiter in waiters])

    async def test_a_cancelled_wait_leaves_the_others_alone(self, open_feed: OpensFeeds):
        async with open_feed() as feed, asyncio.TaskGroup() as tasks:
            seen = await feed.wait(ANN, 0, 0)
            given_up = tasks.create_task(feed.wait(ANN, seen, GENEROUS))
            patient = tasks.create_task(feed.wait(ANN, seen, GENEROUS))
            await asyncio.sleep(0)

            given_up.cancel()
            await feed.ring(ANN)

            assert await patient != seen

    async def test_a_ring_is_heard_in_another_process(self, open_feed: OpensFeeds):
        async with open_feed() as here, open_feed() as there:
            seen = await there.wait(ANN, 0, 0)

            async def heard() -> bool:
                # The other side may still be subscribing: ring until it hears.
                await here.ring(ANN)
                return await there.wait(ANN, seen, SHORT) != seen

            await eventually(heard, what="the ring in the other process")
