"""Starts and stops the demo mail servers as a child process.

The child has its own event loop, so seeding and serving never hold up the web process; it ends
when its parent does. It says one JSON line on standard output once both ports listen.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType

import structlog

from vexmail.app.demo.demo_state import DemoAccount, load_state, save_state
from vexmail.app.demo.pace import DeliveryPace

DEFAULT_SEED = 20_240_229
_START_WITHIN = 60.0  # s; seeding takes about 2 s, a laptop on battery perhaps five times that
_STOP_WITHIN = 5.0  # s

log = structlog.get_logger()


class DemoStartError(Exception):
    """The demo servers did not come up; the text says why."""


class DemoMailServers:
    """An IMAP and an SMTP server with a seeded mailbox, on loopback, in a child process.

    Use as an async context manager; entering gives the :class:`DemoAccount`. State in
    ``state_dir`` (password, ports, mail, flags) outlives the process, so entering again later
    gives the same mailbox with the same UIDs.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        pace: DeliveryPace | None = None,
        seed: int = DEFAULT_SEED,
    ) -> None:
        """Prepare; nothing is started before entering.

        Args:
            state_dir: folder of this demo, created when missing.
            pace: delivery of new mail.
            seed: what a new mailbox is made from; an existing one keeps its own.
        """
        self._state_dir = state_dir
        self._pace = pace or DeliveryPace()
        self._seed = seed
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the child while it is meant to run."""
        return None if self._process is None else self._process.pid

    @property
    def running(self) -> bool:
        """Tell whether the child is there and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def __aenter__(self) -> DemoAccount:
        """Start the child, seeding the mailbox the first time.

        Raises:
            DemoStartError: it ended, or stayed silent, or its state is in use.
        """
        state = load_state(self._state_dir, seed=self._seed)
        self._process = process = await self._spawn()
        try:
            ready = await self._first_line(process)
        except BaseException:
            await self._stop()
            raise
        ports = int(ready["imap_port"]), int(ready["smtp_port"])
        changed = ports != (state.imap_port, state.smtp_port)
        moved = changed and state.imap_port != 0
        if changed:
            state = state.with_ports(*ports)
            save_state(self._state_dir, state)
        if moved:
            log.warning("demo.ports_changed", imap_port=ports[0], smtp_port=ports[1])
        log.info("demo.started", pid=process.pid, imap_port=ports[0], messages=ready["messages"])
        return state.account(ports_changed=moved)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the child and wait for it."""
        await self._stop()

    async def wait_ended(self) -> int:
        """Wait until the child ends by itself and return its exit code."""
        if self._process is None:
            message = "not started"
            raise DemoStartError(message)
        return await self._process.wait()

    async def _spawn(self) -> Process:
        pace = self._pace
        options = {
            "state_dir": str(self._state_dir),
            "parent_pid": os.getpid(),
            "first_after": pace.first_after,
            "every": list(pace.every),
            "daily_cap": pace.daily_cap,
        }
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "vexmail.app.demo", json.dumps(options)),
            stdin=PIPE,
            stdout=PIPE,
            start_new_session=True,  # Ctrl-C in the terminal is for the parent, which stops us
        )

    @staticmethod
    async def _first_line(process: Process) -> dict[str, int | str]:
        if process.stdout is None:
            message = "child has no output pipe"
            raise DemoStartError(message)
        try:
            async with asyncio.timeout(_START_WITHIN):
                line = await process.stdout.readline()
        except TimeoutError as error:
            message = f"the demo mail server was not ready after {_START_WITHIN:.0f} s"
            raise DemoStartError(message) from error
        try:
            ready: dict[str, int | str] = json.loads(line)
        except ValueError as error:
            message = "the demo mail server ended while starting; its output says why"
            raise DemoStartError(message) from error
        if "error" in ready:
            raise DemoStartError(str(ready["error"]))
        return ready

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOP_WITHIN):
                await process.wait()
        except TimeoutError:
            log.warning("demo.killed", pid=process.pid)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


@asynccontextmanager
async def demo_servers(
    state_dir: Path, *, pace: DeliveryPace | None = None, seed: int = DEFAULT_SEED
) -> AsyncIterator[DemoAccount]:
    """Run the demo mail servers for the length of the block.

    Raises:
        DemoStartError: they did not come up.
    """
    async with DemoMailServers(state_dir, pace=pace, seed=seed) as account:
        yield account
