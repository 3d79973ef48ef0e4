"""format=flowed put together again (RFC 3676)."""

import pytest

from vexmail.mime.flowed import unflow


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("one \ntwo\nthree", "one two\nthree"),
        ("one \r\ntwo", "one two"),
        ("> quoted \n> on\nanswer", "> quoted on\nanswer"),
        ("> quoted \nanswer", "> quoted \nanswer"),  # §4.5: another depth ends the paragraph
        (">> deep \n>> er\n> less", ">> deep er\n> less"),
        (" From here", "From here"),  # §4.4
        ("text \n-- \nsig \nmore", "text \n-- \nsig more"),  # §4.3
        ("", ""),
    ],
)
def test_soft_breaks_are_joined(text: str, joined: str):
    assert unflow(text, delete_space=False) == joined


def test_delsp_drops_the_blank_before_a_soft_break():
    assert unflow("会 \n議", delete_space=True) == "会議"
