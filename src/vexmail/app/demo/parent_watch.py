"""Ends the demo process when the process that started it is gone, however it went.

Linux tells the kernel to do it (prctl PR_SET_PDEATHSIG); everywhere, the standard input is a pipe
from the parent, and its end means the same.
"""

import asyncio
import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent_pid: int) -> bool:
    """Ask the kernel for SIGTERM at the parent's end.

    Returns:
        False when the parent is gone already, which the kernel would not tell any more.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    return os.getppid() == parent_pid


async def parent_gone() -> None:
    """Return when standard input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        while await reader.read(1024):
            pass
    finally:
        transport.close()
