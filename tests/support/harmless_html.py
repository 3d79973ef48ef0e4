"""A second opinion on sanitised HTML: what would a browser find in it that it must not find?

Shares no list and no code with ``vexmail.mime``; reads the output with two parsers.
"""

import re
from html.parser import HTMLParser

from selectolax.lexbor import LexborHTMLParser
from typing_extensions import override

_ACTIVE = """
    script style link meta base iframe frame frameset object embed applet form input button select
    textarea option svg math template slot portal fencedframe audio video source track picture
    canvas noscript noembed noframes xmp plaintext listing title head body html dialog image
    animate set marquee keygen isindex bgsound layer ilayer param map area
"""
_FORBIDDEN_ELEMENTS = frozenset(_ACTIVE.split())
_FETCHING = """
    srcset srcdoc background poster action formaction data code codebase classid archive longdesc
    lowsrc dynsrc ping manifest cite profile usemap xlink:href xmlns is id class name nonce icon
    imagesrcset http-equiv content charset itemid itemprop slot part attributionsrc target-type
    popovertarget contenteditable autofocus tabindex accesskey
"""
_FORBIDDEN_ATTRIBUTES = frozenset(_FETCHING.split())
_LINK = re.compile(r"(?:https?://[^/\\\s]|mailto:|tel:)[^\x00-\x20]*\Z", re.IGNORECASE)
_PICTURE = re.compile(
    r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z", re.IGNORECASE
)
_BAD_STYLE = re.compile(
    r"url|expression|import|behaviou?r|binding|javascript|(?<!list-style-)position|z-index|var\(|image|attr\("
    r"|[\\@<>{}&`!]|/\*|[\d.](?:s|l|d)?v(?:h|w|min|max|i|b)\b",
    re.IGNORECASE,
)
_FONT_STRING = re.compile(r"\"[\w .,-]*\"|'[\w .,-]*'")  # letters of any script


def dangers(html: str) -> list[str]:
    """Return what is wrong with HTML that claims to be harmless, an empty list if nothing."""
    found: list[str] = []
    body = LexborHTMLParser(html).body
    if body is not None:
        for number, node in enumerate(body.traverse(include_text=False)):
            if number:  # the first is the body that the parser put around
                found += _look_at(str(node.tag), dict(node.attributes))
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return found + reader.found


def _look_at(tag: str, attributes: dict[str, str | None]) -> list[str]:
    found = []
    if tag in _FORBIDDEN_ELEMENTS or ":" in tag or tag.startswith(("-comment", "!", "?")):
        found.append(f"element {tag}")
    for name, given in attributes.items():
        value = given or ""
        if name.startswith("on") or name in _FORBIDDEN_ATTRIBUTES or ":" in name:
            found.append(f"attribute {name}")
        if name == "href" and not (tag == "a" and _LINK.match(value)):
            found.append(f"link {value[:80]}")
        if name == "src" and not (tag == "img" and _PICTURE.match(value)):
            found.append(f"source {value[:80]}")
        if name == "style" and _BAD_STYLE.search(_FONT_STRING.sub("", value)):
            found.append(f"style {value[:200]}")
    if tag == "a" and (attributes.get("target"), attributes.get("rel")) != (
        "_blank", "noopener noreferrer",
    ):  # fmt: skip
        found.append("link that keeps its opener")
    return found


class _Reader(HTMLParser):
    """The standard library's tokeniser, which errs in other places than a browser's parser."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += _look_at(tag, dict(attrs))

    @override
    def handle_comment(self, data: str) -> None:
        self.found.append(f"comment {data[:40]}")

    @override
    def handle_decl(self, decl: str) -> None:
        self.found.append(f"declaration {decl[:40]}")

    @override
    def handle_pi(self, data: str) -> None:
        self.found.append(f"processing instruction {data[:40]}")
