"""What the product's processes take: memory and processor time, read from /proc."""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

MIB = 1 << 20
_TICKS = os.sysconf("SC_CLK_TCK")
_LOOK_EVERY = 0.5  # seconds


def memory(pid: int) -> int:
    """Return a process's resident bytes; 0 when it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def processor_seconds(pid: int) -> float:
    """Return what a process has taken so far, its ended children left out."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


def tree(pid: int) -> Iterator[int]:
    """Yield a process and all below it."""
    yield pid
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from tree(int(child))


def worker_of(web: int) -> int | None:
    """Return the worker beside a web process."""
    for pid in tree(web):
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if b"worker" in words:
                return pid
    return None


def parsers_of(pid: int) -> list[int]:
    """Return the processes that read messages for a process, directly below it."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return [child for child in found if _is_parser(child)]


def _is_parser(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return b"vexmail.mime" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


@dataclass
class PeakMemory:
    """Looks at the web process and the worker twice a second, from a thread of its own.

    Each is counted with the processes that read messages for it.
    """

    web: int
    peaks: dict[str, int] = field(default_factory=lambda: {"web": 0, "worker": 0})
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Begin."""
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._stop.is_set():
            self._note("web", self.web)
            worker = worker_of(self.web)
            if worker is not None:
                self._note("worker", worker)
            time.sleep(_LOOK_EVERY)

    def _note(self, name: str, pid: int) -> None:
        alone = memory(pid)
        with_parsers = alone + sum(map(memory, parsers_of(pid)))
        self.peaks[name] = max(self.peaks[name], with_parsers)
        self.peaks[f"{name} alone"] = max(self.peaks.get(f"{name} alone", 0), alone)
