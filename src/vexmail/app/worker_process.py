"""The worker as a child of the web process: started, watched, started again, stopped."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

import structlog

from vexmail.app import bound_child

log = structlog.get_logger(__name__)

_LOOK_EVERY_S = 0.2
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_STEADY_AFTER_S = 60.0  # a worker that lived this long was fine: start counting anew
_STOP_WITHIN_S = 8.0
WORKER_COMMAND = (sys.executable, "-m", "vexmail", "worker")


def pause_before_restart(deaths_in_a_row: int) -> float:
    """Return how many seconds to wait before the next start; it doubles up to a limit."""
    return float(min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** (deaths_in_a_row - 1)))


class WorkerProcess:
    """One worker beside us; its log lines go to our standard error.

    Args:
        environment: settings for the worker, laid over our own environment.
        command: what to run instead of ``vexmail worker``, for tests.
    """

    def __init__(
        self, environment: Mapping[str, str], command: Sequence[str] = WORKER_COMMAND
    ) -> None:
        self._environment = {**os.environ, **environment}
        self._command = list(command)
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the worker that runs now."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    async def keep_running(self) -> None:
        """Start the worker, and start it again whenever it ends; runs until cancelled.

        On cancellation the worker is asked to end, and killed when it does not within seconds.
        """
        deaths = 0
        try:
            while True:
                started = time.monotonic()
                self._child = self._spawn()
                while (code := self._child.poll()) is None:  # noqa: ASYNC110 - no Event
                    await asyncio.sleep(_LOOK_EVERY_S)
                lived_s = time.monotonic() - started
                deaths = 1 if lived_s > _STEADY_AFTER_S else deaths + 1
                pause_s = pause_before_restart(deaths)
                log.warning("worker.ended", exit_code=code, lived_s=lived_s, restart_in_s=pause_s)
                await asyncio.sleep(pause_s)
        finally:
            await self._stop()

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own command, no shell
            [
                *(sys.executable, "-I", "-S", bound_child.__file__),
                *(str(os.getpid()), str(int(signal.SIGTERM)), "-"),
                *self._command,
            ],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            env=self._environment,
            start_new_session=True,  # a Ctrl-C reaches only us, and we end the worker in order
        )

    async def _stop(self) -> None:
        child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            async with asyncio.timeout(_STOP_WITHIN_S):
                while child.poll() is None:  # noqa: ASYNC110 - no Event
                    await asyncio.sleep(_LOOK_EVERY_S / 4)
        except TimeoutError:
            log.warning("worker.killed", waited_s=_STOP_WITHIN_S)
            child.kill()
            child.wait()
