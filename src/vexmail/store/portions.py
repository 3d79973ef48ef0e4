"""Long lists, gone over so that nobody else has to wait until they end."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")

PORTION = 250  # rows; making objects of them takes a few milliseconds


async def unhurried(rows: Iterable[T]) -> AsyncIterator[T]:
    """Give the rows one by one; the event loop gets its turn now and then."""
    for number, row in enumerate(rows, 1):
        yield row
        if number % PORTION == 0:
            await asyncio.sleep(0)
