"""The tree of parts: where each begins and ends, what it says it is, and its IMAP number.

Nothing is decoded or copied here; a part is a window on the raw bytes. Cutting is top-down, so
a boundary of an outer multipart ends everything inside it (RFC 2046 §5.1.2), and iterative, so
that depth costs no stack.
"""

import re
from dataclasses import dataclass, field

from vexmail.mime.header_block import HeaderBlock, read_header_block
from vexmail.mime.header_params import read_parameters
from vexmail.mime.header_text import header_text
from vexmail.mime.limits import MAX_DEPTH, MAX_PARTS

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,120}\Z")
# RFC 2046 §5.1.1: the line need not match to its end; what follows a blank is ignored.
_BLANK_OR_END = re.compile(rb"[ \t\r]|\Z")
_GUESSED_BOUNDARY = re.compile(
    rb"(?:\A|\n)--([^\s][^\r\n]{0,199}?)[ \t]*\r?\n(?=[A-Za-z-]{1,60}:|\r?\n)"
)


@dataclass(slots=True)
class Part:
    """One node of a message; ``raw[body_start:end]`` is its body as sent.

    ``number`` is the IMAP part number (RFC 9051 §6.4.5.1), empty for the outermost multipart.
    ``disposition`` is ``inline``, ``attachment`` or empty; ``filename`` is empty if none given.
    """

    number: str
    header: HeaderBlock
    body_start: int
    end: int
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    encoding: str = ""
    disposition: str = ""
    filename: str = ""
    content_id: str = ""
    children: list["Part"] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        """Whether the body was cut into ``children``."""
        return bool(self.children)

    @property
    def charset(self) -> str:
        """The charset as named, maybe empty or wrong."""
        return self.parameters.get("charset", "")


@dataclass(frozen=True, slots=True)
class Structure:
    """A message cut into parts, and what was wrong with the cuts."""

    root: Part
    defects: tuple[str, ...]


def read_structure(raw: bytes, prefix: str = "") -> Structure:
    """Cut a message; never raises.

    Args:
        raw: the whole message.
        prefix: the part number of the ``message/rfc822`` part that encloses it, or empty.
    """
    root, defects = _read_part(raw, 0, len(raw), prefix, "text/plain")
    waiting = [(root, 0)]
    count = 1
    while waiting:
        part, depth = waiting.pop()
        if not part.content_type.startswith("multipart/"):
            continue
        if depth >= MAX_DEPTH:
            defects.append("nested too deeply")
            continue
        windows = _cut(raw, part, defects)
        if count + len(windows) > MAX_PARTS:
            defects.append("too many parts")
            windows = windows[: MAX_PARTS - count]
        count += len(windows)
        # RFC 2046 §5.1.5: parts of a digest are messages unless they say otherwise.
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        for index, (first, last) in enumerate(windows, 1):
            number = f"{part.number}.{index}" if part.number else str(index)
            child, found = _read_part(raw, first, last, number, default)
            defects += found
            part.children.append(child)
            waiting.append((child, depth + 1))
    if not root.children:  # RFC 9051 §6.4.5.1: a message that is no multipart has one part
        root.number = f"{prefix}.1" if prefix else "1"
    return Structure(root, tuple(dict.fromkeys(defects)))


def _read_part(
    raw: bytes, start: int, end: int, number: str, default: str
) -> tuple[Part, list[str]]:
    header = read_header_block(raw, start, end)
    part = Part(number, header, header.body_start, end, content_type=default)
    defects = list(header.defects)
    fields: dict[str, bytes] = {}
    for name, value in header.fields:
        fields.setdefault(name.lower(), value)
    if value := fields.get("content-type", b""):
        kind, part.parameters = read_parameters(value)
        if _TYPE.match(kind):
            part.content_type = kind
        elif kind in {"text", "html", "text/"}:
            part.content_type = "text/html" if kind == "html" else "text/plain"
        else:
            defects.append("unreadable content type")
            # RFC 2045 §5.2: what cannot be read is text/plain; a named thing is a file.
            part.content_type = (
                "application/octet-stream" if "name" in part.parameters else "text/plain"
            )
    if value := fields.get("content-disposition", b""):
        kind, parameters = read_parameters(value)
        # RFC 2183 §2.8: an unknown disposition is an attachment.
        part.disposition = kind if kind == "inline" else ("attachment" if kind else "")
        part.filename = parameters.get("filename", "") or parameters.get("name", "")
    part.filename = part.filename or part.parameters.get("name", "")
    part.encoding = fields.get("content-transfer-encoding", b"").decode("latin-1")
    if value := fields.get("content-id", b""):
        part.content_id = header_text(value).strip("<> \t")
    return part, defects


def _cut(raw: bytes, part: Part, defects: list[str]) -> list[tuple[int, int]]:
    """Return the windows of the children; none turns the part into a leaf of text."""
    boundary = _boundary(part)
    windows, closed = _windows(raw, part, boundary) if boundary else ([], False)
    if not windows:
        guess = _GUESSED_BOUNDARY.search(raw, part.body_start, part.end)
        if guess and guess[1] != boundary:
            windows, closed = _windows(raw, part, guess[1])
            defects.append("boundary missing or wrong")
    if not windows:
        defects.append("multipart without parts")
        part.content_type = "text/plain"
    elif not closed:
        defects.append("multipart not closed")
    return windows


def _boundary(part: Part) -> bytes:
    for name, value in part.header.fields:
        if name.lower() == "content-type":
            text = part.parameters.get("boundary", "")
            # As bytes of the message: an 8-bit boundary must match the way it was sent.
            sent = text.encode("utf-8")
            return (sent if sent in value else text.encode("latin-1", "replace")).rstrip()
    return b""


def _windows(raw: bytes, part: Part, boundary: bytes) -> tuple[list[tuple[int, int]], bool]:
    """Find the lines of the boundary and return what lies between, and whether it was closed."""
    delimiter = b"--" + boundary
    windows: list[tuple[int, int]] = []
    opened = -1
    position = part.body_start
    while True:
        found = raw.find(delimiter, position, part.end)
        if found < 0:
            break
        position = found + len(delimiter)
        if found > part.body_start and raw[found - 1] != 0x0A:
            continue
        closing = raw.startswith(b"--", position, part.end)
        line_end = raw.find(b"\n", position, part.end)
        line_end = part.end if line_end < 0 else line_end
        if not _BLANK_OR_END.match(raw, position + 2 * closing, line_end):
            continue  # a longer boundary that begins like ours
        if opened >= 0:
            # RFC 2046 §5.1.1: the line end before the delimiter belongs to the delimiter.
            last = found - 1
            if last > opened and raw[last - 1] == 0x0D:
                last -= 1
            windows.append((opened, max(opened, last)))
        if closing:
            return windows, True
        opened = min(line_end + 1, part.end)
        position = opened
        if len(windows) > MAX_PARTS:
            return windows, True
    if opened >= 0 and opened < part.end:
        windows.append((opened, part.end))
    return windows, False
