"""Ids from outside: what can be ours, and nothing that the database would choke on."""

from vexmail.web.ids import numbers


def test_only_what_fits_a_key_is_taken_and_each_once() -> None:
    assert numbers(["7", "abc", "9" * 30, "-1", "\u0663", "7", "12"]) == [7, 12]
