"""The machine's clock; implements ``ports.clock``."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Tells the real time."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the clock

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return _uptime()


def _uptime() -> float:
    """Return the machine's uptime; a lease runs out in a machine that sleeps, too.

    Linux stops ``CLOCK_MONOTONIC`` while the machine is suspended and lets ``CLOCK_BOOTTIME`` go
    on; elsewhere ``time.monotonic`` is what there is.
    """
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)
