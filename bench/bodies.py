"""Promise 4: bodies fetched into the blob store."""

import asyncio
import contextlib
import time
from collections.abc import Sequence

from bench.mail_folder import generated, link_into
from bench.processes import processor_seconds
from bench.promise import Bound, Line, Promise
from bench.rig import PASSWORD, Rig, a_rig

PROMISE = Promise(4, "bodies", "10,000 bodies into the blob store", "raw pipelined BODY[]")
_COUNT = 10_000
_WITHIN = 600.0  # seconds
_LOOK_AT_FIRST = 0.02  # seconds
_LOOK_EVERY = 1.0  # seconds; the end is told, and looking takes the event loop's time


async def measure() -> Sequence[Line]:
    """Two users with the same mail; nobody parses, so that the fetching is what is measured."""
    with generated(_COUNT, profile="full") as mail:
        async with a_rig(VEXMAIL_SERVE_WORKER="false") as rig:
            for name in ("baseline", "ours"):
                rig.dovecot.add_user(name, PASSWORD)
                await asyncio.to_thread(link_into, rig.dovecot, name, mail)
            # Both users' mail is the same files: the first reading may come from the disk, and
            # the second finds them in memory as ours will.
            raw = min([await asyncio.to_thread(_raw, rig) for _ in range(2)])
            await rig.add_account("ours")
            await rig.seconds_until_listed(_COUNT, time.monotonic())
            # The baseline is timed from its first FETCH; so are we, logged in and with a plan.
            held = await _first_stored(rig)
            begun, spent = time.monotonic(), processor_seconds(rig.product.process.pid)
            took = await _seconds_until_stored(rig, begun)
            spent = processor_seconds(rig.product.process.pid) - spent
    rate = (_COUNT - held) / took
    return [
        Line("bodies a second", "/s", rate, _COUNT / raw, Bound(at_least=0.5, ratio=True)),
        Line("processor time of the web process", "s", spent),
    ]


def _raw(rig: Rig) -> float:
    with rig.raw("baseline") as client:
        return client.fetch_all(client.uids(), "UID BODY.PEEK[]", batch=100, depth=8)


async def _seconds_until_stored(rig: Rig, since: float) -> float:
    told = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        listener = group.create_task(_hear_of_the_last(rig, told))
        while await _stored(rig) < _COUNT:
            if time.monotonic() - since > _WITHIN:
                raise TimeoutError(f"{_COUNT} bodies were not stored within {_WITHIN:g} s")
            told.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY):
                    await told.wait()
        took = time.monotonic() - since
        listener.cancel()
    return took


async def _hear_of_the_last(rig: Rig, told: asyncio.Event) -> None:
    async with rig.api.events() as events:
        async for change in events:
            is_progress = change["type"] == "sync_progress" and change["phase"] == "bodies"
            if is_progress and change["done"] >= change["total"]:
                told.set()


async def _first_stored(rig: Rig) -> int:
    while True:
        if held := await _stored(rig):
            return held
        await asyncio.sleep(_LOOK_AT_FIRST)


async def _stored(rig: Rig) -> int:
    bodies = (await rig.api.get("/api/stats"))["bodies"]
    return int(bodies["stored"] + bodies["parsed"] + bodies["unreadable"])
