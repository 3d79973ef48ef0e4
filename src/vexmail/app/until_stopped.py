"""Running one coroutine as a process of its own."""

import asyncio
import signal
from collections.abc import Coroutine

from vexmail.app.event_loop import new_event_loop


def run_until_stopped(work: Coroutine[None, None, None]) -> None:
    """Run ``work`` to its end; Ctrl-C and SIGTERM cancel it, once, and are no failure."""
    with asyncio.Runner(loop_factory=new_event_loop()) as runner:
        runner.run(_stoppable(work))


async def _stoppable(work: Coroutine[None, None, None]) -> None:
    is_stopping = False
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work, name="work")

        def stop() -> None:
            nonlocal is_stopping
            if not is_stopping:  # a second cancellation would interrupt the cleaning up
                is_stopping = True
                task.cancel()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
