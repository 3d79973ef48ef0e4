"""Inline styles rebuilt from harmless tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vexmail.mime.style_filter import filter_style


@pytest.mark.parametrize(
    ("given_style", "kept"),
    [
        ("color:red", "color:red"),
        (" COLOR : Red ; ", "color:red"),
        ("color:#FFF;background-color:#a1b2c3d4", "color:#fff;background-color:#a1b2c3d4"),
        ("width:100%!important", "width:100%"),
        ("margin:-1px auto 0 .5em", "margin:-1px auto 0 .5em"),
        ("font-family:'Segoe UI',Arial,sans-serif", "font-family:'Segoe UI', Arial, sans-serif"),
        ("font-family:'바탕'", "font-family:'바탕'"),
        ("table-layout:fixed", "table-layout:fixed"),
        ("color:rgba(1,2,3,.5)", "color:rgba(1,2,3,.5)"),
        ("background:url(x) red", "background:red"),
        ("background:#fff url('a b.png')", "background:#fff"),
        ("background:url(x", ""),
        ("background-image:url(x)", ""),
        ("width:100vw;height:50vh;min-height:10vmin;max-width:1dvh", ""),
        ("width:9999999px", ""),
        ("position:fixed;top:0;z-index:1", ""),
        ("color:expression(1)", ""),
        ("co\\6cor:red;color:r\\65 d", ""),
        ("color:/**/red", ""),
        ("color:var(--x)", ""),
        ("width:calc(1px + 1px)", ""),
        ("font-family:'</style>'", ""),
        ("color", ""),
        ("", ""),
    ],
)
def test_only_harmless_declarations_stay(given_style: str, kept: str):
    assert filter_style(given_style) == kept


@given(st.text(max_size=200))
def test_the_result_is_a_fixed_point_of_plain_characters(style: str):
    kept = filter_style(style)

    assert filter_style(kept) == kept
    assert not set(kept) & set('<>&\\{}@!"`')
