"""Small items that wait are dealt with in one go, in order, and none is lost with an error."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from vexmail.domain.errors import ConnectionLost
from vexmail.sync.read_ahead import WAITING, gathering


async def _numbers(count: int, then: Exception | None = None) -> AsyncIterator[int]:
    for number in range(count):
        yield number
    if then is not None:
        raise then


async def _drained() -> None:
    """Let the reader go on as far as it can: it waits for nothing but room."""
    for _ in range(100):
        await asyncio.sleep(0)


async def test_what_came_meanwhile_is_given_at_once_and_in_order():
    async with gathering(_numbers(WAITING)) as several:
        await _drained()
        found = [given async for given in several]

    assert found == [list(range(WAITING))]


async def test_an_item_alone_is_not_held_back():
    more = asyncio.Event()

    async def slowly() -> AsyncIterator[int]:
        yield 1
        await more.wait()
        yield 2

    async with gathering(slowly()) as several:
        first = await anext(several)
        more.set()
        rest = [given async for given in several]

    assert (first, rest) == ([1], [[2]])


async def test_what_came_before_an_error_is_given_before_the_error():
    async with gathering(_numbers(2, ConnectionLost("gone"))) as several:
        await _drained()

        assert await anext(several) == [0, 1]
        with pytest.raises(ConnectionLost):
            await anext(several)


async def test_leaving_early_ends_the_reading():
    ended = asyncio.Event()

    async def endless() -> AsyncIterator[int]:
        try:
            while True:
                yield 1
        finally:
            ended.set()

    source = endless()
    async with gathering(source) as several:
        await anext(several)
    await source.aclose()

    assert ended.is_set()
