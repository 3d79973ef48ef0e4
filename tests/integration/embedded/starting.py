"""Starting the tiny product as a person starts the real one, and looking at what it leaves."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.databases import product_environment
from tests.support.waiting import GENEROUS, eventually

ROOT = Path(__file__).parents[3]
TINY_PRODUCT = Path(__file__).with_name("tiny_product.py")
_READY = re.compile(r"^VexMail is ready: (http://[^/\s]+)(/welcome#abc)$", re.MULTILINE)


class Start:
    """One start of the product; everything it prints goes to one file."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    async def url(self) -> str:
        """Wait until it says its link; return the address."""

        async def said() -> str:
            found = _READY.search(self.output)
            ended = self.process.poll()
            if found is None and ended is not None:
                raise RuntimeError(f"ended with {ended}: {self.output}")
            return found[1] if found else ""

        return await eventually(said, within=120, what="the link")

    async def given(self) -> dict[str, str]:
        """Ask the application for the settings it was given."""

        def get(url: str) -> dict[str, str]:
            with urllib.request.urlopen(url, timeout=GENEROUS) as answer:
                return dict(json.load(answer))

        return await asyncio.to_thread(get, await self.url())

    async def ends(self, within: float = GENEROUS) -> int:
        """Wait for the end; return the exit code."""
        return await asyncio.to_thread(self.process.wait, within)


@asynccontextmanager
async def started(
    folder: Path, *, prefix: tuple[str, ...] = (), python: str = sys.executable, **settings: str
) -> AsyncIterator[Start]:
    """Start with ``folder / "data"`` as the data folder; killed at the end if it still runs.

    Args:
        folder: holds the data folder and the log.
        prefix: a command to run it by.
        python: the interpreter.
        settings: environment variables.
    """
    environment = product_environment(
        VEXMAIL_DATA_DIR=str(folder / "data"), VEXMAIL_SERVE_WORKER="false"
    )
    log = folder / f"{len(list(folder.glob('*.log')))}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*prefix, python, str(TINY_PRODUCT)],
            cwd="/",
            env=environment | settings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Start(process, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.to_thread(process.wait, GENEROUS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def processes_of(folder: Path) -> set[int]:
    """Return the processes that name ``folder`` in their command line."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(folder) in command:
                found.add(int(entry.name))
    return found


def interpreter_for_everybody() -> tuple[str, Mapping[str, str]] | None:
    """Return a Python like ours that every user can run, and what makes it see our packages."""
    candidate = f"/usr/bin/python3.{sys.version_info[1]}"
    site_packages = Path(sys.prefix) / "lib" / f"python3.{sys.version_info[1]}" / "site-packages"
    if not Path(candidate).exists():
        return None
    return candidate, {"PYTHONPATH": f"{site_packages}:{ROOT / 'src'}"}
