"""Bounds judge what they say, and the table shows it."""

import pytest

from bench.promise import BaselineMissing, Bound, Line, Promise, Verdict, percentile
from bench.table import render


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (Line("p50", "ms", 4.0, 1.0, Bound(at_most=4, ratio=True)), Verdict.MET),
        (Line("p50", "ms", 4.1, 1.0, Bound(at_most=4, ratio=True)), Verdict.MISSED),
        (Line("rate", "/s", 40.0, 100.0, Bound(at_least=0.4, ratio=True)), Verdict.MET),
        (Line("rate", "/s", 39.0, 100.0, Bound(at_least=0.4, ratio=True)), Verdict.MISSED),
        (Line("first 50", "ms", 301.0, None, Bound(at_most=300)), Verdict.MISSED),
        (Line("memory", "MiB", 12.0), Verdict.OPEN),
    ],
)
def test_a_line_is_judged_by_its_bound(line: Line, verdict: Verdict) -> None:
    assert line.verdict is verdict


def test_a_ratio_without_a_baseline_is_a_mistake() -> None:
    with pytest.raises(BaselineMissing):
        _ = Line("p50", "ms", 1.0, None, Bound(at_most=4, ratio=True)).verdict


def test_the_table_shows_ratio_target_and_what_could_not_be_measured() -> None:
    table = render(
        {
            Promise(5, "mime", "read", "stdlib"): [
                Line("messages", "/s", 800, 200, Bound(at_least=4, ratio=True))
            ],
            Promise(16, "start", "start", "nothing"): "FileNotFoundError: no vexmail",
        }
    )

    assert "4.00x  >= 4x   met" in table
    assert table.splitlines()[-1].endswith("NOT MEASURED")


def test_percentiles_are_figures_that_were_seen() -> None:
    assert percentile([5.0, 1.0, 3.0], 0.5) == 3.0
    assert percentile([5.0, 1.0, 3.0], 0.99) == 5.0
