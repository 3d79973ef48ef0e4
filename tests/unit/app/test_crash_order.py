"""A process dies at a crash point only when a test ordered it, in words, in a file."""

import signal
import subprocess
import sys
import timeit
from pathlib import Path

import pytest

from vexmail.app.crash_order import CONSENT, VARIABLE, obey_crash_order
from vexmail.domain import crash_points
from vexmail.domain.crash_points import crash_point

PROGRAM = """
from vexmail.app.crash_order import obey_crash_order
from vexmail.domain.crash_points import crash_point
obey_crash_order()
crash_point("first")
crash_point("second")
"""


def run(tmp_path: Path, order: str) -> int:
    path = tmp_path / "order"
    path.write_text(order)
    environment = {VARIABLE: str(path)}
    return subprocess.run([sys.executable, "-c", PROGRAM], env=environment, check=False).returncode


def test_an_ordered_process_dies_once(tmp_path: Path) -> None:
    assert run(tmp_path, f"{CONSENT}\nsecond\n") == -signal.SIGKILL
    assert not (tmp_path / "order").exists()


def test_a_point_that_is_not_passed_kills_nobody(tmp_path: Path) -> None:
    assert run(tmp_path, f"{CONSENT}\nthird\n") == 0
    assert (tmp_path / "order").exists()


@pytest.mark.parametrize("order", ["second", "\nsecond", f"{CONSENT}\n", f"{CONSENT} \nsecond"])
def test_an_order_without_the_words_is_none(tmp_path: Path, order: str) -> None:
    path = tmp_path / "order"
    path.write_text(order)

    obey_crash_order({VARIABLE: str(path)})

    assert crash_points._listeners == []


@pytest.mark.parametrize("value", ["", "1", "second", "/nowhere/order", "/"])
def test_the_variable_alone_does_nothing(value: str) -> None:
    obey_crash_order({VARIABLE: value})

    assert crash_points._listeners == []


def test_a_point_nobody_listens_to_costs_next_to_nothing() -> None:
    seconds = min(timeit.repeat(lambda: crash_point("x"), number=10_000, repeat=5)) / 10_000

    assert seconds < 5e-6  # some 50 ns on a quiet machine; a commit takes 1,000 times as long
