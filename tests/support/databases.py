"""Fresh databases for tests: one server for the run, one clone of a migrated template per test."""

import asyncio
import itertools
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from vexmail.app.database_address import parse_database_url
from vexmail.app.embedded import EmbeddedServers
from vexmail.app.migrations import migrate
from vexmail.store.invariants import Violation, check_consistency

SECRET_KEY = "0" * 16 + "for-tests-only-" + "f" * 16
_TEMPLATE = "vexmail_template"
_ENDS_WITHIN = 120.0  # seconds; a loaded machine may take long


class TestDatabases:
    """Hands out databases at the newest schema; each is gone again when its test ends."""

    __test__ = False

    def __init__(self, servers: EmbeddedServers) -> None:
        self.servers = servers
        self._numbers = itertools.count(1)
        self._template_ready = False

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[str]:
        """Give the ``postgresql://`` URL of an empty, migrated database of one's own."""
        if not self._template_ready:
            await migrate(parse_database_url(await self.servers.create_database(_TEMPLATE)))
            self._template_ready = True
        name = f"vexmail_test_{next(self._numbers)}"
        url = await self.servers.create_database(name, _TEMPLATE)
        try:
            yield url
        finally:
            await self.servers.drop_database(name)

    @staticmethod
    async def broken_invariants(url: str) -> list[Violation]:
        """Return what does not hold in a database's tables."""
        connection = await asyncpg.connect(url)
        try:
            return await check_consistency(connection)
        finally:
            await connection.close()

    @asynccontextmanager
    async def unmigrated(self) -> AsyncIterator[str]:
        """Give the URL of a database without any table."""
        name = f"vexmail_blank_{next(self._numbers)}"
        try:
            yield await self.servers.create_database(name)
        finally:
            await self.servers.drop_database(name)


def product_environment(**settings: str) -> dict[str, str]:
    """Return an environment for the product's commands: ``settings`` and nothing of the caller's.

    Names of our own settings that stand in the caller's environment are left out, so that a
    developer's configuration cannot change what a test sees.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {"LANG": "C.UTF-8"} | settings


async def run_vexmail(*arguments: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a command of the product to its end; return its exit status and all it printed."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "vexmail"),
        *arguments,
        env=dict(environment),
        cwd=tempfile.gettempdir(),  # where no .env of a developer lies
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(_ENDS_WITHIN):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, output.decode(errors="replace")
