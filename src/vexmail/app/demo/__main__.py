"""Entry of the child process: ``python -m vexmail.app.demo '{"state_dir": ...}'``."""

import asyncio
import json
import logging
import signal
import sys
from pathlib import Path

import structlog

from vexmail.app.demo.mail_store import StoreInUseError
from vexmail.app.demo.pace import DeliveryPace
from vexmail.app.demo.parent_watch import die_with_parent, parent_gone
from vexmail.app.demo.serving import serve
from vexmail.app.system_clock import SystemClock


def _say(facts: dict[str, int | str]) -> None:
    """Write the one line the parent waits for."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def _until_told(options: dict[str, object], pace: DeliveryPace) -> None:
    """Serve until SIGTERM or the parent's end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(
            serve(Path(str(options["state_dir"])), pace, SystemClock(), _say), name="demo servers"
        )
        watching = group.create_task(_set_when_parent_gone(stop), name="demo parent watch")
        await stop.wait()
        serving.cancel()
        watching.cancel()


async def _set_when_parent_gone(stop: asyncio.Event) -> None:
    await parent_gone()
    stop.set()


def main() -> int:
    """Run the demo servers; answers the exit code."""
    # Standard output is a pipe nobody reads after the first line: logs would fill and block it.
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    options = json.loads(sys.argv[1])
    if not die_with_parent(int(options["parent_pid"])):
        return 1
    first, second = options["every"]
    pace = DeliveryPace(options["first_after"], (first, second), options["daily_cap"])
    try:
        asyncio.run(_until_told(options, pace))
    except* (StoreInUseError, OSError) as group:
        _say({"error": str(group.exceptions[0])})
        return_code = 1
    else:
        return_code = 0
    return return_code


if __name__ == "__main__":
    sys.exit(main())
