"""The machine's clock keeps the clock's contract."""

import time
from datetime import UTC, datetime

import pytest

from tests.contracts.clock import ClockContract
from vexmail.app.system_clock import SystemClock


class TestSystemClock(ClockContract):
    """The contract."""

    @pytest.fixture
    def clock(self) -> SystemClock:
        return SystemClock()


def test_it_tells_the_time_of_the_machine():
    before = datetime.fromtimestamp(time.time(), UTC)

    told = SystemClock().now()

    assert before <= told <= datetime.fromtimestamp(time.time(), UTC)
