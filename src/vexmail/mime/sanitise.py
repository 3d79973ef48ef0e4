"""HTML of a message made harmless: the first of the four walls (see DESIGN, "Showing a message").

Two steps. A rewrite on a parse tree puts pictures out of reach: ``src`` of remote ones becomes
``data-vx-src``, ``cid:`` references become ``data-vx-cid``; the reader puts back what the person
allows. Then nh3 parses again as a browser does and writes only what ``html_rules`` lists. It is
the last step that touches the HTML, so the rewrite needs no trust.
"""

import html as entities
import re
from urllib.parse import unquote

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from vexmail.mime.charset import clean
from vexmail.mime.html_rules import (
    ATTRIBUTES,
    DROPPED_WITH_CONTENT,
    TAGS,
    check_attribute,
    content_id,
    data_image,
    remote_url,
)
from vexmail.mime.html_scan import strip_tags, too_costly
from vexmail.mime.style_filter import SAFE_PROPERTIES

_NEEDS_REWRITE = re.compile(r"<(?:a|img|image|body|html|noscript)\b", re.IGNORECASE)
_REMOTE = re.compile(r"<img [^>]*\bdata-vx-src=")
_FALLBACK_CHARS = 500_000
_NOTICE = "This message is too complex to be shown with its layout. This is its text."
_BODY_ATTRIBUTES = ("bgcolor", "dir", "align", "lang")
_LINK_ATTRIBUTES = {"target": "_blank", "rel": "noopener noreferrer"}

_cleaner = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(DROPPED_WITH_CONTENT),
    attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
    attribute_filter=check_attribute,
    strip_comments=True,
    link_rel=None,  # set with the target below
    set_tag_attribute_values={"a": dict(_LINK_ATTRIBUTES)},
    url_schemes={"http", "https", "mailto", "tel", "data"},
    url_relative="deny",
    filter_style_properties=set(SAFE_PROPERTIES),
)


def sanitise(html: str) -> str:
    """Return HTML without script, form, frame, style sheet, remote reference or relative URL.

    Remote pictures carry their address in ``data-vx-src`` and parts of the message their
    content identifier in ``data-vx-cid``; neither is fetched by a browser. The result is a
    fixed point: sanitising it again changes nothing. HTML that is too costly to parse comes
    back as its text, in ``div[data-vx-notice]``.
    """
    html = clean(html)
    if not html.strip():
        return ""
    if too_costly(html):
        return as_text_only(html)
    if _NEEDS_REWRITE.search(html):
        html = _rewrite(html)
    # A carriage return written as a reference comes out bare; browsers read it as a line end.
    return _cleaner.clean(html).replace("\r", "\n").strip()


def as_text_only(html: str) -> str:
    """Return the text of ``html`` in a notice; linear in time, for what no parser should see."""
    text = strip_tags(html[: 2 * _FALLBACK_CHARS])[:_FALLBACK_CHARS]
    text = entities.escape(clean(text), quote=False)
    text = text.replace("\u00a0", "&nbsp;")
    return (
        f'<div data-vx-notice="too-complex"><p><em>{_NOTICE}</em></p>'
        f'<div style="white-space:pre-wrap">{text}</div></div>'
    )


def count_remote_images(safe_html: str) -> int:
    """Count the remote pictures held back in HTML that ``sanitise`` returned."""
    return len(_REMOTE.findall(safe_html))


def _rewrite(html: str) -> str:
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return html
    for image in tree.css("img"):
        _hold_back(image)
    for link in tree.css("a"):
        for name, value in _LINK_ATTRIBUTES.items():
            link.attrs[name] = value  # nh3 sees to it anyway, but in no certain order
    for node in tree.css("noscript"):
        node.unwrap()  # scripts never run here, so its content is what the sender meant
    inner = body.inner_html or ""
    wrapper = _wrapper(body)
    return f"<div{wrapper}>{inner}</div>" if wrapper else inner


def _hold_back(image: LexborNode) -> None:
    """Move the address of a picture out of the browser's sight."""
    source = (image.attributes.get("src") or "").strip()
    attributes = image.attrs
    if "src" in image.attributes:
        del attributes["src"]
    if source[:4].lower() == "cid:":
        reference = unquote(source[4:]).strip("<>")
        if content_id(reference):
            attributes["data-vx-cid"] = reference
    elif source[:5].lower() == "data:":
        if data_image(source):
            attributes["src"] = source
    elif source.startswith("//") and remote_url(f"https:{source}"):
        attributes["data-vx-src"] = f"https:{source}"
    elif source and (address := remote_url(source)):
        attributes["data-vx-src"] = address


def _wrapper(body: LexborNode) -> str:
    """Return attributes for a ``div`` in place of the body element, which nh3 would drop."""
    given = body.attributes
    kept = {name: given[name] for name in _BODY_ATTRIBUTES if given.get(name)}
    style = given.get("style") or ""
    if colour := given.get("text"):
        style = f"color:{colour};{style}"
    if style:
        kept["style"] = style
    return "".join(f' {name}="{entities.escape(value or "")}"' for name, value in kept.items())
