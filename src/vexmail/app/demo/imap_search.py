"""UID SEARCH and SEARCH for the keys a mirroring client needs.

Source: RFC 9051 §6.4.4; MODSEQ of RFC 7162 §3.1.5. Text inside messages is not searched: a
client that mirrors has its own index, and a key we do not know is answered BAD, never ignored.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from vexmail.app.demo.imap_command import Command, CommandError, Token
from vexmail.app.demo.imap_mailboxes import text
from vexmail.app.demo.imap_session import Session
from vexmail.app.demo.mail_store import Entry
from vexmail.app.demo.mime_structure import parse_part

Test = Callable[[int, Entry], bool]

_FLAG_KEYS = {
    "ANSWERED": "\\Answered",
    "DELETED": "\\Deleted",
    "DRAFT": "\\Draft",
    "FLAGGED": "\\Flagged",
    "SEEN": "\\Seen",
}
_SECONDS_A_DAY = 86400


async def search(session: Session, command: Command) -> None:
    """SEARCH and UID SEARCH; all keys must hold."""
    by_uid = command.name.startswith("UID")
    arguments = list(command.arguments)
    if arguments and isinstance(arguments[0], bytes) and arguments[0].upper() == b"CHARSET":
        del arguments[:2]
    tests = []
    with_mod_seq = any(isinstance(a, bytes) and a.upper() == b"MODSEQ" for a in arguments)
    while arguments:
        tests.append(_next_test(session, arguments))
    hits = [
        (number, entry)
        for number, entry in session.chosen(b"1:*", by_uid=True)
        if all(test(number, entry) for test in tests)
    ]
    answer = "SEARCH" + "".join(f" {entry.uid if by_uid else number}" for number, entry in hits)
    if with_mod_seq and hits:
        answer += f" (MODSEQ {max(entry.mod_seq for _, entry in hits)})"
    session.untagged(answer)


def _next_test(session: Session, arguments: list[Token]) -> Test:
    """Take one search key off the front."""
    token = arguments.pop(0)
    if isinstance(token, list):
        inner = list(token)
        tests = []
        while inner:
            tests.append(_next_test(session, inner))
        return lambda number, entry: all(test(number, entry) for test in tests)
    key = token.decode("ascii", "replace").upper()
    if key[:1].isdigit() or key[:1] == "*":
        members = {entry.uid for _, entry in session.chosen(token, by_uid=False)}
        return lambda _, entry: entry.uid in members
    flag_test = _flag_test(key)
    if flag_test is not None:
        return flag_test
    return _test_with_argument(session, key, arguments)


def _flag_test(key: str) -> Test | None:
    if key == "ALL":
        return lambda _, __: True
    if key in _FLAG_KEYS:
        return lambda _, entry: _FLAG_KEYS[key] in entry.flags
    if key.startswith("UN") and key[2:] in _FLAG_KEYS:
        return lambda _, entry: _FLAG_KEYS[key[2:]] not in entry.flags
    return None


def _test_with_argument(session: Session, key: str, arguments: list[Token]) -> Test:
    if key in ("NOT", "OR"):
        return _combined(session, key, arguments)
    if not arguments:
        message = f"search key {key} unknown or without argument"
        raise CommandError(message)
    value = text(arguments.pop(0))
    if key in ("SINCE", "BEFORE", "ON"):
        return _date_test(key, value)
    if key in ("FROM", "TO", "CC", "SUBJECT"):
        return _header_test(session, key, value)
    if key == "HEADER" and arguments:
        return _header_test(session, value, text(arguments.pop(0)))
    return _entry_test(session, key, value)


def _combined(session: Session, key: str, arguments: list[Token]) -> Test:
    first = _next_test(session, arguments)
    if key == "NOT":
        return lambda number, entry: not first(number, entry)
    second = _next_test(session, arguments)
    return lambda number, entry: first(number, entry) or second(number, entry)


def _entry_test(session: Session, key: str, value: str) -> Test:
    match key:
        case "UID":
            members = {entry.uid for _, entry in session.chosen(value.encode(), by_uid=True)}
            return lambda _, entry: entry.uid in members
        case "KEYWORD" | "UNKEYWORD":
            present = key == "KEYWORD"
            return lambda _, entry: (value in entry.flags) == present
        case "MODSEQ":
            least = int(value)
            return lambda _, entry: entry.mod_seq >= least
        case _:
            message = f"search key {key} is not supported"
            raise CommandError(message)


def _date_test(key: str, value: str) -> Test:
    try:
        day = int(datetime.strptime(value, "%d-%b-%Y").replace(tzinfo=UTC).timestamp())
    except ValueError as error:
        message = "bad date"
        raise CommandError(message) from error
    if key == "SINCE":
        return lambda _, entry: entry.received >= day
    if key == "BEFORE":
        return lambda _, entry: entry.received < day
    return lambda _, entry: day <= entry.received < day + _SECONDS_A_DAY


def _header_test(session: Session, name: str, value: str) -> Test:
    wanted, part_of = name.lower().encode(), value.lower().encode("utf-8", "surrogateescape")

    def holds(_: int, entry: Entry) -> bool:
        fields = parse_part(session.store.raw(entry)).fields
        return any(key == wanted and part_of in text.lower() for key, text in fields)

    return holds
