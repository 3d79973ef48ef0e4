"""``python -m bench.bare_connections HOST PORT PASSWORD USER...``: aioimaplib alone, in IDLE.

Logs every user in, selects INBOX, idles, and prints what one connection takes in KiB. The
baseline for what an idle account costs us.
"""

import asyncio
import os
import sys
from collections.abc import Sequence

from aioimaplib import aioimaplib

from bench.processes import memory

_AT_ONCE = 16
_WARM = 20  # connections opened before the first look at the memory


async def _idling(host: str, port: int, user: str, password: str) -> object:
    client = aioimaplib.IMAP4(host, port, timeout=60)
    await client.wait_hello_from_server()
    await client.login(user, password)
    await client.select("INBOX")
    return client, await client.idle_start(timeout=1000)


async def _run(host: str, port: int, password: str, users: Sequence[str]) -> float:
    kept: list[object] = []
    gate = asyncio.Semaphore(_AT_ONCE)

    async def open_one(user: str) -> None:
        async with gate:
            kept.append(await _idling(host, port, user, password))

    async def open_all(some: Sequence[str]) -> None:
        async with asyncio.TaskGroup() as group:
            for user in some:
                group.create_task(open_one(user))

    await open_all(users[:_WARM])
    before = memory(os.getpid())
    await open_all(users[_WARM:])
    await asyncio.sleep(2)
    return (memory(os.getpid()) - before) / (len(users) - _WARM) / 1024


if __name__ == "__main__":
    host, port, password, *users = sys.argv[1:]
    sys.stdout.write(f"{asyncio.run(_run(host, int(port), password, users)):.1f}\n")
    sys.stdout.flush()
    os._exit(0)  # nobody waits for a thousand goodbyes
