"""Parameters of Content-Type and Content-Disposition.

Source: RFC 2045 §5.1 (syntax), RFC 2231 §3-4 (continuations, charsets), RFC 2047 words in
quotes although RFC 2047 §5 forbids them, since many programs write names that way.
"""

import re
from urllib.parse import unquote_to_bytes

from vexmail.mime.charset import decode
from vexmail.mime.header_text import header_text

_PARAMETER = re.compile(
    rb"""\s*([^\s=;"]{1,100})\s*=\s*(?:"((?:[^"\\]|\\.)*)(?:"|\Z)|([^;]*))[^;]*""", re.DOTALL
)
_ESCAPE = re.compile(rb"\\([\"\\])")
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?\Z")
_MAX_PARAMETERS = 200


def read_parameters(value: bytes, hint: str = "") -> tuple[str, dict[str, str]]:
    """Split a structured header value; never raises.

    Returns:
        The part before the first semicolon in lower case, and the parameters by lower-case
        name, decoded; of a name given twice the first wins.
    """
    head, separator, rest = value.partition(b";")
    kind = head.strip().strip(b'"').decode("latin-1").lower()
    if not separator:
        return _without_comment(kind), {}
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for name, text in _split(rest):
        match = _SECTION.match(name)
        if match is None or "*" not in name:
            plain.setdefault(name, header_text(text, hint))
        else:
            section = sections.setdefault(match[1], {})
            section.setdefault(int(match[2] or 0), (text, bool(match[3])))
    for name, section in sections.items():
        plain[name] = _join(section, hint)  # RFC 2231 forms are better than a plain twin
    return _without_comment(kind), plain


def _split(rest: bytes) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    position = 0
    while position < len(rest) and len(found) < _MAX_PARAMETERS:
        match = _PARAMETER.match(rest, position)
        if match:
            name = match[1].decode("latin-1").lower()
            if match[2] is not None:
                text = _ESCAPE.sub(rb"\1", match[2])
            elif "name" in name:  # unquoted file names have blanks and brackets of their own
                text = match[3].strip()
            else:
                text = match[3].partition(b"(")[0].strip()
            found.append((name, text))
            position = match.end()
        following = rest.find(b";", position)
        if following < 0:
            break
        position = following + 1
    return found


def _join(section: dict[int, tuple[bytes, bool]], hint: str) -> str:
    """Join the continuations of one parameter (RFC 2231 §3) and undo its charset (§4)."""
    charset = ""
    pieces = []
    for number, (text, extended) in sorted(section.items()):
        if extended and number == min(section) and text.count(b"'") >= 2:
            label, _, encoded = text.split(b"'", 2)
            charset = label.decode("latin-1")
        else:
            encoded = text
        pieces.append(unquote_to_bytes(encoded) if extended else encoded)
    joined = b"".join(pieces)
    if not charset and b"=?" in joined:
        return header_text(joined, hint)
    return header_text(decode(joined, charset, hint=hint)[0].encode("utf-8"))


def _without_comment(kind: str) -> str:
    return kind.partition("(")[0].strip() if "(" in kind else kind
