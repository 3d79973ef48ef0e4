"""Promise 14 once more: the first sync of 100,000 messages survives ``kill -9`` of the process.

It is killed twice, while envelopes come and while bodies come, and started again in the same
folder. In the end ``vexmail check`` must find the mirror equal to the server.
"""

import asyncio
import sys
import time
from collections.abc import Sequence

from bench.mail_folder import generated, link_into
from bench.promise import Bound, Line, Promise
from bench.rig import PASSWORD, Rig
from tests.support.api_client import api_client
from tests.support.dovecot import Dovecot
from tests.support.product import product_folder, running_product

PROMISE = Promise(14, "resume", "100,000 messages, killed in mid first sync", "before the kill")
_COUNT = 100_000
_KILLED_AT = _COUNT // 3  # envelopes listed
_KILLED_AGAIN_AT = 2_000  # bodies stored
_WITHIN = 900.0  # seconds
_LOOK_EVERY = 0.1


async def measure() -> Sequence[Line]:
    """Sync, kill, start, kill, start, and compare."""
    with (
        generated(_COUNT) as mail,
        product_folder() as data_dir,
        Dovecot(data_dir.with_name("dovecot")) as dovecot,
    ):
        dovecot.add_user("ours", PASSWORD)
        await asyncio.to_thread(link_into, dovecot, "ours", mail)
        async with (
            running_product(data_dir) as product,
            api_client(product.url, checked=False) as api,
        ):
            rig = Rig(dovecot, product, api)
            await rig.add_account("ours")
            await rig.seconds_until_listed(_KILLED_AT, time.monotonic())
            listed = await _listed(rig)
            product.kill()
        async with (
            running_product(data_dir) as product,
            api_client(product.url, checked=False) as api,
        ):
            rig = Rig(dovecot, product, api)
            begun = time.monotonic()
            kept = await _listed(rig)
            took = await rig.seconds_until_listed(_COUNT, begun)
            while (stored := await _stored(rig)) < _KILLED_AGAIN_AT:
                if time.monotonic() - begun > _WITHIN:
                    raise TimeoutError(f"{_KILLED_AGAIN_AT} bodies not stored in {_WITHIN:g} s")
                await asyncio.sleep(_LOOK_EVERY)
            product.kill()
        async with (
            running_product(data_dir) as product,
            api_client(product.url, checked=False) as api,
        ):
            rig = Rig(dovecot, product, api)
            stored_kept = await _stored(rig)
            await rig.seconds_until_listed(_COUNT, time.monotonic())
            status, report = await product.check()
    sys.stdout.write(report)
    return [
        Line("listed at once after the kill", "", kept, listed, Bound(at_least=1, ratio=True)),
        Line("all listed after the start", "s", took),
        Line("bodies held after the kill", "", stored_kept, stored, Bound(at_least=1, ratio=True)),
        Line("vexmail check finds nothing (0)", "", status, None, Bound(at_most=0)),
    ]


async def _listed(rig: Rig) -> int:
    page = await rig.api.get("/api/emails", limit=1)
    return int(page["total"] or 0)


async def _stored(rig: Rig) -> int:
    bodies = (await rig.api.get("/api/stats"))["bodies"]
    return int(bodies["stored"] + bodies["parsed"] + bodies["unreadable"])
