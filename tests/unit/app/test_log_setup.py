"""Every log line has the same shape, whoever wrote it."""

import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from vexmail.app.log_setup import set_up_logs


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def test_ours_and_a_librarys_lines_are_json_with_the_same_fields(
    capsys: pytest.CaptureFixture[str],
):
    set_up_logs("json", "info", process="worker")

    structlog.get_logger("ours").info("mailbox.selected", account_id=7)
    logging.getLogger("theirs").warning("something %s", "odd")

    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["account_id"], ours["level"]) == ("mailbox.selected", 7, "info")
    assert (theirs["event"], theirs["level"]) == ("something odd", "warning")
    assert ours["process"] == theirs["process"] == "worker"
    assert ours["timestamp"].endswith("Z")


def test_lines_below_the_level_are_not_written(capsys: pytest.CaptureFixture[str]):
    set_up_logs("console", "warning", process="web")

    structlog.get_logger("ours").info("nobody.reads.this")
    structlog.get_logger("ours").warning("somebody.reads.this")

    written = capsys.readouterr().err
    assert "nobody.reads.this" not in written
    assert "somebody.reads.this" in written


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_shows_no_values_of_variables(
    log_format: Literal["json", "console"], capsys: pytest.CaptureFixture[str]
):
    set_up_logs(log_format, "info", process="web")
    password = "correct " + "horse"

    def fails(secret: str) -> None:
        raise ValueError(len(secret))

    try:
        fails(password)
    except ValueError:
        structlog.get_logger("ours").exception("web.defect")

    written = capsys.readouterr().err
    assert "ValueError" in written
    assert password not in written
