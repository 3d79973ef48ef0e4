"""Ends this process at a crash point, by order of a test and of nobody else.

The order is a file that says so in words and is used up by the death it orders. A variable
alone, inherited or mistyped, does nothing.
"""

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import structlog

from vexmail.domain.crash_points import on_crash_points

log = structlog.get_logger()

VARIABLE = "VEXMAIL_TEST_CRASH_ORDER"
CONSENT = "This process belongs to a test and may be killed at any time."


def obey_crash_order(environment: Mapping[str, str] = os.environ) -> None:
    """Die by SIGKILL at the point that the file named by ``VARIABLE`` orders, if there is one.

    The file's lines are ``CONSENT`` and the point's name.
    """
    path = Path(environment.get(VARIABLE, ""))
    if not path.is_absolute() or not path.is_file():
        return
    consent, _, wanted = path.read_text(encoding="utf-8").strip().partition("\n")
    if consent != CONSENT or not wanted:
        return
    log.warning("app.will_die_for_a_test", crash_point=wanted)

    def die(name: str) -> None:
        if name != wanted:
            return
        try:
            path.unlink()
        except FileNotFoundError:
            return  # another process of ours died of it
        os.kill(os.getpid(), signal.SIGKILL)

    on_crash_points(die)
