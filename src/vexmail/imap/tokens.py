"""Units to nested values: the data syntax of RFC 9051 §4, iterative, with a depth cap."""

import re
from typing import Final

from vexmail.domain.errors import ProtocolViolation
from vexmail.imap.framer import Unit

Token = str | bytes | None | list["Token"]
"""An atom or number is ``str``, a quoted string or literal ``bytes``, NIL None, a list a list."""

MAX_DEPTH: Final = 100  # deeper than any real BODYSTRUCTURE; shallower than any stack

# The alternatives exclude each other by their first byte and repeat possessively, so that no
# input makes the expression go back. A section ("BODY[HEADER.FIELDS (TO)]<0>") is one atom.
_TOKEN: Final = re.compile(
    rb"""[ ]*+(?:
      ([()])
    | "([^"\\]*+(?:\\.[^"\\]*+)*+)"
    | (~?\{\d++\+?\})\Z
    | ((?:[^ ()"\[\]]++|\[[^\]]*+\])++|\])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)


def unescape(quoted: bytes) -> bytes:
    """Undo the backslashes of a quoted string's inside."""
    return _ESCAPED.sub(rb"\1", quoted) if b"\\" in quoted else quoted


def tokenise(unit: Unit, start: int = 0) -> list[Token]:
    """Return the values of a unit, read from byte ``start`` of its first line.

    Raises:
        ProtocolViolation: unbalanced, nested too deeply, or not IMAP's data syntax.
    """
    tree = _Tree()
    for index in range(0, len(unit), 2):
        literal = unit[index + 1] if index + 1 < len(unit) else None
        _read_line(unit[index], start, literal, tree)
        start = 0
    if tree.above:
        raise ProtocolViolation(_NOT_IMAP)
    return tree.top


class _Tree:
    """The list being filled and the lists it lies in."""

    __slots__ = ("above", "top")

    def __init__(self) -> None:
        self.top: list[Token] = []
        self.above: list[list[Token]] = []

    def open(self) -> None:
        if len(self.above) >= MAX_DEPTH:
            raise ProtocolViolation("The mail server's answer is nested too deeply.")
        inner: list[Token] = []
        self.top.append(inner)
        self.above.append(self.top)
        self.top = inner

    def close(self) -> None:
        if not self.above:
            raise ProtocolViolation(_NOT_IMAP)
        self.top = self.above.pop()


def _read_line(text: bytes, pos: int, literal: bytes | None, tree: _Tree) -> None:
    end = len(text)
    while pos < end:
        found = _TOKEN.match(text, pos)
        if found is None:
            if text[pos:].strip(b" "):
                raise ProtocolViolation(_NOT_IMAP)
            return
        pos = found.end()
        kind = found.lastindex
        if kind == 4:
            tree.top.append(_atom(found[4]))
        elif kind == 2:
            tree.top.append(unescape(found[2]))
        elif kind == 3:
            tree.top.append(literal)
        elif found[1] == b"(":
            tree.open()
        else:
            tree.close()


_NOT_IMAP: Final = "The mail server sent an answer that is not IMAP."


def _atom(text: bytes) -> str | None:
    # nil is case-insensitive (RFC 9051 §9, note 1). Bytes above 127 are no atom, but harmless.
    if len(text) == 3 and text.upper() == b"NIL":
        return None
    return text.decode("ascii", "replace")
