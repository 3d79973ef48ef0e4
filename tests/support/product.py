"""The real product as a child process, started as a person would start it."""

import asyncio
import contextlib
import logging
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from tests.support.databases import product_environment, run_vexmail

log = logging.getLogger(__name__)

TOKEN = "vexmail-test-token-0123456789abcdef"
_STARTS_WITHIN = 180.0  # seconds; includes initdb on a loaded machine
_STOPS_WITHIN = 60.0
_LOOK_EVERY = 0.01
_READY = re.compile(r"^VexMail is ready: (?P<link>(?P<url>https?://[^/\s]+)\S*)$", re.MULTILINE)


class ProductDidNotStart(AssertionError):
    """The command ended, or printed no address in time; the message holds what it printed."""


class Product:
    """One running ``vexmail serve`` (or ``demo``); what it prints goes to ``log_file``."""

    def __init__(
        self, process: subprocess.Popen[bytes], environment: dict[str, str], log_file: Path
    ) -> None:
        self.process = process
        self.environment = environment
        """What it was started with; its commands work beside it with the same."""
        self.log_file = log_file
        self.started_in = 0.0
        """Seconds from spawning to the printed address."""

    @property
    def output(self) -> str:
        """Everything this process printed so far."""
        return self.log_file.read_bytes().decode(errors="replace")

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

    async def check(self) -> tuple[int, str]:
        """Run ``vexmail check`` beside it; return the exit status and the report."""
        return await run_vexmail("check", environment=self.environment)

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


@contextmanager
def product_folder() -> Iterator[Path]:
    """Give the path of a data folder that does not exist yet, and remove all of it afterwards.

    Everybody may enter it: run by root, the product would keep its database elsewhere otherwise,
    where nobody would clean up after a test.
    """
    with tempfile.TemporaryDirectory(prefix="vexmail-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "data"


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
    port = str(free_port())
    environment = product_environment(
        VEXMAIL_DATA_DIR=str(data_dir),
        VEXMAIL_PORT=port,
        VEXMAIL_TOKEN=TOKEN,
        VEXMAIL_LOG_FORMAT="json",
    )
    environment |= settings
    data_dir.mkdir(parents=True, exist_ok=True)
    log_file = data_dir.with_name(f"{data_dir.name}-{port}.log")
    with log_file.open("wb") as output:
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "vexmail"), command],
            cwd=data_dir,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    product = Product(process, environment, log_file)
    try:
        await product.wait_until_serving()
        yield product
    finally:
        await product.stop()
        # pytest shows this beside a failure.
        log.info(
            "product ended with %s and said:\n%s", process.returncode, product.output[-20_000:]
        )


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
