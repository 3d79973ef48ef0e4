"""HTML to the text that is searched and previewed; never to anything that is shown as HTML."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from vexmail.mime.html_scan import strip_tags, too_costly

_BLOCK_TAGS = """
    address article aside blockquote body center dd details div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tr ul
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_SILENT_TAGS = "script style head title template noframes iframe object svg math select textarea"
_LEAVES = frozenset({"br", "-text"})
_SILENT = frozenset(_SILENT_TAGS.split())
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|font-size\s*:\s*0(?![.\d]*[1-9])"
)
_MAX_CHARS = 2_000_000
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\ufeff]+"
)


def html_to_text(html: str) -> tuple[str, str]:
    """Return the visible text with one line per block, and the preheader.

    The preheader is the hidden text many newsletters begin with so that it appears in lists;
    it is empty when there is none. HTML that is too costly to parse loses its tags only.
    """
    html = html[:_MAX_CHARS]
    if too_costly(html):
        return strip_tags(html), ""
    body = LexborHTMLParser(html).body
    if body is None:
        return "", ""
    out: list[str] = []
    hidden: list[str] = []
    _walk(body, out, hidden)
    lines = (" ".join(line.split()) for line in "".join(out).split("\n"))
    text = "\n".join(line for line in lines if line)
    return text, " ".join(_INVISIBLE.sub("", " ".join(hidden)).split())


def _walk(body: LexborNode, out: list[str], hidden: list[str]) -> None:
    """Visit the tree in document order without recursion, writing text and line ends."""
    # Entries: a node to open, or the text to write when a block closes.
    stack: list[LexborNode | str] = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            out.append(node)
            continue
        tag = node.tag or "-"
        if tag in _SILENT or tag in _LEAVES or tag.startswith(("-", "!")):
            if tag in _LEAVES:
                out.append("\n" if tag == "br" else (node.text_content or "").replace("\n", " "))
            continue
        attributes = node.attributes
        if (style := attributes.get("style")) and _HIDDEN.search(style.lower()):
            if not any(piece.strip() for piece in out):  # only what comes before all else
                hidden.append(node.text(deep=True, separator=" "))
            continue
        if tag == "img" and (alt := attributes.get("alt")):
            out.append(f" {alt} ".replace("\n", " "))
        if tag in _BLOCKS:
            out.append("\n")
            stack.append("\n")
        elif tag in {"td", "th"}:
            stack.append(" ")
        stack += _children_reversed(node)


def _children_reversed(node: LexborNode) -> list[LexborNode]:
    children = []
    child = node.last_child
    while child is not None:
        children.append(child)
        child = child.prev
    return children
