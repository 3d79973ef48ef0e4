"""HTML made harmless: nothing active survives, nothing is fetched, layouts stay."""

import html as entities
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.harmless_html import dangers
from tests.support.mime_samples import MIME_DATA
from vexmail.mime.sanitise import count_remote_images, sanitise

PAYLOADS = sorted(
    {
        line
        for path in (MIME_DATA / "xss").glob("*.txt")
        for line in path.read_text("utf-8", "replace").splitlines()
        if line.strip()
    }
)
FRAMES = (
    "{}",
    '<a href="{}">x</a>',
    "<a href={}>x</a>",
    "<img src={}>",
    '<img src="cid:{}">',
    "<p title='{}' style='{}'>x</p>",
    "<style>{}</style>",
    '<table background="{}"><tr><td style="background:url({})">x</td></tr></table>',
    "<svg>{}</svg>",
    "<math><mtext><table><mglyph><style>{}</style>",
    "<noscript>{}</noscript>",
    "<!-- {} -->",
    "<title>{}</title><textarea>{}</textarea>",
)


def assert_harmless(given_html: str) -> str:
    safe = sanitise(given_html)
    assert dangers(safe) == [], given_html
    assert sanitise(safe) == safe, given_html
    return safe


@pytest.mark.parametrize("frame", FRAMES)
def test_published_attacks_are_inert_wherever_they_stand(frame: str):
    assert len(PAYLOADS) > 500

    for payload in PAYLOADS:
        assert_harmless(frame.replace("{}", payload))
        assert_harmless(frame.replace("{}", entities.escape(payload)))


@pytest.mark.parametrize(
    "attack",
    [
        "<svg><animate xlink:href=#a attributeName=href values=javascript:x() /><a id=a></a></svg>",
        "<math><a xlink:href='javascript:x()'>x</a></math>",
        "<form action=https://evil.example><input type=image src=https://evil.example/i><button>",
        "<iframe srcdoc='<script>x()</script>'></iframe><frameset><frame src=//evil.example>",
        "<object data=//evil.example></object><embed src=//evil.example><applet code=x>",
        "<link rel=preconnect href=//evil.example><meta http-equiv=refresh content='0;url=//e.v'>",
        "<base href=//evil.example><a href=/relative>x</a><a href=relative>y</a><a href=?q>z</a>",
        "<a href='https:evil'>x</a><a href='http:\\\\evil.example'>y</a><a href='//evil.example'>",
        "<a href='java&#10;script:x()'>x</a><a href='data:text/html,x'>y</a><a href='vbscript:x'>",
        "<img srcset='https://evil.example 2x' src=x><picture><source srcset=//e.vil></picture>",
        "<video poster=//evil.example src=//evil.example></video><audio src=//evil.example>",
        "<img src='data:image/svg+xml;base64,PHN2Zz4='><img src='data:text/html;base64,PHA+'>",
        "<p style='background-image:url(//evil.example)'>x",
        "<p style='background:u\\72l(//evil.example)'>x",
        "<p style='background:url(//evil.example'>x",
        "<p style='width:expression(x())'>x</p><p style='behavior:url(x)'>y</p>",
        "<p style='position:fixed;top:0;z-index:9;width:100vw;height:100vh'>x",
        "<p style='color:red;/*' title='*/background:url(//evil.example)'>x",
        "<p style='color:var(--x);width:calc(100vh);height:min(1px,2px);content:attr(x)'>x",
        "<p style='list-style:url(//evil.example);cursor:url(//e.vil),auto;filter:url(#x)'>x",
        "<p style='font-family:\"</style><script>x()</script>\"'>x",
        "<p style='background:image-set(\"//evil.example\" 1x)'>x",
        "<p id=vx class=app name=x onclick=x() onfocus=x() autofocus tabindex=1 contenteditable>x",
        "<a ping=//evil.example href=https://ok.example target=_top rel=opener download>x</a>",
        "<template shadowrootmode=open><script>x()</script></template>",
        "<script type=speculationrules>{}</script><dialog open>x</dialog><slot>x</slot>",
        "<noscript><p title='</noscript><img src=x onerror=x()>'>",
        "<img data-vx-src='javascript:x()'><img data-vx-src='//evil.example/x'>",
        "<img data-vx-cid='x\" onerror=\"x()'><div data-vx-notice='x'>y</div>",
        "<![CDATA[<script>x()</script>]]><?php x ?><!DOCTYPE html><!-- <script> -->",
        "<xmp><script>x()</script></xmp><plaintext><script>x()</script>",
    ],
)
def test_known_tricks_are_inert(attack: str):
    assert_harmless(attack)


def test_remote_pictures_are_held_back_and_counted():
    safe = assert_harmless(
        '<img src="https://a.example/1.png?x=1&y=2" width="10" alt="one"><img src="//a.example/2">'
        '<img src="/relative"><img src="cid:pic@example.org"><img src="data:image/gif;base64,AAAA">'
    )

    assert count_remote_images(safe) == 2
    assert 'data-vx-src="https://a.example/1.png?x=1&amp;y=2"' in safe
    assert 'data-vx-src="https://a.example/2"' in safe
    assert 'data-vx-cid="pic@example.org"' in safe
    assert 'src="data:image/gif;base64,AAAA"' in safe
    assert 'alt="one"' in safe


