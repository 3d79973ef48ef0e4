"""A sync engine in a process of its own, which a test kills and starts again as it likes.

The user's acts are carried out in the test's process, on the same database; they reach the
engine through a pipe, as in the product they reach it within one process.
"""

import asyncio
import contextlib
import itertools
import multiprocessing
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.engine_child import Act, EngineOrder, hurry_is_known, run_acts, run_engine
from vexmail.app.crash_order import CONSENT
from vexmail.domain.errors import NotFound
from vexmail.domain.ids import AccountId, MessageId

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.support.engine_child"])


class MortalEngine:
    """Starts, kills and wakes the engine; implements ``ports.account_sync`` for the test's side."""

    def __init__(self, database_url: str, redis_url: str, folder: Path) -> None:
        hurry_is_known()
        self.log_file = folder / "engine.log"
        self.data_dir = folder / "data"
        self.data_dir.mkdir(exist_ok=True)
        self._urls = database_url, redis_url
        self._orders = itertools.count()
        self._folder = folder
        self._process: ForkServerProcess | None = None
        self._pipe: Connection | None = None
        self._order: Path | None = None
        self.diary: Path | None = None
        """Where the crash points that are passed are written down, one a line."""
        self.failing = (0, 0)
        """Which calls of the engine's ports fail, from the first to the last."""
        self.failures: Path | None = None
        """Where a letter is written for each call that failed; without it none does."""
        self.deaths = 0
        """How often it was killed."""

    @property
    def lives(self) -> bool:
        """Tell whether it runs."""
        return self._process is not None and self._process.is_alive()

    @property
    def has_died_by_order(self) -> bool:
        """Tell whether the death that was ordered last has come."""
        return self._order is not None and not self._order.exists()

    def start(self, *, die_at: str = "") -> None:
        """Start it, to die at a crash point if one is named; it dies there once."""
        assert not self.lives
        if die_at:
            self._order = self._folder / f"order-{next(self._orders)}"
            self._order.write_text(f"{CONSENT}\n{die_at}\n")
        order = self._engine_order()
        self._pipe, theirs = _processes.Pipe()
        self._process = _processes.Process(target=run_engine, args=(order, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def _engine_order(self) -> EngineOrder:
        died_already = self._order is None or not self._order.exists()
        return EngineOrder(
            *self._urls,
            self.data_dir,
            self.log_file,
            "" if died_already else str(self._order),
            str(self.diary) if self.diary else "",
            self.failing,
            str(self.failures) if self.failures else "",
        )

    async def act(self, acts: Sequence[Act]) -> bool:
        """Have another process act for the user; tell whether it lived to the end."""
        process = _processes.Process(target=run_acts, args=(self._engine_order(), acts))
        process.start()
        await asyncio.to_thread(process.join)
        lived = process.exitcode == 0
        assert lived or process.exitcode == -signal.SIGKILL
        process.close()
        return lived

    def kill(self) -> None:
        """End it as ``kill -9`` does; nothing happens where it is dead already."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.join()
            process.close()
            self.deaths += 1
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None

    def output(self) -> str:
        """Return the end of what it logged."""
        return self.log_file.read_text()[-20_000:] if self.log_file.exists() else ""

    # ---- ports.account_sync ----

    def accounts_changed(self) -> None:
        """Look at the accounts."""
        self._say("accounts", 0)

    def sync_now(self, account_id: AccountId) -> None:
        """Look at the mailboxes."""
        self._say("sync", account_id)

    def push_intents(self, account_id: AccountId) -> None:
        """Carry out wishes."""
        self._say("push", account_id)

    async def fetch_body(self, account_id: AccountId, message_id: MessageId) -> None:
        """Is nothing that this engine does for its test.

        Raises:
            NotFound: always.
        """
        raise NotFound("Nobody fetches bodies on demand here.")

    def _say(self, verb: str, account_id: int) -> None:
        if self._pipe is not None:
            with contextlib.suppress(OSError):  # it died a moment ago
                self._pipe.send((verb, account_id))
