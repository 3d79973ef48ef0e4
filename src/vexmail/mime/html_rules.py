"""What may stay in the HTML of a message: elements, attributes, and the shape of their values."""

import re
from collections.abc import Callable

from vexmail.mime.style_filter import filter_style

_TAGS = """
    a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col
    colgroup dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6
    header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small span
    strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr
"""
TAGS = frozenset(_TAGS.split())
# Removed with all they hold; any other element that is not in TAGS loses its tag only.
_DROPPED = """
    script style title template noembed noframes iframe frame frameset object embed applet
    svg math audio video canvas select textarea option datalist xmp plaintext listing portal
    fencedframe
"""
DROPPED_WITH_CONTENT = frozenset(_DROPPED.split())

ATTRIBUTES: dict[str, set[str]] = {
    "*": {"style", "dir", "lang", "title", "align", "role", "bgcolor"},
    "a": {"href", "rel", "target"},
    "img": {"src", "alt", "width", "height", "border", "hspace", "vspace",
            "data-vx-src", "data-vx-cid"},
    "table": {"width", "height", "border", "cellpadding", "cellspacing", "summary", "rules",
              "frame"},
    "td": {"width", "height", "valign", "colspan", "rowspan", "nowrap", "abbr", "scope"},
    "th": {"width", "height", "valign", "colspan", "rowspan", "nowrap", "abbr", "scope"},
    "tr": {"valign", "height"}, "tbody": {"valign"}, "thead": {"valign"}, "tfoot": {"valign"},
    "col": {"width", "span", "valign"}, "colgroup": {"width", "span", "valign"},
    "font": {"color", "face", "size"}, "hr": {"width", "size", "color", "noshade"},
    "ol": {"start", "type", "reversed"}, "ul": {"type"}, "li": {"value", "type"},
    "br": {"clear"}, "time": {"datetime"}, "details": {"open"}, "div": {"data-vx-notice"},
}  # fmt: skip

_WEB = re.compile(r"https?://[^\s/\\\x00-\x20\"'<>][^\s\\\x00-\x20\"'<>`]*\Z", re.IGNORECASE)
_MAIL = re.compile(r"(?:mailto|tel):[^\x00-\x20\"'<>\\`]*\Z", re.IGNORECASE)
_MAX_URL = 8_000
_MAX_DATA_URL = 512 * 1024  # characters of one inline picture
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]+\Z", re.I)
_CID = re.compile(r"[^\x00-\x20\"'<>\\`]{1,900}\Z")
_LENGTH = re.compile(r"\d{1,5}(?:\.\d{1,4})?(?:%|px|\*)?\Z")
_COLOUR = re.compile(r"#?[0-9a-zA-Z]{1,30}\Z")
_WORD = re.compile(r"[A-Za-z0-9+-]{0,20}\Z")
_FACE = re.compile(r"[\w ,.'-]{1,200}\Z")
# Without "<": what looks like a tag in a tooltip is an attempt on a parser, and no loss.
_FREE = re.compile(r"[^<\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*\Z")
_MAX_FREE = 2_000


def _url(value: str) -> str | None:
    value = value.strip(" \t\r\n\f")
    if len(value) > _MAX_URL:
        return None
    if not _WEB.match(value):
        value = value.replace(" ", "%20")  # as browsers do
    return value if _WEB.match(value) or _MAIL.match(value) else None


def remote_url(value: str) -> str | None:
    """Return the address of a remote picture if it is plain http or https, else None."""
    url = _url(value)
    return url if url and url[:4].lower() == "http" else None


def content_id(value: str) -> str | None:
    """Return a content identifier if it cannot break out of an attribute, else None."""
    return value if _CID.match(value) else None


def data_image(value: str) -> str | None:
    """Return a ``data:`` URL of a raster picture of reasonable size, else None."""
    return value if len(value) <= _MAX_DATA_URL and _DATA_IMAGE.match(value) else None


def _shaped(pattern: re.Pattern[str], limit: int = 200) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        return value if len(value) <= limit and pattern.match(value) else None

    return check


def _style(value: str) -> str | None:
    return filter_style(value) or None


_free = _shaped(_FREE, _MAX_FREE)
_length = _shaped(_LENGTH)
_colour = _shaped(_COLOUR)
_word = _shaped(_WORD)
_CHECKS: dict[str, Callable[[str], str | None]] = {
    "href": _url, "src": data_image, "data-vx-src": remote_url, "data-vx-cid": content_id,
    "style": _style, "alt": _free, "title": _free, "summary": _free, "abbr": _free,
    "width": _length, "height": _length, "border": _length, "hspace": _length, "vspace": _length,
    "cellpadding": _length, "cellspacing": _length, "size": _shaped(re.compile(r"[+-]?\d{1,3}\Z")),
    "bgcolor": _colour, "color": _colour, "face": _shaped(_FACE),
    "role": _shaped(re.compile(r"(?:presentation|none|heading|list|listitem|article)\Z")),
    "data-vx-notice": _shaped(re.compile(r"too-complex\Z")),
    "datetime": _shaped(re.compile(r"[0-9A-Za-z:+. -]{1,60}\Z")),
}  # fmt: skip
_OURS = frozenset({"rel", "target"})


def check_attribute(tag: str, name: str, value: str) -> str | None:
    """Return the value to keep for an allowed attribute, or None to drop it."""
    del tag  # the list of attributes is per element already; shapes are the same everywhere
    if name in _OURS:  # set by the sanitiser itself
        return value
    return _CHECKS.get(name, _word)(value)
