"""HTML to the text that is searched."""

import time

from vexmail.mime.html_text import html_to_text


def test_blocks_are_lines_and_cells_are_words():
    text, _ = html_to_text(
        "<h1>Title</h1><p>One<br>two &amp; <b>th</b>ree</p><table><tr><td>a</td><td>b</td></tr>"
        "</table><ul><li>x<li>y</ul>"
    )

    assert text == "Title\nOne\ntwo & three\na b\nx\ny"


def test_what_is_not_seen_is_no_text_but_the_opening_hidden_line_is_the_preheader():
    text, preheader = html_to_text(
        '<style>p{}</style><div style="DISPLAY: none">Opening &zwnj;&nbsp;&zwnj;</div><p>Seen</p>'
        '<p style="display:none">hidden</p><script>x()</script><!-- c --><img alt="A picture">'
    )

    assert text == "Seen\nA picture"
    assert preheader == "Opening"


def test_html_that_is_too_deep_loses_its_tags_only():
    started = time.perf_counter()

    text, _ = html_to_text("<div>" * 100_000 + "deep words" + "<" * 100_000)

    assert "deep words" in text
    assert time.perf_counter() - started < 5
