"""A cheap look at HTML before any parser sees it.

Browser-grade parsers take quadratic time on deep nesting and on thousands of attributes
(measured: 50,000 nested elements 5.7 s, 50,000 attributes 5.4 s), so what exceeds any honest
mail is not parsed at all. The counts here are upper bounds, taken in linear time.
"""

import html as entities
import re

MAX_CHARS = 4_000_000
MAX_DEPTH = 1_000  # honest newsletters nest tables some 60 deep
MAX_ATTRIBUTES = 400  # of one tag
MAX_REOPENED = 500_000  # elements that unclosed formatting may add
MAX_REFERENCES = 100_000  # quadratic within one text: 0.7 s for so many, 82 s for two million
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_TAG_OR_COMMENT = re.compile(r"<[a-zA-Z][^\s/>]{0,200}|<!--")
_ATTRIBUTE = re.compile(r"[\s/]*[^\s/>][^\s/>=]*(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+))?")
_ANY_TAG = re.compile(r"<[^<>]*>")
_LONG_TAG = 2_000  # characters; shorter ones cannot hold too many attributes
# Elements without content, and those that end where the next of their kind begins.
_FLAT_TAGS = """
    area base br col embed hr img input link meta param source track wbr frame
    p li dd dt option tr td th tbody thead tfoot colgroup rp rt
"""
_FLAT = frozenset(_FLAT_TAGS.split())
# Reopened in every following block while unclosed, which multiplies elements.
_FORMATTING_TAGS = "a b big code em font i nobr s small strike strong tt u"
_FORMATTING = frozenset(_FORMATTING_TAGS.split())
_BLOCK_TAGS = """
    address article aside blockquote body button center details div dl fieldset footer form
    h1 h2 h3 h4 h5 h6 header html main nav ol pre section summary ul
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_BARRIERS = frozenset({"table", "caption", "html", "template", "object", "marquee", "svg", "math"})
_SPECIAL = _BLOCKS | _BARRIERS
_LOOK_BACK = 20  # open elements; a fixed number keeps the scan linear


def too_costly(html: str) -> str:
    """Return why this HTML is not worth parsing, or an empty string."""
    if len(html) > MAX_CHARS:
        return "too long"
    if html.count("&") > MAX_REFERENCES:
        return "too many character references"
    return _too_deep(html) or _too_many_attributes(html)


def _too_deep(html: str) -> str:
    """Follow the open elements roughly as a browser would, erring towards too many."""
    open_elements: list[str] = []
    unclosed = dict.fromkeys(_FORMATTING, 0)
    formatting = reopened = 0
    for slash, name in _TAG.findall(html):
        tag = name.lower()
        if slash:
            if unclosed.get(tag):
                unclosed[tag] -= 1
                formatting -= 1
            _close(open_elements, tag)
            continue
        if tag in unclosed:
            unclosed[tag] += 1
            formatting += 1
        else:
            reopened += formatting
        if tag not in _FLAT:
            open_elements.append(tag)
        if len(open_elements) > MAX_DEPTH or reopened > MAX_REOPENED:
            return "nested too deeply"
    return ""


def _close(open_elements: list[str], tag: str) -> None:
    """Close the nearest element ``tag`` unless a browser would ignore the end tag."""
    walls = _BARRIERS if tag in _SPECIAL else _SPECIAL
    for back in range(1, min(len(open_elements), _LOOK_BACK) + 1):
        if open_elements[-back] == tag:
            del open_elements[-back:]
            return
        if open_elements[-back] in walls:
            return


def _too_many_attributes(html: str) -> str:
    """Look into the tags that could hold too many attributes; most are passed over at once."""
    position = 0
    while match := _TAG_OR_COMMENT.search(html, position):
        position = match.end()
        if match[0] == "<!--":
            position = html.find("-->", position)
            if position < 0:
                break
            continue
        end = html.find(">", position, position + _LONG_TAG)
        tag = html[position:end]
        double, single = tag.count('"'), tag.count("'")
        if end >= 0 and not (double % 2 or single % 2 or (double and single)):
            position = end  # short, and its first ">" is in no quoted value
            continue
        for _ in range(MAX_ATTRIBUTES):
            attribute = _ATTRIBUTE.match(html, position)
            if attribute is None:
                break
            position = attribute.end()
        else:
            return "too many attributes"
    return ""


def strip_tags(html: str) -> str:
    """Return the text without tags, in linear time and without a parser."""
    return entities.unescape(_ANY_TAG.sub(" ", html.replace("\0", "")))
