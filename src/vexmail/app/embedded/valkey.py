"""The embedded Valkey: queue, wake-up calls and caches; losing its data costs only speed."""

import asyncio
import signal
import time
from collections.abc import Callable
from pathlib import Path

from vexmail.app.embedded.leftovers import end_leftover
from vexmail.app.embedded.places import Places
from vexmail.app.embedded.server_process import ServerProcess
from vexmail.app.startup_problem import EmbeddedServerFailed

_STOP = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))
_READY_WITHIN_S = 60.0
_ANSWER_WITHIN_S = 5.0


class EmbeddedValkey:
    """One Valkey on a unix socket, with an append-only file in ``home/valkey``."""

    name = "Valkey"

    def __init__(self, program: Path, places: Places, progress: Callable[[str], None]) -> None:
        self._account = places.account
        self._folder = places.home / "valkey"
        self._pid_file = self._folder / "valkey.pid"
        self._socket = places.sockets / "valkey.sock"
        self._progress = progress
        self.process = ServerProcess(
            [
                *(program, "--port", "0"),
                *("--unixsocket", self._socket, "--unixsocketperm", "700"),
                *("--dir", self._folder, "--pidfile", self._pid_file),
                # The title would hide the arguments by which a left-over process is known.
                *("--set-proc-title", "no"),
                *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
                *("--maxmemory-policy", "noeviction", "--databases", "1"),
            ],
            account=places.account,
            log=places.home / "logs" / "valkey.log",
            death_signal=signal.SIGTERM,
        )

    @property
    def url(self) -> str:
        """The URL that redis-py and arq understand."""
        return f"unix://{self._socket}"

    async def start(self) -> None:
        """End what an earlier run left, then start; ``ready`` waits for the first answer."""
        if not self._folder.exists():
            self._folder.mkdir(mode=0o700)
            self._account.owns(self._folder)
        await end_leftover(self.name, self._pid_file, str(self._pid_file), _STOP)
        self.process.spawn()

    async def ready(self) -> None:
        """Wait until it answers; data it cannot read is set aside once, because it may be lost.

        Raises:
            EmbeddedServerFailed: it ends even with an empty folder, or never answers.
        """
        may_set_aside = True
        deadline = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < deadline:
            if await self._answers():
                return
            if self.process.exit_code is not None:
                if not may_set_aside:
                    break
                may_set_aside = False
                self._progress("The queue's files could not be read; starting with an empty queue")
                self._set_aside()
                self.process.spawn()
            await asyncio.sleep(0.01)
        message = f"The embedded Valkey does not start. It says:\n{self.process.output()}"
        raise EmbeddedServerFailed(message)

    async def stop(self) -> None:
        """Stop it cleanly, within seconds."""
        await self.process.stop(_STOP)

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                reader, writer = await asyncio.open_unix_connection(self._socket)
                try:
                    writer.write(b"PING\r\n")
                    return (await reader.readline()).startswith(b"+PONG")
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False

    def _set_aside(self) -> None:
        """Keep one unreadable folder for a closer look, and begin a new one."""
        unreadable = self._folder.with_name("valkey-unreadable")
        if unreadable.exists():
            for path in sorted(unreadable.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            unreadable.rmdir()
        self._folder.rename(unreadable)
        self._folder.mkdir(mode=0o700)
        self._account.owns(self._folder)
