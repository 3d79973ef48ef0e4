"""Bytes to units: the line and literal framing of RFC 9051 §2.2.2 and §4.3, without I/O.

A unit is one whole server response: ``[line]``, or ``[line, literal, line, literal, ..., line]``
where the response holds literals. Lines come without CRLF; a line that announces a literal keeps
its ``{n}``. How the bytes were cut into chunks never shows.
"""

import re
from dataclasses import dataclass
from typing import Final

from vexmail.domain.errors import ProtocolViolation

Unit = list[bytes]
"""Lines at even positions, literals at odd ones."""

# literal and literal8 (RFC 9051 §9); `+` is a client's form that some servers use, too.
_LITERAL: Final = re.compile(rb"~?\{(\d{1,20})\+?\}\Z")
# resp-text holds no literals (RFC 9051 §9), but a person's text may well end in "{12}".
_TEXT_ONLY: Final = re.compile(rb"\* (?:OK|NO|BAD|BYE|PREAUTH)(?: |\Z)|\+|[^*+]", re.IGNORECASE)
# What a tagged answer says is text, which holds no line feed either: one without CR can only be
# its end. GNU imap4d ends its answer to AUTHENTICATE so, and then waits for us.
_TAGGED: Final = rb"[^ +*(){%\\\"\x00-\x1f\x7f]++ (?:OK|NO|BAD)(?: [^\n]*+)?\n"
_ENDED_BY_LF: Final = re.compile(_TAGGED + rb"\Z", re.IGNORECASE)
_LF_AND_MORE: Final = re.compile(_TAGGED + rb"(?=[*+] )", re.IGNORECASE)
_CRLF: Final = b"\r\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one response may cost in memory.

    ``line``: bytes of all lines of a unit. ``literal``: bytes of all literals of a unit.
    """

    line: int = 1 << 20
    literal: int = 128 << 20


class Framer:
    """Cuts a stream into units; keeps what is incomplete for the next chunk."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._tail = b""
        """Bytes of a line that has not ended yet."""
        self._pieces: list[bytes] = []
        """Chunks of a literal that has not ended yet."""
        self._missing = 0
        """Bytes this literal still lacks."""
        self._unit: Unit = []
        self._line_bytes = 0
        self._literal_bytes = 0

    @property
    def idle(self) -> bool:
        """Tell whether no byte of an incomplete unit is held."""
        return not (self._tail or self._unit or self._missing)

    def feed(self, data: bytes) -> list[Unit]:
        """Return the units completed by ``data``.

        Raises:
            ProtocolViolation: a limit is exceeded; the framer is of no use any more.
        """
        units: list[Unit] = []
        pos = 0
        size = len(data)
        while pos < size:
            if self._missing:
                pos = self._take_literal(data, pos)
                continue
            pos = self._take_line(data, pos, units)
        return units

    def _take_literal(self, data: bytes, pos: int) -> int:
        piece = data[pos : pos + self._missing]
        self._pieces.append(piece)
        self._missing -= len(piece)
        if not self._missing:
            self._unit.append(piece if len(self._pieces) == 1 else b"".join(self._pieces))
            self._pieces = []
        return pos + len(piece)

    def _take_line(self, data: bytes, pos: int, units: list[Unit]) -> int:
        if self._tail:
            return self._continue_line(data, pos, units)
        end = data.find(_CRLF, pos)
        if end < 0:
            self._hold(data[pos:], units)
            return len(data)
        self._end_line(data[pos:end], units)
        return end + 2

    def _continue_line(self, data: bytes, pos: int, units: list[Unit]) -> int:
        """Finish a line whose beginning came with an earlier chunk."""
        if self._tail[-1:] == b"\r" and data[pos : pos + 1] == b"\n":
            line, self._tail = self._tail[:-1], b""
            self._end_line(line, units)
            return pos + 1
        end = data.find(_CRLF, pos)
        if end < 0:
            self._hold(self._tail + data[pos:], units)
            return len(data)
        line, self._tail = self._tail + data[pos:end], b""
        self._end_line(line, units)
        return end + 2

    def _hold(self, tail: bytes, units: list[Unit]) -> None:
        # One byte of grace: it may be the CR of a line that is exactly as long as allowed.
        if self._line_bytes + len(tail) > self._limits.line + 1:
            raise ProtocolViolation("The mail server sent a line longer than we accept.")
        if tail[-1:] == b"\n" and not self._unit and _ENDED_BY_LF.match(tail):
            self._tail = b""
            self._end_line(tail[:-1], units)
        else:
            self._tail = tail

    def _end_line(self, line: bytes, units: list[Unit]) -> None:
        self._line_bytes += len(line)
        if self._line_bytes > self._limits.line:
            raise ProtocolViolation("The mail server sent a line longer than we accept.")
        unit = self._unit
        if not unit and b"\n" in line and (ended := _LF_AND_MORE.match(line)):
            units.append([line[: ended.end() - 1]])
            line = line[ended.end() :]
        unit.append(line)
        if line[-1:] == b"}":
            literal = _LITERAL.search(line)
            if literal and (len(unit) > 1 or not _TEXT_ONLY.match(line)):
                self._begin_literal(int(literal[1]))
                return
        units.append(unit)
        self._unit = []
        self._line_bytes = self._literal_bytes = 0

    def _begin_literal(self, size: int) -> None:
        self._literal_bytes += size
        if self._literal_bytes > self._limits.literal:
            raise ProtocolViolation("The mail server sent a message larger than we accept.")
        if not size:
            self._unit.append(b"")
        self._missing = size