def test_a_text_that_looks_like_a_held_back_picture_is_not_counted():
    assert count_remote_images(sanitise('&lt;img data-vx-src="https://x.example"&gt;')) == 0


@pytest.mark.parametrize(
    "link", ["https://a.example/x?y=z#w", "http://a.example", "mailto:a@b.example", "tel:+4930123"]
)
def test_links_for_people_stay_and_open_elsewhere(link: str):
    assert assert_harmless(f'<a href="{link}">x</a>') == (
        f'<a href="{link}" target="_blank" rel="noopener noreferrer">x</a>'
    )


@pytest.mark.parametrize(
    "kept",
    [
        '<table width="600" cellpadding="0" cellspacing="0" border="0" align="center">',
        '<td bgcolor="#ffffff" valign="top" width="50%" colspan="2">',
        'style="padding:10px 20px;background-color:#f0f0f0;border-radius:4px"',
        'style="font:bold 14px/1.5 Arial;color:rgb(1, 2, 3)"',
        'style="margin:0 auto;max-width:600px;text-align:center;line-height:150%"',
        '<font color="red" face="Arial" size="2">',
        '<h1>', '<blockquote>', '<ul>', '<pre>', '<center>', '<hr>', '<b>', '<em>',
    ],
)  # fmt: skip
def test_the_layout_of_a_newsletter_stays(kept: str):
    page = (
        "<html><head><title>T</title></head><body><center><h1>H</h1>"
        "<table width=600 cellpadding=0 cellspacing=0 border=0 align=center><tr>"
        '<td bgcolor="#ffffff" valign=top width="50%" colspan=2>'
        '<div style="padding:10px 20px;background-color:#f0f0f0;border-radius:4px;position:fixed">'
        '<p style="font:bold 14px/1.5 Arial;color:rgb(1,2,3)">a</p>'
        '<p style="margin:0 auto;max-width:600px!important;text-align:center;line-height:150%"></p>'
        "<font color=red face=Arial size=2>c</font></div><blockquote>d</blockquote><ul><li>e</ul>"
        "<pre>f</pre><hr><b>g</b><em>h</em></td></tr></table></center></body></html>"
    )

    assert kept.replace("14px/1.5", "14px / 1.5") in assert_harmless(page)


def test_a_real_newsletter_keeps_its_styles_and_words():
    page = (MIME_DATA / "newsletters" / "email-inlined.html").read_text("utf-8")

    safe = assert_harmless(page)

    assert "Call To Action" in safe
    assert "background-color:#0867ec" in safe
    assert safe.count("<table") == page.count("<table")
    assert safe.count("style=") > 20


def test_the_colours_of_the_body_element_survive_in_a_wrapper():
    safe = assert_harmless('<body bgcolor="#123456" text="white" style="margin:0"><p>x</p></body>')

    assert safe == '<div bgcolor="#123456" style="color:white;margin:0"><p>x</p></div>'


def test_a_tooltip_stays_unless_it_looks_like_a_tag():
    assert assert_harmless('<b title="a tip">x</b>') == '<b title="a tip">x</b>'
    assert assert_harmless('<b title="</noscript><img onerror=x()>">x</b>') == "<b>x</b>"


def test_a_picture_in_a_background_goes_and_its_colour_stays():
    safe = assert_harmless(
        '<p style="background:#fff url(https://a.example/b.png) no-repeat">x</p>'
    )

    assert safe == '<p style="background:#fff no-repeat">x</p>'


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 50_000,
        "<b>" * 20_000 + "x",
        "<p " + " ".join(f"a{n}" for n in range(50_000)) + ">x",
        "<p " + " ".join(f'a{n}=">"' for n in range(20_000)) + ">x",
        "<p>" + "".join(f"<font c={n}>" for n in range(190)) + "</p>" + "<p>x</p>" * 50_000,
        "<table><tr><td>" * 20_000,
        "&x " * 300_000,
        "<span><div></span>" * 20_000,
        "x" * 5_000_000,
    ],
    ids=[
        "depth",
        "bold",
        "attributes",
        "quoted",
        "reopened",
        "tables",
        "entities",
        "mixed",
        "size",
    ],
)
def test_bombs_come_back_as_text_in_reasonable_time(bomb: str):
    started = time.perf_counter()

    safe = sanitise(bomb + "<script>x()</script>the words")

    assert 'data-vx-notice="too-complex"' in safe
    assert dangers(safe) == []
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("empty", ["", " \n", "\0", "<!-- -->", "<script>x()</script>"])
def test_nothing_to_show_is_nothing(empty: str):
    assert sanitise(empty) == ""


PIECES = st.one_of(
    st.sampled_from(PAYLOADS),
    st.sampled_from(
        ["<p>", "</p>", "<table>", "<td>", "</table>", "<a href=", "'", '"', ">", "<!--", "-->",
         "<svg>", "</svg>", "<style>", "</style>", "<math>", "<mtext>", "<select>", "<noscript>",
         "&lt;", "&#x3c;", "\0", "\r", "`", "url(", "javascript:", "style=", " onx=y ", "<body x>"]
    ),
    st.text(max_size=5),
)  # fmt: skip


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_mixture_of_attacks_is_inert(mixture: str):
    assert_harmless(mixture)
