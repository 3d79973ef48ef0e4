"""The real product as a child process, started as a person would start it."""

import asyncio
import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.databases import product_environment

TOKEN = "vexmail-test-token-0123456789abcdef"
_STARTS_WITHIN = 180.0  # seconds; includes initdb on a loaded machine
_STOPS_WITHIN = 60.0
_LOOK_EVERY = 0.01
_READY = re.compile(r"^VexMail is ready: (?P<link>(?P<url>https?://[^/\s]+)\S*)$", re.MULTILINE)


class ProductDidNotStart(AssertionError):
    """The command ended, or printed no address in time; the message holds what it printed."""


class Product:
    """One running ``vexmail serve`` (or ``demo``); what it prints goes to ``log``."""

    def __init__(
        self, process: subprocess.Popen[bytes], data_dir: Path, log: Path, log_begins: int
    ) -> None:
        self.process = process
        self.data_dir = data_dir
        self.log = log
        self._log_begins = log_begins
        self.started_in = 0.0
        """Seconds from spawning to the printed address."""

    @property
    def output(self) -> str:
        """Everything this process printed so far."""
        return self.log.read_bytes()[self._log_begins :].decode(errors="replace")

    @property
    def link(self) -> str:
        """The printed link, one-time login included; empty before it is printed."""
        found = _READY.search(self.output)
        return found["link"] if found else ""

    @property
    def url(self) -> str:
        """The printed address without a path; empty before it is printed."""
        found = _READY.search(self.output)
        return found["url"] if found else ""

    async def wait_until_serving(self) -> None:
        """Return once the address is printed.

        Raises:
            ProductDidNotStart: it never was.
        """
        begun = time.monotonic()
        while not self.url:
            late = time.monotonic() - begun > _STARTS_WITHIN
            if late or self.process.poll() is not None:
                raise ProductDidNotStart(f"exit {self.process.returncode}: {self.output}")
            await asyncio.sleep(_LOOK_EVERY)
        self.started_in = time.monotonic() - begun

    def kill(self) -> None:
        """End the web process at once, as ``kill -9`` does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    async def stop(self) -> None:
        """Ask it to end, and insist after a while."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self.process.wait, _STOPS_WITHIN)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@asynccontextmanager
async def running_product(
    data_dir: Path, *, command: str = "serve", **settings: str
) -> AsyncIterator[Product]:
    """Run the product in ``data_dir`` on a free port, with ``TOKEN`` for the API.

    Args:
        data_dir: kept afterwards, so that a test can start again in it.
        command: ``serve`` or ``demo``.
        settings: further environment variables, by their names.

    Yields:
        The product, once it has printed its address.
    """
    environment = product_environment(
        VEXMAIL_DATA_DIR=str(data_dir),
        VEXMAIL_PORT=str(free_port()),
        VEXMAIL_TOKEN=TOKEN,
        VEXMAIL_LOG_FORMAT="json",
    )
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir.with_name(f"{data_dir.name}.log")
    log.touch()
    log_begins = log.stat().st_size
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "vexmail"), command],
            cwd=data_dir,
            env=environment | settings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    product = Product(process, data_dir, log, log_begins)
    try:
        await product.wait_until_serving()
        yield product
    finally:
        await product.stop()


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
