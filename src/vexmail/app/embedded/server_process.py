"""One embedded server as a child process that ends with us."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from vexmail.app import bound_child
from vexmail.app.embedded.account import Account

_POLL_S = 0.02
_LOG_LIMIT = 5 * 1024 * 1024  # a log larger than this is set aside at the next start
_LOG_TAIL = 4000


class ServerProcess:
    """A command that runs in a session of its own, as ``account``, logging to a file.

    Its own session keeps a Ctrl-C in the terminal from reaching it before us; the bond to our
    life is made by ``bound_child``.
    """

    def __init__(
        self, command: Sequence[str | Path], *, account: Account, log: Path, death_signal: int
    ) -> None:
        self._command = [str(part) for part in command]
        self._account = account
        self._death_signal = death_signal
        self._log = log
        self._log_start = 0
        self._child: subprocess.Popen[bytes] | None = None

    def spawn(self) -> None:
        """Start the process; it may still fail, see ``exit_code``."""
        _set_aside_when_large(self._log)
        self._log_start = self._log.stat().st_size if self._log.exists() else 0
        user = f"{self._account.uid}:{self._account.gid}" if self._account.is_other else "-"
        with self._log.open("ab") as output:
            self._child = subprocess.Popen(  # noqa: S603 - our own command, no shell
                [
                    *(sys.executable, "-I", "-S", bound_child.__file__),
                    *(str(os.getpid()), str(int(self._death_signal)), user),
                    *self._command,
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd="/",
                env={"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"},
            )

    @property
    def pid(self) -> int | None:
        """The process id, once spawned."""
        return self._child.pid if self._child else None

    @property
    def exit_code(self) -> int | None:
        """How the process ended; None while it runs (negative: the signal that killed it)."""
        return self._child.poll() if self._child else None

    @property
    def is_running(self) -> bool:
        """Whether the process was started and has not ended."""
        return self._child is not None and self._child.poll() is None

    def output(self) -> str:
        """Return the end of what this run wrote to its log."""
        with self._log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start, size - _LOG_TAIL))
            return log.read().decode(errors="replace").strip()

    async def wait(self) -> int:
        """Wait until the process ends and return its exit code.

        Polls instead of watching SIGCHLD, so that it works in whatever loop calls it.
        """
        while (code := self.exit_code) is None:  # noqa: ASYNC110 - see above
            await asyncio.sleep(_POLL_S)
        return code

    async def stop(self, signals: Sequence[tuple[signal.Signals, float]]) -> None:
        """End the process: send each signal in turn and allow it that many seconds."""
        for number, allowed_s in signals:
            if self._child is None or self.exit_code is not None:
                return
            self._child.send_signal(number)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(allowed_s):
                    await self.wait()


def _set_aside_when_large(log: Path) -> None:
    log.parent.mkdir(mode=0o700, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".old.log"))
