"""Limits of the system that a thousand connections meet, and a word about each."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_INOTIFY = Path("/proc/sys/fs/inotify/max_user_instances")
_PIDS = Path("/proc/sys/kernel/pid_max")
_SPARE_INSTANCES = 200  # held by other programs of the same user
_SPARE_FILES = 2000
_SPARE_PROCESSES = 2000
_PROCESS_BYTES = 5 << 20  # of one idle imap process of Dovecot's with 1 MB of its own, at most


class SystemTooSmall(RuntimeError):
    """The machine's settings allow fewer connections than the benchmark needs."""


@contextmanager
def room_for_idle(processes: int) -> Iterator[None]:
    """Have room for so many idle processes of a mail server, and as many sockets of ours.

    Dovecot's process takes an inotify instance for each mailbox it watches; without one it looks
    for mail by the clock, and the latency measured would be that of the clock. As root the limit
    is raised while the block runs.

    Raises:
        SystemTooSmall: with every setting that is too low, and what it should be.
    """
    missing = [*_files(2 * processes + _SPARE_FILES), *_processes(processes + _SPARE_PROCESSES)]
    missing += _memory(processes * _PROCESS_BYTES)
    wanted = processes + _SPARE_INSTANCES
    before = int(_INOTIFY.read_text())
    if before < wanted:
        try:
            _INOTIFY.write_text(str(wanted))
        except OSError:
            missing.append(f"fs.inotify.max_user_instances is {before}: sysctl it to {wanted}")
    try:
        if missing:
            raise SystemTooSmall("; ".join(missing))
        yield
    finally:
        if before < wanted and os.access(_INOTIFY, os.W_OK):
            _INOTIFY.write_text(str(before))


def _files(wanted: int) -> Iterator[str]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        yield f"a process may open {hard} files: raise ulimit -n to {wanted}"
    elif soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))  # what we start inherits it


def _processes(wanted: int) -> Iterator[str]:
    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        yield f"a user may run {hard} processes: raise ulimit -u to {wanted}"
    if int(_PIDS.read_text()) < wanted:
        yield f"kernel.pid_max is {_PIDS.read_text().strip()}: sysctl it to {wanted}"


def _memory(wanted: int) -> Iterator[str]:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:") and int(line.split()[1]) * 1024 < wanted:
            yield f"{wanted >> 20} MB of memory are needed for the mail server's processes"
