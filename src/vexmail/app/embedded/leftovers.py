"""Ending servers that a killed VexMail left behind, and telling them from mere remains."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from vexmail.app.startup_problem import EmbeddedServerFailed

_POLL_S = 0.02


def pid_in(pid_file: Path) -> int | None:
    """Return the process id on the first line of a pid file, or None if there is none."""
    try:
        return int(pid_file.read_text(encoding="utf-8").splitlines()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def is_alive(pid: int, marker: str) -> bool:
    """Tell whether a process runs and carries ``marker`` in its command line.

    A zombie does not run, and a process id that has been given to somebody else (usual in
    containers, where ids start at 1 each time) does not carry our marker.
    """
    if sys.platform == "linux":
        try:
            return marker in os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes())
        except (FileNotFoundError, ProcessLookupError):
            return False
    listing = subprocess.run(  # noqa: S603 - fixed command
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return marker in listing.stdout


async def end_leftover(
    name: str, pid_file: Path, marker: str, signals: Sequence[tuple[signal.Signals, float]]
) -> None:
    """End the server that ``pid_file`` names, if it still runs.

    Args:
        name: the server, for the error message.
        pid_file: its first line is the process id.
        marker: what its command line must contain to be ours.
        signals: what to send and how many seconds to allow, in order.

    Raises:
        EmbeddedServerFailed: it does not end, or belongs to another user.
    """
    pid = pid_in(pid_file)
    if pid is None or not is_alive(pid, marker):
        return
    for number, allowed_s in signals:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        except PermissionError as error:
            message = (
                f"{name} of this data folder is still running under another user (process {pid}). "
                f"Stop it, then start VexMail again."
            )
            raise EmbeddedServerFailed(message) from error
        deadline = time.monotonic() + allowed_s
        while time.monotonic() < deadline:
            if not is_alive(pid, marker):
                return
            await asyncio.sleep(_POLL_S)
    message = f"{name} of an earlier run (process {pid}) does not end. End it (kill -9 {pid})."
    raise EmbeddedServerFailed(message)
