"""The line under the subject."""

# ruff: noqa: RUF001 - a Persian word is one of the cases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vexmail.mime.snippet import snippet


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Hello,\n\nhow are you?", "Hello, how are you?"),
        ("On Monday, Ann wrote:\n> Lunch?\n\nYes, at one.", "Yes, at one."),
        ("> quoted only", "> quoted only"),
        ("Done.\n-- \nBob\nHead of things", "Done."),
        ("View this email in your browser\nhttps://x.example/v\nBig news", "Big news"),
        ("See https://example.org/a/very/long/link for it", "See for it"),
        ("https://example.org/only", "https://example.org/only"),
        ("=======\nTitle\n-------\nText", "Title Text"),
        ("a\u200b\u00ad\u2060b \u034f\u200c \u034f\u200c c", "ab c"),
        ("[image: logo] Welcome", "Welcome"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # the joiner inside a Persian word is spelling
        ("", ""),
    ],
)
def test_what_the_sender_says_comes_first(text: str, line: str):
    assert snippet(text) == line


def test_a_preheader_comes_before_the_text():
    assert snippet("Sale Shoes", "Half the price, today only. \u200c \u200c") == (
        "Half the price, today only. Sale Shoes"
    )


def test_long_text_is_cut_between_words():
    line = snippet("word " * 100)

    assert len(line) <= 200
    assert line.endswith("word")


@given(st.text(), st.text())
def test_any_text_gives_one_short_line(text: str, preheader: str):
    line = snippet(text, preheader)

    assert len(line) <= 200
    assert len(line.splitlines()) <= 1
