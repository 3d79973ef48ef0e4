"""Where the header ends and what its fields are, in bytes; decoding comes later.

Source: RFC 5322 §2.2, with the repairs that real mail needs.
"""

import re
from dataclasses import dataclass

from vexmail.mime.limits import MAX_HEADER_BYTES, MAX_HEADER_FIELDS

_FIRST_LINE_BLANK = re.compile(rb"\r?\n")
# RFC 5322 §2.2: printable ASCII but colon; blanks before the colon are obsolete yet common.
# Raw 8-bit bytes in names do not occur in honest mail.
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*")
_LINE_START = re.compile(rb"\A|\n(?![ \t])")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """Fields of one header in order, names as written, values unfolded but undecoded.

    ``body_start`` is the offset of the first body byte in the bytes that were read.
    """

    fields: tuple[tuple[str, bytes], ...]
    body_start: int
    defects: tuple[str, ...] = ()

    def first(self, name: str) -> bytes:
        """Return the first value of the field ``name`` (lower case), or empty."""
        for key, value in self.fields:
            if key.lower() == name:
                return value
        return b""


def read_header_block(raw: bytes, start: int, end: int) -> HeaderBlock:
    """Read the header of the message or part in ``raw[start:end]``; never raises.

    A line that is no field ends the header (the blank line is missing) if the line after it
    is none either, or if it looks like a boundary; else it is skipped.
    """
    defects: list[str] = []
    if blank := _FIRST_LINE_BLANK.match(raw, start, end):
        return HeaderBlock((), blank.end())
    stop, body_start = _blank_line(raw, start, end)
    if stop - start > MAX_HEADER_BYTES:
        defects.append("header too long")
        stop = start + MAX_HEADER_BYTES
    block = raw[start:stop]
    lines = _FOLD.sub(b"", block).split(b"\n")
    fields: list[tuple[str, bytes]] = []
    for index, line in enumerate(lines):
        match = _FIELD.match(line)
        if match:
            if len(fields) == MAX_HEADER_FIELDS:
                defects.append("too many header fields")
                break
            fields.append((match[1].decode("ascii"), line[match.end() :].strip(b"\r\t ")))
            continue
        if index == 0 and line.startswith((b"From ", b">From ")):
            continue  # mbox separator
        boundary_like = line.startswith(b"--")
        if not boundary_like and index + 1 < len(lines) and _FIELD.match(lines[index + 1]):
            if line.strip():
                defects.append("line in the header that is no field")
            continue
        body_start = start + _offset_of_line(block, index)
        defects.append("no blank line after the header")
        break
    return HeaderBlock(tuple(fields), body_start, tuple(dict.fromkeys(defects)))


def _blank_line(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the first blank line begins, with the line end before it, and where it ends."""
    with_cr = raw.find(b"\n\r\n", start, end)
    bare = raw.find(b"\n\n", start, end if with_cr < 0 else with_cr)
    if bare >= 0:
        return bare, bare + 2
    if with_cr >= 0:
        return with_cr, with_cr + 3
    return end, end


def _offset_of_line(block: bytes, index: int) -> int:
    """Return where the unfolded line ``index`` begins in the folded ``block``."""
    for number, match in enumerate(_LINE_START.finditer(block)):
        if number == index:
            return match.end()
    return len(block)
