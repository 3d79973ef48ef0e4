"""Promise 11: 1,000 idle accounts in one process."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Sequence

from bench.arrival import IdleClient, a_short_message, received
from bench.limits import room_for_idle
from bench.processes import memory, processor_seconds
from bench.promise import Bound, Line, Promise, percentile
from bench.rig import PASSWORD, Rig, a_rig
from tests.support.mail_account import a_message

PROMISE = Promise(11, "idle", "1,000 idle accounts in one process", "bare aioimaplib in IDLE")
_ACCOUNTS = int(os.environ.get("VEXMAIL_BENCH_ACCOUNTS", "1000"))  # fewer for a quick look
_WARM = 20  # accounts added before the first look at the memory
_BARE = 220
_PROCESSES_EACH = 2  # of Dovecot's for an account while its mail comes; one when it idles
_ADDED_AT_ONCE = 8
_QUIET = 60.0  # seconds of idling that are measured
_ARRIVALS = 20
_WITHIN = 900.0
_LOOK_EVERY = 1.0
_ROOM = """
default_client_limit = 12000
default_process_limit = 6000
service imap {
  process_limit = 6000
}
service imap-login {
  service_count = 0
  client_limit = 12000
}
service auth {
  client_limit = 20000
}
service anvil {
  client_limit = 20000
}
"""


async def measure() -> Sequence[Line]:
    """Add accounts with three messages each, let them rest, then deliver to some."""
    with room_for_idle(_ACCOUNTS * _PROCESSES_EACH):
        async with a_rig(_ROOM) as rig:
            return await _measured(rig, [f"user{number}" for number in range(_ACCOUNTS)])


async def _measured(rig: Rig, users: Sequence[str]) -> Sequence[Line]:
    for user in users:
        rig.dovecot.add_user(user, PASSWORD)
        rig.dovecot.fill(user, [a_message(f"{user} {n}") for n in range(3)])
    bare = await _bare(rig, users[:_BARE])
    web = rig.product.process.pid
    await _add(rig, users[:_WARM])
    await _until_live(rig, _WARM)
    before = memory(web)
    begun = time.monotonic()
    await _add(rig, users[_WARM:])
    await _until_live(rig, _ACCOUNTS)
    took = time.monotonic() - begun
    await asyncio.sleep(_QUIET / 2)
    spent = processor_seconds(web)
    await asyncio.sleep(_QUIET)
    spent = processor_seconds(web) - spent
    each = (memory(web) - before) / (_ACCOUNTS - _WARM) / 1024
    theirs, ours = await _arrivals(rig, users)
    return [
        Line("memory of an account", "KiB", each, bare, Bound(at_most=100)),
        Line("processor time while idle", "%", 100 * spent / _QUIET, None, Bound(at_most=2)),
        Line(
            "APPEND to event stream, p50",
            "s",
            percentile(ours, 0.5),
            percentile(theirs, 0.5),
            Bound(at_most=1.1, ratio=True),
        ),
        Line(f"added, synced and live: {_ACCOUNTS - _WARM} accounts", "s", took),
    ]


async def _bare(rig: Rig, users: Sequence[str]) -> float:
    """Return the KiB of one bare connection, measured in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.bare_connections"),
        *(rig.dovecot.host, str(rig.dovecot.port), PASSWORD, *users),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return float(output.decode())


async def _add(rig: Rig, users: Sequence[str]) -> None:
    gate = asyncio.Semaphore(_ADDED_AT_ONCE)

    async def add(user: str) -> None:
        async with gate:
            await rig.add_account(user)

    async with asyncio.TaskGroup() as group:
        for user in users:
            group.create_task(add(user))


async def _until_live(rig: Rig, count: int) -> None:
    """Wait until so many accounts are live and every body is read."""
    begun = time.monotonic()
    while time.monotonic() - begun < _WITHIN:
        accounts = (await rig.api.get("/api/accounts"))["items"]
        if sum(account["state"] == "live" for account in accounts) >= count:
            bodies = (await rig.api.get("/api/stats"))["bodies"]
            if bodies["parsed"] + bodies["unreadable"] >= 3 * count:
                return
        await asyncio.sleep(_LOOK_EVERY)
    raise TimeoutError(f"{count} accounts were not live within {_WITHIN:g} s")


async def _arrivals(rig: Rig, users: Sequence[str]) -> tuple[list[float], list[float]]:
    """Deliver to accounts all over the list; a bare client idles beside us on each."""
    theirs: list[float] = []
    ours: list[float] = []
    async with rig.api.events() as events:
        for number in range(_ARRIVALS):
            user = users[number * len(users) // _ARRIVALS]
            bare = IdleClient(rig.raw(user))
            threading.Thread(target=bare.listen, daemon=True).start()
            await asyncio.sleep(1)
            with rig.raw(user) as sender:
                await asyncio.to_thread(sender.append, a_short_message(number))
                delivered = time.monotonic()
                ours.append(await received(events, f"arrival {number}") - delivered)
            await asyncio.to_thread(bare.told.wait, 60)
            theirs.append(bare.told_at - delivered)
    return theirs, ours
