"""What every ``Clock`` must do; a test class per implementation inherits these tests."""

from datetime import UTC, datetime, timedelta

from vexmail.ports.clock import Clock


class ClockContract:
    """Inherit, and give a fixture ``clock``."""

    def test_the_time_is_aware_and_in_utc(self, clock: Clock):
        assert clock.now().utcoffset() == timedelta(0)

    def test_the_time_is_this_century(self, clock: Clock):
        assert datetime(2020, 1, 1, tzinfo=UTC) < clock.now() < datetime(2100, 1, 1, tzinfo=UTC)

    def test_seconds_for_durations_never_go_back(self, clock: Clock):
        readings = [clock.monotonic() for _ in range(1000)]

        assert readings == sorted(readings)
