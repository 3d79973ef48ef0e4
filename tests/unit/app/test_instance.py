"""One VexMail per data folder."""

import json
import os
from pathlib import Path

import pytest

from vexmail.app.instance import holding_instance_lock, running_instance
from vexmail.app.startup_problem import AlreadyRunning


def test_whoever_comes_second_is_told_who_is_first(tmp_path: Path):
    with holding_instance_lock(tmp_path, patience_s=0) as instance:
        instance.publish(url="http://127.0.0.1:5000")

        with (
            pytest.raises(AlreadyRunning) as caught,
            holding_instance_lock(tmp_path, patience_s=60),
        ):
            pass

    expected = f"VexMail is already running at http://127.0.0.1:5000 (process {os.getpid()})."
    assert str(caught.value).startswith(expected)
    assert caught.value.exit_code == 3


def test_one_that_is_still_starting_is_named_as_such(tmp_path: Path):
    with (
        holding_instance_lock(tmp_path, patience_s=0),
        pytest.raises(AlreadyRunning, match=rf"already starting \(process {os.getpid()}\)"),
        holding_instance_lock(tmp_path, patience_s=0),
    ):
        pass


def test_the_folder_is_free_again_afterwards(tmp_path: Path):
    with holding_instance_lock(tmp_path, patience_s=0):
        pass

    assert running_instance(tmp_path) is None
    with holding_instance_lock(tmp_path, patience_s=0):
        assert running_instance(tmp_path) is not None


def test_the_record_of_a_killed_process_means_nothing(tmp_path: Path):
    record = {"pid": os.getpid(), "url": "http://127.0.0.1:5000"}
    (tmp_path / "instance.json").write_text(json.dumps(record), encoding="utf-8")

    assert running_instance(tmp_path) is None
    with holding_instance_lock(tmp_path, patience_s=0):
        running = running_instance(tmp_path)
        assert running is not None
        assert running.url == ""


def test_the_record_with_its_urls_is_for_our_own_eyes(tmp_path: Path):
    with holding_instance_lock(tmp_path, patience_s=0) as instance:
        instance.publish(database_url="postgresql://vexmail@/vexmail?host=/tmp/x")

        assert (tmp_path / "instance.json").stat().st_mode & 0o777 == 0o600
