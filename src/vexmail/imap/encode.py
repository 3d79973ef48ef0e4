"""Arguments to wire bytes: the only place where text of ours becomes part of a command."""

import base64
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from vexmail.domain.errors import Defect
from vexmail.ports.mail_server import Credentials

_FORBIDDEN: Final = re.compile(r"[\r\n\x00]")


@dataclass(frozen=True, slots=True)
class Astring:
    """An argument that may be any text: sent quoted, or as a literal where it is not ASCII."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """An argument sent byte for byte, whatever it holds but NUL (RFC 9051 §4.3)."""

    data: bytes = field(repr=False)


Argument = str | Astring | Literal
"""Protocol text as ``str`` (already valid), anything of a person as ``Astring`` or ``Literal``."""

SHORT_LITERAL: Final = 4096  # bytes that LITERAL- and IMAP4rev2 let us send unasked (RFC 7888 §5)
# With LITERAL+ any length is allowed; asking first lets a server refuse what it has no room for.
LONG_LITERAL: Final = 1 << 20


def refuses(text: str) -> bool:
    """Tell whether ``text`` cannot be an argument: CR, LF or NUL would end or split the line."""
    return _FORBIDDEN.search(text) is not None


def quoted(text: str) -> str:
    """Return an ASCII text as a quoted string (RFC 9051 §9)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def sasl_plain(credentials: Credentials) -> str:
    """Return the PLAIN message in base64 (RFC 4616 §2): no authorisation identity."""
    message = f"\0{credentials.username}\0{credentials.password}".encode()
    return base64.b64encode(message).decode("ascii")


def unasked_literal(capabilities: Collection[str]) -> int:
    """Return how many bytes a literal may have that is sent without waiting for ``+``."""
    if "LITERAL+" in capabilities:
        return LONG_LITERAL
    return SHORT_LITERAL if {"LITERAL-", "IMAP4REV2"} & set(capabilities) else -1


def wire_lines(
    tag: str, name: str, arguments: Iterable[Argument], *, unasked: int = -1
) -> list[bytes]:
    """Return the command cut where the server must say ``+`` before we go on.

    Args:
        tag: the command's tag.
        name: the command's name, ``UID`` included.
        arguments: see ``Argument``.
        unasked: most bytes of a literal that need no ``+``; see ``unasked_literal``.

    Raises:
        Defect: an argument holds CR, LF or NUL, a literal NUL; callers check what persons gave.
    """
    lines: list[bytes] = []
    pieces = [f"{tag} {name}".encode("ascii")]
    for argument in arguments:
        raw = _literal_bytes(argument)
        if raw is None:
            pieces.append(b" " + _word(argument))
        elif len(raw) <= unasked:
            pieces += [b" {%d+}\r\n" % len(raw), raw]
        else:
            lines.append(b"".join([*pieces, b" {%d}\r\n" % len(raw)]))
            pieces = [raw]
    lines.append(b"".join([*pieces, b"\r\n"]))
    return lines


def _literal_bytes(argument: Argument) -> bytes | None:
    """Return what goes out as a literal, or None for what does not."""
    if isinstance(argument, Literal):
        if b"\x00" in argument.data:
            raise Defect("A literal holds NUL.")
        return argument.data
    text = argument if isinstance(argument, str) else argument.text
    if refuses(text):
        raise Defect("A command argument holds a line break or NUL.")
    return None if isinstance(argument, str) or text.isascii() else text.encode("utf-8")


def _word(argument: Argument) -> bytes:
    text = argument if isinstance(argument, str) else ""
    if isinstance(argument, Astring):
        text = quoted(argument.text)
    return text.encode("ascii")
