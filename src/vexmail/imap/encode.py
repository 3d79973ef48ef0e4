"""Arguments to wire bytes: the only place where text of ours becomes part of a command."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from vexmail.domain.errors import Defect
from vexmail.ports.mail_server import Credentials

_FORBIDDEN: Final = re.compile(r"[\r\n\x00]")


@dataclass(frozen=True, slots=True)
class Astring:
    """An argument that may be any text: sent quoted, or as a literal where it is not ASCII."""

    text: str = field(repr=False)


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


def wire_lines(
    tag: str, name: str, arguments: Iterable[str | Astring], *, literal_plus: bool
) -> list[bytes]:
    """Return the command cut where the server must say ``+`` before we go on.

    Args:
        tag: the command's tag.
        name: the command's name, ``UID`` included.
        arguments: protocol text as ``str`` (already valid), anything of a person as ``Astring``.
        literal_plus: the server takes non-synchronising literals (RFC 7888).

    Raises:
        Defect: an argument holds CR, LF or NUL; callers check texts of persons first.
    """
    lines: list[bytes] = []
    current = f"{tag} {name}".encode("ascii")
    for argument in arguments:
        text = argument if isinstance(argument, str) else argument.text
        if refuses(text):
            raise Defect("A command argument holds a line break or NUL.")
        if isinstance(argument, str):
            current += b" " + text.encode("ascii")
        elif text.isascii():
            current += b" " + quoted(text).encode("ascii")
        else:
            raw = text.encode("utf-8")
            if literal_plus:
                current += b" {%d+}\r\n" % len(raw) + raw
            else:
                lines.append(current + b" {%d}\r\n" % len(raw))
                current = raw
    lines.append(current + b"\r\n")
    return lines
