"""Units to typed responses."""

import re
from functools import lru_cache
from typing import Final

from vexmail.domain.errors import ProtocolViolation
from vexmail.imap.framer import Unit
from vexmail.imap.responses import (
    Capability,
    Condition,
    Continuation,
    Enabled,
    ESearch,
    Exists,
    Expunge,
    Fetch,
    ListEntry,
    MailboxFlags,
    Namespace,
    Namespaces,
    Other,
    Response,
    Search,
    Status,
    Vanished,
)
from vexmail.imap.tokens import Token, tokenise
from vexmail.imap.uid_sets import Ranges, parse_ranges

_NUMBER: Final = re.compile(r"\d{1,20}")
_CONDITION: Final = re.compile(
    rb"(\*|[^ +*(){%\\\"\x00-\x1f\x7f]++) (OK|NO|BAD|BYE|PREAUTH)(?: (.*))?\Z",
    re.IGNORECASE | re.DOTALL,
)
_CODE: Final = re.compile(rb"\[([^\] ]++)(?: ([^\]]*+))?\] ?(.*)\Z", re.DOTALL)
# GNU imap4d says EXPUNGED to its own EXPUNGE; passed over, every count after it would be wrong.
_NUMBERED: Final = re.compile(
    rb"\* (\d{1,10}) (EXISTS|EXPUNGE|RECENT|FETCH)(?:(?<=EXPUNGE)D)?(?: |\Z)", re.IGNORECASE
)
_NAMED: Final = re.compile(rb"\* ([A-Za-z][A-Za-z0-9.\-]*+)(?: |\Z)")
_USUAL_CAPABILITIES: Final = 2000  # characters; longer lists are not worth keeping
_GARBLED: Final = "The mail server sent an answer that is not IMAP."


def parse_response(unit: Unit) -> Response:
    """Return what a unit says.

    Raises:
        ProtocolViolation: it is not a response of RFC 9051 §7.
    """
    head = unit[0]
    if head[:1] == b"+":
        return Continuation(_text(head[2:]))
    numbered = _NUMBERED.match(head)
    if numbered:
        return _numbered(unit, numbered)
    condition = _CONDITION.match(head)
    if condition:
        return _condition(condition)
    named = _NAMED.match(head)
    if named is None:
        raise ProtocolViolation(_GARBLED)
    name = named[1].decode("ascii").upper()
    reader = _READERS.get(name)
    return reader(unit, named.end()) if reader else Other(name)


def capability_names(text: str) -> frozenset[str]:
    """Return the names of a CAPABILITY list, upper case."""
    if len(text) > _USUAL_CAPABILITIES:
        return frozenset(text.upper().split())
    return _shared_names(text)


@lru_cache(maxsize=64)
def _shared_names(text: str) -> frozenset[str]:
    """Return one set for all connections to alike servers; a set of its own costs each 4 KiB."""
    return frozenset(text.upper().split())


def _text(raw: bytes) -> str:
    """Return a server's text for people and logs: one line, no control characters."""
    return " ".join(raw.decode("utf-8", "replace").replace("\x00", " ").split())


def _condition(match: re.Match[bytes]) -> Condition:
    rest = match[3] or b""
    code = _CODE.match(rest)
    tag = "" if match[1] == b"*" else match[1].decode("ascii", "replace")
    status = match[2].decode("ascii").upper()
    if tag and status in {"BYE", "PREAUTH"}:
        raise ProtocolViolation(_GARBLED)
    if code is None:
        return Condition(tag, status, "", "", _text(rest))
    return Condition(tag, status, _text(code[1]).upper(), _text(code[2] or b""), _text(code[3]))


def _numbered(unit: Unit, match: re.Match[bytes]) -> Response:
    number, name = int(match[1]), match[2].upper()
    if name == b"EXISTS":
        return Exists(number)
    if name == b"EXPUNGE":
        return Expunge(number)
    if name == b"RECENT":
        return Other("RECENT")
    values = tokenise(unit, match.end())
    if len(values) != 1 or not isinstance(values[0], list):
        raise ProtocolViolation(_GARBLED)
    pairs = values[0]
    items: dict[str, Token] = {}
    for index in range(0, len(pairs) - 1, 2):
        key = pairs[index]
        if not isinstance(key, str):
            raise ProtocolViolation(_GARBLED)
        name = key.upper()
        if items.setdefault(name, pairs[index + 1]) != pairs[index + 1]:
            # A literal that was longer than it said, or shorter: two answers have become one.
            raise ProtocolViolation(_GARBLED)
    if len(pairs) % 2:
        raise ProtocolViolation(_GARBLED)
    return Fetch(items)


def _bytes(token: Token) -> bytes:
    """Return an astring's bytes (RFC 9051 §9)."""
    if isinstance(token, bytes):
        return token
    if isinstance(token, str):
        return token.encode("ascii", "replace")
    if token is None:
        return b"NIL"  # an atom where a name is due: a mailbox may be called so
    raise ProtocolViolation(_GARBLED)


