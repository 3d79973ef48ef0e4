"""Overlaps reading from a server with writing to the database."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

T = TypeVar("T")

AHEAD = 2  # batches read while one is being written; bounds memory
WAITING = 3  # small items that wait to be dealt with in one go; keeps transactions short


class _End:
    """Says that the source is empty, or why it broke."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


@asynccontextmanager
async def reading_ahead(source: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    """Give an iterator over ``source`` that stays up to ``AHEAD`` items in front of its reader.

    Leaving the block early cancels the reading, which ends the source's connection; errors of
    the source come out of the iterator as they are.
    """

    async def take(items: "asyncio.Queue[T | _End]") -> AsyncIterator[T]:
        while not isinstance(item := await items.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    async with _filled(source, AHEAD) as items:
        yield take(items)


@asynccontextmanager
async def gathering(source: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[list[T]]]:
    """Like ``reading_ahead``, but each step gives all items that came since the last one.

    For small items whose reader does several as quickly as one. What came before an error of
    the source is given before it is raised.
    """

    async def take(items: "asyncio.Queue[T | _End]") -> AsyncIterator[list[T]]:
        while True:
            item = await items.get()
            waiting: list[T] = []
            while not isinstance(item, _End):
                waiting.append(item)
                if items.empty():
                    break
                item = items.get_nowait()
            if waiting:
                yield waiting
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return

    async with _filled(source, WAITING) as items:
        yield take(items)


@asynccontextmanager
async def _filled(source: AsyncIterator[T], most: int) -> AsyncIterator["asyncio.Queue[T | _End]"]:
    """Give a queue that is filled from ``source``, its end or error last."""
    items: asyncio.Queue[T | _End] = asyncio.Queue(most)

    async def read() -> None:
        try:
            async for item in source:
                await items.put(item)
        except Exception as error:  # noqa: BLE001 - handed to the reader, who raises it
            await items.put(_End(error))
        else:
            await items.put(_End())

    # A TaskGroup would wrap the source's errors in a group, which the lanes sort by kind.
    reader = asyncio.ensure_future(read())  # noqa: TID251 - ended below, whatever happens
    try:
        yield items
    finally:
        reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reader
