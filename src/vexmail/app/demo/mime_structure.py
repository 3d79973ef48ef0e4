"""Cuts a message into its MIME parts by byte offsets, so that sections can be served as they are.

Pure: bytes in, a tree of :class:`Part` out. Only what a server must know is read; nothing is
decoded. Source: RFC 2045, RFC 2046 §5.1.1.
"""

import re
from dataclasses import dataclass, field

_HEADER_LINE = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*((?:[^\n]|\n[ \t])*)(?:\n|\Z)")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_PARAMETER = re.compile(rb';\s*([^\s=;]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]*)')
_MOST_NESTING = 20  # our own content nests three deep; a submitted message may not exhaust us


@dataclass(frozen=True, slots=True)
class Part:
    """One MIME part: where its bytes are and what its header says.

    Attributes:
        header: header block, with the blank line that ends it.
        body: everything after that line.
        fields: (lower-case name, unfolded value) in order.
        maintype: lower-case type, ``text`` when absent.
        subtype: lower-case subtype.
        parameters: Content-Type parameters, lower-case names, unquoted values.
        children: parts of a multipart, else empty.
    """

    header: bytes
    body: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    maintype: bytes
    subtype: bytes
    parameters: dict[bytes, bytes] = field(default_factory=dict)
    children: tuple["Part", ...] = ()

    def first(self, name: bytes) -> bytes | None:
        """Return the first field called ``name`` (lower case), or None."""
        return next((value for key, value in self.fields if key == name), None)

    def section(self, path: list[int]) -> "Part | None":
        """Return the part numbered as RFC 9051 §6.4.5.1 numbers them; ``[]`` is the message."""
        part = self
        for number in path:
            if part.children:
                if not 1 <= number <= len(part.children):
                    return None
                part = part.children[number - 1]
            elif number != 1:
                return None
        return part


def split_value(raw: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    """Split ``value; name=param`` into the lower-case value and its parameters."""
    value = raw.split(b";", 1)[0].strip().lower()
    parameters = {}
    for name, text in _PARAMETER.findall(raw):
        unquoted = re.sub(rb"\\(.)", rb"\1", text[1:-1]) if text.startswith(b'"') else text
        parameters[name.lower()] = unquoted
    return value, parameters


def parse_part(raw: bytes, *, depth: int = 0) -> Part:
    """Read one part, and its children when it is a multipart. Never raises."""
    header, body = _split_header(raw)
    fields = tuple(
        (name.lower(), _FOLD.sub(b"", value).strip())
        for name, value in _HEADER_LINE.findall(header)
    )
    content_type = next((value for name, value in fields if name == b"content-type"), b"")
    mime_type, parameters = split_value(content_type or b"text/plain; charset=us-ascii")
    maintype, _, subtype = mime_type.partition(b"/")
    children: tuple[Part, ...] = ()
    boundary = parameters.get(b"boundary")
    if maintype == b"multipart" and boundary and depth < _MOST_NESTING:
        pieces = _split_multipart(body, boundary)
        children = tuple(parse_part(piece, depth=depth + 1) for piece in pieces)
    return Part(
        header, body, fields, maintype or b"text", subtype or b"plain", parameters, children
    )


def _split_header(raw: bytes) -> tuple[bytes, bytes]:
    if raw.startswith(b"\r\n"):
        return raw[:2], raw[2:]
    end = raw.find(b"\r\n\r\n")
    if end < 0:
        return raw, b""
    return raw[: end + 4], raw[end + 4 :]


def _split_multipart(body: bytes, boundary: bytes) -> list[bytes]:
    """Return the bytes between boundary lines; preamble and epilogue are left out."""
    delimiter = b"--" + boundary
    pieces: list[bytes] = []
    start: int | None = None
    at = body.find(delimiter)
    while at >= 0:
        after = at + len(delimiter)
        end = body.find(b"\r\n", after)
        rest = body[after:] if end < 0 else body[after:end]
        if (at == 0 or body[at - 2 : at] == b"\r\n") and rest.strip(b" \t") in (b"", b"--"):
            if start is not None:
                pieces.append(body[start : max(start, at - 2)])
            if rest.startswith(b"--"):
                return pieces
            start = len(body) if end < 0 else end + 2
        at = body.find(delimiter, after)
    if start is not None:
        pieces.append(body[start:])
    return pieces
