"""Promise 13: the list stays quick while 10,000 messages are synced and read."""

import asyncio
import time
from collections.abc import Sequence

from bench.promise import Bound, Line, Promise, percentile
from bench.rig import PASSWORD, Rig, a_rig

PROMISE = Promise(13, "responsive", "GET /api/emails while 10,000 sync", "the same, idle")
_COUNT = 10_000
_IDLE_REQUESTS = 300
_PAUSE = 0.02


async def measure() -> Sequence[Line]:
    """Ask for the list all the time, first during the sync, then when all is quiet."""
    async with a_rig() as rig:
        rig.dovecot.add_user("ours", PASSWORD)
        await asyncio.to_thread(rig.dovecot.fill_generated, "ours", _COUNT)
        await rig.add_account("ours")
        begun = time.monotonic()
        await rig.seconds_until_listed(50, begun)
        busy: list[float] = []
        lag: list[float] = []
        while not await _all_read(rig):
            for _ in range(20):
                busy.append(await _seconds(rig, "/api/emails"))
                lag.append(await _seconds(rig, "/healthz"))
                await asyncio.sleep(_PAUSE)
        took = time.monotonic() - begun
        idle = []
        for _ in range(_IDLE_REQUESTS):
            idle.append(await _seconds(rig, "/api/emails"))
            await asyncio.sleep(_PAUSE)
    return [
        Line(
            "list p95",
            "ms",
            1000 * percentile(busy, 0.95),
            1000 * percentile(idle, 0.95),
            Bound(3, ratio=True),
        ),
        Line("list p50", "ms", 1000 * percentile(busy, 0.5), 1000 * percentile(idle, 0.5)),
        Line(
            "/healthz p99 (event-loop lag and a little)",
            "ms",
            1000 * percentile(lag, 0.99),
            None,
            Bound(50),
        ),
        Line("synced and read", "s", took),
    ]


async def _all_read(rig: Rig) -> bool:
    bodies = (await rig.api.get("/api/stats"))["bodies"]
    return bool(bodies["parsed"] + bodies["unreadable"] >= _COUNT)


async def _seconds(rig: Rig, path: str) -> float:
    begun = time.monotonic()
    await rig.api.get(path)
    return time.monotonic() - begun
