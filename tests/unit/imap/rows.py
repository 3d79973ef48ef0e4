"""FETCH answers for unit tests, and the long way to read them."""

import re
from unittest.mock import patch

from vexmail.domain.message import RemoteMessage
from vexmail.imap import fetch_row
from vexmail.imap.fetch_row import read_message
from vexmail.imap.framer import Unit

ANN = '("Ann" NIL "ann" "a.example")'
HEAD = '* 7 FETCH (UID 9 FLAGS (\\Seen) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 44 '
TEXT = '("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 10 1 NIL NIL NIL NIL)'


def envelope(subject: str = '"s"', people: str = f"({ANN})") -> str:
    """Return an ENVELOPE item."""
    return (
        f'ENVELOPE ("Wed, 17 Jul 1996 02:23:25 -0700" {subject} {people} {people} {people} '
        f'NIL NIL NIL "<1@x>" "<2@x>")'
    )


def line(*, subject: str = '"s"', people: str = f"({ANN})", structure: str = TEXT) -> bytes:
    """Return a whole answer."""
    return f"{HEAD}{envelope(subject, people)} BODYSTRUCTURE {structure})".encode()


def long_way(unit: Unit) -> RemoteMessage | None:
    """Read a unit without the short cut."""
    with patch.object(fetch_row, "_ROW", re.compile(rb"(?!)")):
        return read_message(unit)