def _words(token: Token) -> list[str]:
    if not isinstance(token, list):
        raise ProtocolViolation(_GARBLED)
    return [word for word in token if isinstance(word, str)]


def _list(unit: Unit, start: int) -> Response:
    values = tokenise(unit, start)
    if len(values) < 3:  # a fourth value holds extended data (RFC 9051 §7.3.1)
        raise ProtocolViolation(_GARBLED)
    delimiter = None if values[1] is None else _text(_bytes(values[1])) or None
    attributes = frozenset(word.lower() for word in _words(values[0]))
    lsub = unit[0][2:6].upper() == b"LSUB"
    return ListEntry(attributes, delimiter, _bytes(values[2]), lsub)


def _status(unit: Unit, start: int) -> Response:
    values = tokenise(unit, start)
    if len(values) < 2:
        raise ProtocolViolation(_GARBLED)
    *words, pairs = values  # more than one word: a name with spaces that wants quotes
    if not isinstance(pairs, list):
        raise ProtocolViolation(_GARBLED)
    items: dict[str, int] = {}
    object_id = ""
    for key, value in zip(pairs[::2], pairs[1::2], strict=False):
        if not isinstance(key, str):
            continue
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            items[key.upper()] = int(value)
        elif key.upper() == "MAILBOXID":
            object_id = "".join(_words(value))
    return Status(b" ".join(map(_bytes, words)), items, object_id)


def _search(unit: Unit, start: int) -> Response:
    text = unit[0][start:].partition(b"(")[0]  # CONDSTORE adds "(MODSEQ n)" (RFC 7162 §3.1.5)
    words = text.split()
    if len(unit) > 1 or not all(word.isdigit() and len(word) <= 10 for word in words):
        raise ProtocolViolation(_GARBLED)
    return Search(tuple(map(int, words)))


def _esearch(unit: Unit, start: int) -> Response:
    values = tokenise(unit, start)
    tag, by_uid = "", False
    ranges: Ranges | None = None
    index = 0
    if values and isinstance(values[0], list):
        correlator = values[0]
        tag = _text(_bytes(correlator[1])) if len(correlator) == 2 else ""
        index = 1
    if index < len(values) and values[index] == "UID":
        by_uid = True
        index += 1
    for key, value in zip(values[index::2], values[index + 1 :: 2], strict=False):
        if isinstance(key, str) and key.upper() == "ALL":
            ranges = parse_ranges(value if isinstance(value, str) else "")
    if (len(values) - index) % 2:
        raise ProtocolViolation(_GARBLED)
    return ESearch(tag, by_uid, ranges)


def _vanished(unit: Unit, start: int) -> Response:
    values = tokenise(unit, start)
    earlier = len(values) == 2 and [word.upper() for word in _words(values[0])] == ["EARLIER"]
    last = values[-1] if values else None
    if not isinstance(last, str) or len(values) > 1 + earlier:
        raise ProtocolViolation(_GARBLED)
    return Vanished(parse_ranges(last), earlier)


def _capability(unit: Unit, start: int) -> Response:
    return Capability(capability_names(_text(unit[0][start:])))


def _enabled(unit: Unit, start: int) -> Response:
    return Enabled(capability_names(_text(unit[0][start:])))


def _namespaces(unit: Unit, start: int) -> Response:
    values = tokenise(unit, start)
    if len(values) != 3:  # personal, other users', shared; each NIL or a list
        raise ProtocolViolation(_GARBLED)
    personal, others, shared = map(_same_kind, values)
    return Namespaces(personal, others, shared)


def _same_kind(token: Token) -> tuple[Namespace, ...]:
    if token is None:
        return ()
    if not isinstance(token, list):
        raise ProtocolViolation(_GARBLED)
    return tuple(map(_namespace, token))


def _namespace(entry: Token) -> Namespace:
    if not isinstance(entry, list) or len(entry) < 2:  # more than two: extensions
        raise ProtocolViolation(_GARBLED)
    delimiter = None if entry[1] is None else _text(_bytes(entry[1])) or None
    return Namespace(_bytes(entry[0]).decode("utf-8", "replace"), delimiter)


def _flags(unit: Unit, start: int) -> Response:
    values = tokenise(unit, start)
    return MailboxFlags(frozenset(_words(values[0] if values else None)))


_READERS: Final = {
    "LIST": _list,
    "LSUB": _list,
    "STATUS": _status,
    "SEARCH": _search,
    "ESEARCH": _esearch,
    "VANISHED": _vanished,
    "CAPABILITY": _capability,
    "ENABLED": _enabled,
    "NAMESPACE": _namespaces,
    "FLAGS": _flags,
}
