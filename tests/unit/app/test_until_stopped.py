"""A process of its own ends in order."""

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import asyncio
from vexmail.app.until_stopped import run_until_stopped

async def work():
    print("working", flush=True)
    try:
        await asyncio.sleep(3600)
    finally:
        await asyncio.sleep(0.01)
        print("cleaned up", flush=True)

run_until_stopped(work())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_cancels_the_work_which_cleans_up_and_that_is_no_failure(number: signal.Signals):
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"

    process.send_signal(number)
    said, _ = process.communicate(timeout=60)

    assert said == "cleaned up\n"
    assert process.returncode == 0
