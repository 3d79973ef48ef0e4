"""Promise 4: bodies fetched into the blob store."""

import asyncio
import time
from collections.abc import Sequence

from bench.mail_folder import generated, link_into
from bench.processes import processor_seconds
from bench.promise import Bound, Line, Promise
from bench.rig import PASSWORD, Rig, a_rig

PROMISE = Promise(4, "bodies", "10,000 bodies into the blob store", "raw pipelined BODY[]")
_COUNT = 10_000
_WITHIN = 600.0  # seconds
_LOOK_EVERY = 0.1


async def measure() -> Sequence[Line]:
    """Two users with the same mail; nobody parses, so that the fetching is what is measured."""
    with generated(_COUNT, profile="full") as mail:
        async with a_rig(VEXMAIL_SERVE_WORKER="false") as rig:
            for name in ("baseline", "ours"):
                rig.dovecot.add_user(name, PASSWORD)
                await asyncio.to_thread(link_into, rig.dovecot, name, mail)
            raw = await asyncio.to_thread(_raw, rig)
            await rig.add_account("ours")
            await rig.seconds_until_listed(_COUNT, time.monotonic())
            spent = processor_seconds(rig.product.process.pid)
            begun, held = time.monotonic(), await _stored(rig)
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
    while time.monotonic() - since < _WITHIN:
        if await _stored(rig) >= _COUNT:
            return time.monotonic() - since
        await asyncio.sleep(_LOOK_EVERY)
    raise TimeoutError(f"{_COUNT} bodies were not stored within {_WITHIN:g} s")


async def _stored(rig: Rig) -> int:
    bodies = (await rig.api.get("/api/stats"))["bodies"]
    return int(bodies["stored"] + bodies["parsed"] + bodies["unreadable"])
