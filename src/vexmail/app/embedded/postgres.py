"""The embedded PostgreSQL."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg

from vexmail.app.embedded.leftovers import end_leftover, pid_in
from vexmail.app.embedded.places import Places, cluster_of
from vexmail.app.embedded.server_process import ServerProcess
from vexmail.app.startup_problem import EmbeddedServerFailed

USER = "vexmail"
DATABASE = "vexmail"

# SIGINT: "fast" shutdown, SIGQUIT: "immediate" (PostgreSQL manual, Shutting Down the Server).
_STOP = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))
_READY_WITHIN_S = 900.0  # crash recovery of a large database takes minutes
_ANSWER_WITHIN_S = 5.0
_SPAWNS = 20  # how often a postmaster that ends at once is tried again, half a second apart
_SPEAK_EVERY_S = 5.0

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "random_page_cost": "1.1",  # an SSD, as nearly everywhere
    "jit": "off",  # compiling costs more than our short queries
    "wal_level": "minimal",  # no replication; crash safety is unchanged
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One PostgreSQL on a unix socket, with its cluster in ``home/pgdata<major>``."""

    name = "PostgreSQL"

    def __init__(
        self, programs: Path, places: Places, progress: Callable[[str], None], *, durable: bool
    ) -> None:
        self._programs = programs / "bin"
        self._account = places.account
        self._home = places.home
        self._sockets = places.sockets
        self._cluster = cluster_of(places.home)
        self._progress = progress
        settings = _SETTINGS if durable else _SETTINGS | _NOT_DURABLE
        self.process = ServerProcess(
            [
                *(self._programs / "postgres", "-D", self._cluster, "-k", self._sockets),
                *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
            ],
            account=places.account,
            log=places.home / "logs" / "postgres.log",
            death_signal=signal.SIGINT,
        )

    def url(self, database: str = DATABASE) -> str:
        """Return the URL of one database of this server."""
        return f"postgresql://{USER}@/{database}?host={self._sockets}"

    async def start(self) -> None:
        """Make the cluster if there is none, end what an earlier run left, then start."""
        if not self._cluster.exists():
            self._progress("Preparing the database (first start only) ...")
            await self._initdb()
        await end_leftover(self.name, self._pid_file, str(self._cluster), _STOP)
        self._disown_pid_file()
        self.process.spawn()

    async def ready(self) -> None:
        """Wait until it answers, however long crash recovery takes, and has our database.

        Raises:
            EmbeddedServerFailed: it ends again and again, or never answers.
        """
        began = spoke = time.monotonic()
        spawns = 1
        while time.monotonic() - began < _READY_WITHIN_S:
            if await self._answers():
                return
            if self.process.exit_code is not None:
                if spawns == _SPAWNS or not self._may_start_later():
                    break
                spawns += 1
                await asyncio.sleep(0.5)
                self._disown_pid_file()
                self.process.spawn()
            elif time.monotonic() - spoke > _SPEAK_EVERY_S:
                spoke = time.monotonic()
                self._progress(f"Waiting for the database to recover ... {spoke - began:.0f} s")
            await asyncio.sleep(0.01)
        message = f"The embedded PostgreSQL does not start. It says:\n{self.process.output()}"
        raise EmbeddedServerFailed(message)

    async def stop(self) -> None:
        """Stop it cleanly; open transactions are rolled back."""
        await self.process.stop(_STOP)

    async def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, empty or as a copy of ``template``, and return its URL."""
        copied = f' template "{template}"' if template else ""
        await self._execute(f'create database "{name}"{copied}')
        return self.url(name)

    async def drop_database(self, name: str) -> None:
        """Remove a database if it exists, ending the sessions that use it."""
        await self._execute(f'drop database if exists "{name}" with (force)')

    @property
    def _pid_file(self) -> Path:
        return self._cluster / "postmaster.pid"

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                connection = await self._connect()
                try:
                    known = await connection.fetchval(
                        "select 1 from pg_database where datname = $1", DATABASE
                    )
                    if known is None:
                        await connection.execute(f'create database "{DATABASE}"')
                finally:
                    await connection.close()
        except (
            OSError,
            TimeoutError,
            asyncpg.CannotConnectNowError,
            asyncpg.ConnectionDoesNotExistError,
            asyncpg.TooManyConnectionsError,  # after a restart everybody comes back at once
            asyncpg.InterfaceError,  # it ended in the middle of our greeting
        ):
            return False
        return True

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(host=str(self._sockets), user=USER, database="postgres")

    async def _execute(self, statement: str) -> None:
        connection = await self._connect()
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _initdb(self) -> None:
        for abandoned in self._home.glob("unfinished-cluster-*"):
            shutil.rmtree(abandoned)
        folder = Path(tempfile.mkdtemp(prefix="unfinished-cluster-", dir=self._home))
        self._account.owns(folder)
        initdb = ServerProcess(
            [
                *(self._programs / "initdb", "-D", folder, "-U", USER, "--encoding=UTF8"),
                # The socket folder is private to the user that runs us: no password needed.
                "--auth=trust",
                # PostgreSQL's own tables: the same order and case rules on every machine.
                *("--locale-provider=builtin", "--locale=C.UTF-8"),
            ],
            account=self._account,
            log=self._home / "logs" / "initdb.log",
            death_signal=signal.SIGKILL,
        )
        initdb.spawn()
        began = time.monotonic()
        try:
            while initdb.is_running:
                try:
                    async with asyncio.timeout(_SPEAK_EVERY_S):
                        await initdb.wait()
                except TimeoutError:
                    self._progress(
                        f"Still preparing the database ... {time.monotonic() - began:.0f} s"
                    )
        finally:
            await initdb.stop([(signal.SIGKILL, 5.0)])
        if initdb.exit_code != 0:
            message = f"The database could not be prepared. initdb says:\n{initdb.output()}"
            raise EmbeddedServerFailed(message)
        os.rename(folder, self._cluster)

    def _may_start_later(self) -> bool:
        """Tell whether the failure passes by itself: the last of an old server is still ending."""
        said = self.process.output()
        return "postmaster.pid" in said or "pre-existing shared memory block" in said

    def _disown_pid_file(self) -> None:
        """Let PostgreSQL take over the pid file of a dead postmaster.

        PostgreSQL refuses to start while the process id in the file exists, be it a zombie
        that nobody reaps or a stranger who got the same number. It takes over a file that names
        its own parent, and then still checks by the shared memory key that nobody uses the
        cluster (PostgreSQL source, CreateLockFile), which removing the file would not.
        """
        if pid_in(self._pid_file) is None:
            return
        lines = self._pid_file.read_text(encoding="utf-8").splitlines(keepends=True)
        self._pid_file.write_text("".join([f"{os.getpid()}\n", *lines[1:]]), encoding="utf-8")
