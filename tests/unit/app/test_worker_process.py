"""The worker beside the web process."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.support.waiting import eventually
from vexmail.app.worker_process import WorkerProcess, pause_before_restart

SLEEPER = (sys.executable, "-c", "import time; time.sleep(3600)")


@pytest.mark.parametrize(("deaths", "pause"), [(1, 0.5), (2, 1.0), (4, 4.0), (7, 30.0), (99, 30.0)])
def test_the_pause_doubles_with_each_death_up_to_a_limit(deaths: int, pause: float):
    assert pause_before_restart(deaths) == pause


async def test_a_killed_worker_is_replaced_and_the_last_one_ends_with_us():
    worker = WorkerProcess({}, SLEEPER)

    async def pid() -> int | None:
        return worker.pid

    async with asyncio.TaskGroup() as group:
        task = group.create_task(worker.keep_running())
        first = await eventually(pid)
        assert first is not None
        os.kill(first, signal.SIGKILL)

        async def another() -> bool:
            return worker.pid not in {None, first}

        await eventually(another)
        second = worker.pid
        assert second is not None
        task.cancel()

    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


async def test_the_worker_gets_the_environment(tmp_path: Path):
    told = tmp_path / "told"
    code = f"import os, pathlib; pathlib.Path({str(told)!r}).write_text(os.environ['A_SETTING'])"
    worker = WorkerProcess({"A_SETTING": "settled"}, (sys.executable, "-c", code))

    async with asyncio.TaskGroup() as group:
        task = group.create_task(worker.keep_running())

        async def heard() -> bool:
            return told.exists() and told.read_text(encoding="utf-8") == "settled"

        await eventually(heard)
        task.cancel()
