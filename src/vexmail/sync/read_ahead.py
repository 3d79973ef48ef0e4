"""Overlaps reading from a server with writing to the database."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

T = TypeVar("T")

AHEAD = 2  # batches read while one is being written; bounds memory


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
    items: asyncio.Queue[T | _End] = asyncio.Queue(AHEAD)

    async def read() -> None:
        try:
            async for item in source:
                await items.put(item)
        except Exception as error:  # noqa: BLE001 - handed to the reader, who raises it
            await items.put(_End(error))
        else:
            await items.put(_End())

    async def take() -> AsyncIterator[T]:
        while not isinstance(item := await items.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    # A TaskGroup would wrap the source's errors in a group, which the lanes sort by kind.
    reader = asyncio.ensure_future(read())  # noqa: TID251 - ended below, whatever happens
    try:
        yield take()
    finally:
        reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reader
