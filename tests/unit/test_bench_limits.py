"""A benchmark that the machine is too small for says what to change, and changes nothing."""

from pathlib import Path

import pytest

from bench.limits import SystemTooSmall, room_for_idle

INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")


@pytest.mark.skipif(not INSTANCES.exists(), reason="only Linux has these limits")
def test_every_limit_in_the_way_is_named_with_what_it_should_be():
    before = INSTANCES.read_text()

    with pytest.raises(SystemTooSmall) as said, room_for_idle(1_000_000_000):
        pytest.fail("no machine has room for these")

    assert "kernel.pid_max is" in str(said.value)
    assert "fs.inotify.max_user_instances is" in str(said.value)
    assert "sysctl it to 1000000200" in str(said.value)
    assert INSTANCES.read_text() == before
