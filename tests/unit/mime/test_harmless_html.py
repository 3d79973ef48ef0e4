"""The second opinion on HTML can say no."""

import pytest

from tests.support.harmless_html import dangers


@pytest.mark.parametrize(
    "html",
    [
        "<script>x()</script>", "<p onclick=x()>", "<a href='javascript:x()'>x</a>",
        "<a href='/relative' target=_blank rel='noopener noreferrer'>x</a>",
        "<a href='https://a.example'>no target</a>", "<img src='https://a.example/x.png'>",
        "<img src='data:image/svg+xml;base64,AAAA'>", "<p style='background:url(x)'>",
        "<p style='position:fixed'>", "<p style='height:50vh'>", "<p style='c\\6f lor:red'>",
        "<p id=x>", "<svg></svg>", "<math></math>", "<form></form>", "<iframe></iframe>",
        "<p><style>x</style>", "<!-- comment -->", "<td background='x'>", "<img srcset='x 2x'>",
        "<link rel=preload href=x>", "<meta http-equiv=refresh content=0>",
    ],
)  # fmt: skip
def test_each_kind_of_danger_is_seen(html: str):
    assert dangers(html)


def test_ordinary_html_has_none():
    assert (
        dangers(
            '<div style="color:red;font-family:&quot;Segoe UI&quot;"><p>x &lt;b&gt; &amp; y</p>'
            '<a href="https://a.example" target="_blank" rel="noopener noreferrer">l</a>'
            '<img data-vx-src="https://a.example/x.png"><img src="data:image/png;base64,AA"></div>'
        )
        == []
    )
