"""The change log as a stream: live and resumed readers take the same path.

A reader asks for "everything after N". The newest changes are kept serialised in memory per
owner, so a thousand streams cost one query and one serialisation per change; older ones
come from the log. Nothing is queued per stream, so a slow client cannot fill memory.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from pydantic_core import to_json

from vexmail.domain.change import Json
from vexmail.domain.ids import UserId
from vexmail.ports.change_feed import ChangeFeed
from vexmail.store.queries import changes
from vexmail.store.queries.reader import Reader

KEPT = 512  # changes held in memory per owner with open streams
PAGE = 500  # changes read from the log at once
POLL = 15.0  # seconds; a ring that was lost costs at most this


@dataclass(frozen=True, slots=True)
class Told:
    """One change ready to be sent."""

    seq: int
    text: str


@dataclass(slots=True)
class _Tail:
    end: int
    kept: deque[Told] = field(default_factory=lambda: deque(maxlen=KEPT))
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    read_at: float = 0.0


def told(change: Json) -> Told:
    """Return a change serialised once for all streams."""
    return Told(change["seq"], to_json(change).decode())


class ChangeTails:
    """Reads the log for streams of this process."""

    def __init__(self, reader: Reader, feed: ChangeFeed) -> None:
        self._reader = reader
        self._feed = feed
        self._tails: dict[UserId, _Tail] = {}
        self.streams = 0
        self._is_ending = False

    async def ends(self, user_id: UserId) -> changes.LogEnds:
        """Return how far back the owner's log goes and its newest number."""
        async with self._reader() as driver:
            return await changes.ends(driver, user_id)

    async def end(self) -> None:
        """End all streams, and those to come: the server stops."""
        self._is_ending = True
        for user_id in list(self._tails):
            await self._feed.ring(user_id)

    async def follow(self, user_id: UserId, after: int) -> AsyncIterator[Told | None]:
        """Yield every change after ``after``, in order, until ``end``.

        None is yielded when nothing happened for a while, so that the caller can look
        whether the stream should go on.
        """
        self.streams += 1
        try:
            seen = await self._feed.wait(user_id, 0, 0)
            while not self._is_ending:
                fresh = await self._read(user_id, after)
                for change in fresh:
                    yield change
                    after = change.seq
                if not fresh:
                    yield None
                    seen = await self._feed.wait(user_id, seen, POLL)
        finally:
            self.streams -= 1

    async def _read(self, user_id: UserId, after: int) -> list[Told]:
        tail = self._tails.get(user_id)
        if tail is None:
            tail = self._tails[user_id] = _Tail(end=(await self.ends(user_id)).last)
        oldest = tail.kept[0].seq if tail.kept else tail.end + 1
        if after + 1 < oldest:
            async with self._reader() as driver:
                return [told(c) for c in await changes.after(driver, user_id, after, PAGE)]
        if after >= tail.end:
            await self._extend(user_id, tail)
        return [t for t in tail.kept if t.seq > after]

    async def _extend(self, user_id: UserId, tail: _Tail) -> None:
        asked = time.monotonic()
        async with tail.lock:
            if tail.read_at > asked:
                return  # somebody else read the log while we waited
            began = time.monotonic()
            async with self._reader() as driver:
                fresh = await changes.after(driver, user_id, tail.end, PAGE)
            for change in fresh:
                tail.kept.append(told(change))
            if fresh:
                tail.end = fresh[-1]["seq"]
            tail.read_at = began
