"""Waiting for whichever comes first."""

import asyncio


async def first_of(*events: asyncio.Event) -> None:
    """Return once one of the events is set."""
    if any(event.is_set() for event in events):
        return
    happened = asyncio.Event()

    async def watch(event: asyncio.Event) -> None:
        await event.wait()
        happened.set()

    async with asyncio.TaskGroup() as group:
        watchers = [group.create_task(watch(event)) for event in events]
        await happened.wait()
        for watcher in watchers:
            watcher.cancel()
