"""Lies that a server can tell: each turns a piece of an honest answer into what is sent instead."""

import re
from collections.abc import Callable

Lie = Callable[[bytes], bytes]


def _instead(pattern: bytes, told: bytes) -> Lie:
    """Tell ``told`` wherever ``pattern`` is in an answer; groups may be used."""
    compiled = re.compile(pattern, re.DOTALL)
    return lambda piece: compiled.sub(told, piece)


def _before(mark: bytes, told: bytes) -> Lie:
    """Tell something before every piece that holds ``mark``."""
    return lambda piece: told + piece if mark in piece else piece


def _after(mark: bytes, told: bytes) -> Lie:
    """Tell something after every piece that holds ``mark``."""
    return lambda piece: piece + told if mark in piece else piece


_HUGE = b"9" * 5000
_BODY = rb"BODY\[\] \{\d+\}"
_DEEP = b"(" * 5000 + b")" * 5000
_ODD_NAMES = (
    b'* LIST () "/" "../../etc/passwd"\r\n* LIST () "/" {6}\r\na\r\nb\0c\r\n'
    b'* LIST () "/" "&&bad&"\r\n'
    b'* LIST () "/" "'
    + b"n"
    * 100_000
    + b'"\r\n* LIST () "/" ""\r\n* LIST () "\\\\" "\xff\xfe"\r\n'
    b'* LIST () "/" "\xe2\x80\xaemoc"\r\n'
)

LIVE = frozenset({"live"})
VIOLATION = frozenset({"protocol_violation"})
NO_NEED = LIVE | VIOLATION
LIES: dict[str, tuple[Lie, frozenset[str]]] = {
    "generation beyond any": (_instead(rb"UIDVALIDITY \d+", b"UIDVALIDITY " + _HUGE), VIOLATION),
    "generation in other digits": (
        _instead(rb"UIDVALIDITY \d+", b"UIDVALIDITY \xc2\xb2"),
        VIOLATION,
    ),
    "next UID beyond any": (_instead(rb"UIDNEXT \d+", b"UIDNEXT " + _HUGE), LIVE),
    "next UID too low": (_instead(rb"UIDNEXT \d+", b"UIDNEXT 1"), LIVE),
    "mod-sequence of 2^64": (_instead(rb"HIGHESTMODSEQ \d+", b"HIGHESTMODSEQ %d" % 2**64), LIVE),
    "mod-sequence lost": (_instead(rb"\[HIGHESTMODSEQ \d+\]", b"[NOMODSEQ]"), LIVE),
    "mod-sequences of rows huge": (_instead(rb"MODSEQ \(\d+\)", b"MODSEQ (%d)" % 2**63), LIVE),
    "EXISTS of 2^32": (_instead(rb"\* \d+ EXISTS", b"* 4294967296 EXISTS"), VIOLATION),
    "EXISTS falls": (_after(b" EXISTS", b"* 1 EXISTS\r\n"), LIVE),
    "EXISTS twice": (_instead(rb"(\* \d+ EXISTS\r\n)", rb"\1\1"), LIVE),
    "UID 0": (_instead(rb"FETCH \(UID \d+", b"FETCH (UID 0"), LIVE),
    "UID 2^32": (_instead(rb"FETCH \(UID \d+", b"FETCH (UID 4294967296"), LIVE),
    "one UID for all": (_instead(rb"FETCH \(UID \d+", b"FETCH (UID 1"), LIVE),
    "UIDs nobody asked for": (_instead(rb"FETCH \(UID (\d+)", rb"FETCH (UID 77\1"), LIVE),
    "rows twice": (_instead(rb"(\* \d+ FETCH .*)", rb"\1\1"), LIVE),
    "bodies NIL": (_instead(_BODY + rb".*\)\r\n", b"BODY[] NIL)\r\n"), LIVE),
    "bodies shorter than said": (_instead(_BODY, b"BODY[] {2000}"), LIVE),
    "bodies longer than said": (_instead(_BODY, b"BODY[] {5}"), LIVE),
    "bodies of 100 GB": (_instead(_BODY, b"BODY[] {99999999999}"), LIVE),
    "bodies of -5 bytes": (_instead(_BODY, b"BODY[] {-5}"), LIVE),
    "sizes no column holds": (_instead(rb"SIZE \d+", b"SIZE 9999999999999999999"), LIVE),
    "a date in year 1": (_instead(rb'DATE "[^"]*"', b'DATE "01-Jan-0001 00:00:00 +1200"'), LIVE),
    "a flag with NUL": (_instead(rb"FLAGS \(\)", b"FLAGS (a\0b \xff \x7f)"), LIVE),
    "a subject of 900 kB": (_instead(rb'"Mail \d"', b'"' + b"x" * 900_000 + b'"'), LIVE),
    "a subject with NUL": (_instead(rb'"Mail \d"', b'"a\0b \xed\xa0\x80"'), LIVE),
    "envelope NIL": (_instead(rb"ENVELOPE \(.*\) BODYS", b"ENVELOPE NIL BODYS"), LIVE),
    "envelope too deep": (
        _instead(rb"ENVELOPE \(.*\) BODYS", b"ENVELOPE " + _DEEP + b" BODYS"),
        LIVE,
    ),
    "UID 0 found": (_instead(rb"UID ALL [\d,:]+", b"UID ALL 0,1"), VIOLATION),
    "foreign UIDs found": (_instead(rb"UID ALL ([\d,:]+)", rb"UID ALL \1,1000:1003"), LIVE),
    "all UIDs found": (_instead(rb"UID ALL [\d,:]+", b"UID ALL 1:4294967295"), VIOLATION),
    "nothing found": (_instead(rb"UID ALL [\d,:]+", b"UID"), VIOLATION),
    "no answer to a search": (_instead(rb"\* ESEARCH[^\r]*\r\n", b""), VIOLATION),
    "everything vanished": (_before(b" EXISTS", b"* VANISHED 1:4294967295\r\n"), LIVE),
    "expunges without end": (_before(b"OK [READ", b"* 1 EXPUNGE\r\n" * 50), LIVE),
    "odd names": (_after(b"LIST (", _ODD_NAMES), NO_NEED),
    "no mailboxes": (_instead(rb"\* LIST [^\r]*\r\n", b""), VIOLATION),
    "no inbox": (_instead(rb'"INBOX"', b'"OUTBOX"'), frozenset({"mailbox_gone"})),
    "other capabilities": (_before(b" EXISTS", b"* CAPABILITY IMAP4rev1\r\n"), LIVE),
    "wrong tags": (_before(b" OK done", b"zz99 OK done\r\n"), LIVE),
    "a line without end": (_before(b" EXISTS", b"* OK " + b"x" * (3 << 20)), VIOLATION),
    "a plus unasked": (_before(b" EXISTS", b"+ go on\r\n"), VIOLATION),
    "noise": (_before(b" EXISTS", bytes(range(256))), VIOLATION),
    "goodbye": (_before(b" EXISTS", b"* BYE enough\r\n"), frozenset({"server_said_bye"})),
}
"""By name: the lie, and what may be said of the account, its state or the code of its error."""
