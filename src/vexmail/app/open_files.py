"""How many files and connections this process may have open."""

import contextlib

import structlog

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]  # tested below

log = structlog.get_logger()
WANTED = 65_536  # an account is one connection or two, a browser one, a statement one


def allow_many_connections() -> None:
    """Raise the soft limit, often 1,024, as far as the system lets anybody."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        log.debug("process.open_files_raised", before=soft, now=wanted)
