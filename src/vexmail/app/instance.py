"""One VexMail per data folder: the lock, and the record of what is running.

The lock is the truth (the kernel drops it when the process ends in whatever way); the record
beside it only says more about the process that holds the lock.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from vexmail.app.startup_problem import AlreadyRunning

_LOCK_FILE = "instance.lock"
_RECORD_FILE = "instance.json"
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class InstanceRecord:
    """What the process that holds the lock tells others.

    ``url`` is empty until it serves; ``database_url`` and ``redis_url`` until they answer.
    """

    pid: int
    url: str = ""
    database_url: str = ""
    redis_url: str = ""

    def as_sentence(self) -> str:
        """Say what is running and how to end it."""
        if not self.url:
            return (
                f"VexMail is already starting (process {self.pid}). Its link appears where it was "
                f"started. To stop it: kill {self.pid}"
            )
        return (
            f"VexMail is already running at {self.url} (process {self.pid}). "
            f"To stop it: kill {self.pid}"
        )


class Instance:
    """The right to use a data folder, held by this process."""

    def __init__(self, data_dir: Path) -> None:
        self._record_file = data_dir / _RECORD_FILE

    def publish(self, *, url: str = "", database_url: str = "", redis_url: str = "") -> None:
        """Tell other processes where things are; only our own user can read it."""
        record = InstanceRecord(os.getpid(), url, database_url, redis_url)
        unfinished = self._record_file.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as output:
            json.dump(asdict(record), output)
        unfinished.replace(self._record_file)

    def withdraw(self) -> None:
        """Remove the record."""
        self._record_file.unlink(missing_ok=True)


@contextmanager
def holding_instance_lock(data_dir: Path, *, patience_s: float) -> Iterator[Instance]:
    """Hold the data folder for as long as the block runs.

    Args:
        data_dir: an existing data folder.
        patience_s: how long to wait for another process that is still starting to say its
            link, or for one that is ending to be gone.

    Raises:
        AlreadyRunning: another process holds it; the message says which and where.
    """
    with (data_dir / _LOCK_FILE).open("ab") as lock_file:  # the handle is not inherited
        deadline = time.monotonic() + patience_s
        while not _locked(lock_file.fileno()):
            record = read_record(data_dir)
            if (record is not None and record.url) or time.monotonic() > deadline:
                sentence = record.as_sentence() if record else _unknown(data_dir)
                raise AlreadyRunning(sentence)
            time.sleep(_POLL_S)
        instance = Instance(data_dir)
        instance.publish()
        try:
            yield instance
        finally:
            instance.withdraw()


def running_instance(data_dir: Path) -> InstanceRecord | None:
    """Return the record of the VexMail that runs on this data folder now, if one does."""
    lock_path = data_dir / _LOCK_FILE
    if not lock_path.exists():
        return None
    with lock_path.open("ab") as lock_file:
        return None if _locked(lock_file.fileno()) else read_record(data_dir)


def read_record(data_dir: Path) -> InstanceRecord | None:
    """Return the record, which a killed process may have left behind, or None.

    A record whose process is gone is None too.
    """
    try:
        text = (data_dir / _RECORD_FILE).read_text(encoding="utf-8")
        record = InstanceRecord(**json.loads(text))
        os.kill(record.pid, 0)
    except PermissionError:
        return None  # another user's instance; its record is not for us
    except (FileNotFoundError, ProcessLookupError, ValueError, TypeError):
        return None
    return record


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unknown(data_dir: Path) -> str:
    return f"Another VexMail process is using {data_dir}. Stop it, or set VEXMAIL_DATA_DIR."
