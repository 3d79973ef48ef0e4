"""Waiting for conditions instead of for time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
GENEROUS = 60.0  # seconds; what takes this long on a loaded machine is broken, not slow
_LOOK_EVERY = 0.05


class NeverHappened(AssertionError):
    """A condition did not come true within its limit."""


async def eventually(
    look: Callable[[], Awaitable[T]], *, within: float = GENEROUS, what: str = "the condition"
) -> T:
    """Call ``look`` until its answer is truthy, and return that answer.

    An ``AssertionError`` of ``look`` counts as "not yet".

    Raises:
        NeverHappened: not within the limit; the message tells the last answer or assertion.
    """
    deadline = time.monotonic() + within
    while True:
        last: object
        try:
            answer = await look()
        except AssertionError as error:
            last = error
        else:
            if answer:
                return answer
            last = answer
        if time.monotonic() > deadline:
            raise NeverHappened(f"{what} did not come true within {within:g} s; last: {last!r}")
        await asyncio.sleep(_LOOK_EVERY)
