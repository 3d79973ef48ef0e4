"""Limits of the system that a thousand connections meet, and a word about each."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    is_raised = before < wanted and not missing and _set_instances(wanted)
    if before < wanted and not is_raised:
        missing.append(f"fs.inotify.max_user_instances is {before}: sysctl it to {wanted}")
    if missing:
        raise SystemTooSmall("; ".join(missing))
    try:
        yield
    finally:
        if is_raised:
            _set_instances(before)


def _set_instances(count: int) -> bool:
    with suppress(OSError):
        _INOTIFY.write_text(str(count))
        return True
    return False


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
