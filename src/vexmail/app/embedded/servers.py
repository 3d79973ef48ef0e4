"""Both embedded servers as one thing to start, watch and stop."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from vexmail.app.embedded.account import serving_account
from vexmail.app.embedded.binaries import runnable_by
from vexmail.app.embedded.places import (
    Places,
    cluster_of,
    make_socket_folder,
    remove_socket_folder,
    servers_home,
    settle_home,
)
from vexmail.app.embedded.postgres import DATABASE, EmbeddedPostgres
from vexmail.app.embedded.valkey import EmbeddedValkey
from vexmail.app.startup_problem import EmbeddedServerFailed

log = structlog.get_logger(__name__)

_LOOK_EVERY_S = 0.25
_RESTART_PAUSE_S = 10.0  # after a restart that failed


def _silent(_line: str) -> None:
    """Drop progress lines."""


class EmbeddedServers:
    """PostgreSQL and Valkey for one data folder.

    Use as ``async with EmbeddedServers(folder) as servers``; the URLs are valid inside. Run
    ``supervise`` in a TaskGroup of the caller to have a server that dies restarted.

    Args:
        data_dir: an existing folder whose instance lock the caller holds.
        progress: told one line for each step that takes a person's patience.
        postgres: whether PostgreSQL is wanted.
        valkey: whether Valkey is wanted.
        durable: False lets PostgreSQL skip waiting for the disk: for tests, never for mail.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        progress: Callable[[str], None] = _silent,
        postgres: bool = True,
        valkey: bool = True,
        durable: bool = True,
    ) -> None:
        self._data_dir = data_dir.resolve()
        self._progress = progress
        self._wants_postgres = postgres
        self._wants_valkey = valkey
        self._durable = durable
        self._postgres: EmbeddedPostgres | None = None
        self._valkey: EmbeddedValkey | None = None
        self._home = self._data_dir

    async def __aenter__(self) -> Self:
        """Start both servers and wait until they answer.

        Raises:
            EmbeddedUnavailable: this machine cannot run them.
            BadDataFolder: the data folder cannot be used.
            EmbeddedServerFailed: a server does not start.
        """
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop both servers cleanly."""
        await self._stop()

    @property
    def database_url(self) -> str:
        """A plain ``postgresql://`` URL of VexMail's database."""
        return self._running_postgres.url(DATABASE)

    @property
    def redis_url(self) -> str:
        """A ``unix://`` URL."""
        if self._valkey is None:
            raise EmbeddedServerFailed("The embedded Valkey was not started.")
        return self._valkey.url

    async def create_database(self, name: str, template: str | None = None) -> str:
        """Create one more database on the same server, for instance for a test.

        Args:
            name: letters, digits and underscores.
            template: a database to copy; nobody may be connected to it.

        Returns:
            Its ``postgresql://`` URL.
        """
        return await self._running_postgres.create_database(name, template)

    async def drop_database(self, name: str) -> None:
        """Remove a database, ending the sessions that use it."""
        await self._running_postgres.drop_database(name)

    async def supervise(self) -> None:
        """Start a server again when it dies; runs until cancelled."""
        while True:
            for server in (self._postgres, self._valkey):
                if server is None or server.process.is_running:
                    continue
                log.warning("embedded.died", server=server.name, exit_code=server.process.exit_code)
                try:
                    await server.start()
                    await server.ready()
                except EmbeddedServerFailed as error:
                    log.error("embedded.restart_failed", server=server.name, reason=str(error))  # noqa: TRY400 - the reason says it all
                    await asyncio.sleep(_RESTART_PAUSE_S)
                else:
                    log.info("embedded.restarted", server=server.name)
            await asyncio.sleep(_LOOK_EVERY_S)

    def remove_files(self) -> None:
        """Remove everything the servers keep, also outside the data folder; for tests.

        Call it after the ``async with`` block.
        """
        shutil.rmtree(self._data_dir, ignore_errors=True)
        shutil.rmtree(self._home, ignore_errors=True)

    @property
    def _running_postgres(self) -> EmbeddedPostgres:
        if self._postgres is None:
            raise EmbeddedServerFailed("The embedded PostgreSQL was not started.")
        return self._postgres

    async def _start(self) -> None:
        account = serving_account(self._data_dir, cluster_of(servers_home(self._data_dir)))
        self._home = settle_home(self._data_dir, account, self._progress)
        programs = await asyncio.to_thread(runnable_by, account, self._home, self._progress)
        places = Places(account, self._home, make_socket_folder(self._home, account))
        if self._wants_valkey:
            self._valkey = EmbeddedValkey(programs.valkey_server, places, self._progress)
        if self._wants_postgres:
            self._postgres = EmbeddedPostgres(
                programs.postgres_home, places, self._progress, durable=self._durable
            )
        wanted = [server for server in (self._valkey, self._postgres) if server is not None]
        for server in wanted:
            await server.start()
        for server in wanted:
            await server.ready()

    async def _stop(self) -> None:
        # Valkey may still be told things by a late client; PostgreSQL is what must be clean.
        for server in (self._postgres, self._valkey):
            if server is not None:
                await server.stop()
        remove_socket_folder(self._home)
