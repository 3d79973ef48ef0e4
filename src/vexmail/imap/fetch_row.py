"""FETCH answers to ``RemoteMessage`` and ``RemoteFlags``: thousands per second.

One regular expression reads the ordinary answer whole; whatever it does not match goes through
``tokens``. Both ways give the same value; a property test holds them together.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from vexmail.domain.errors import ProtocolViolation
from vexmail.domain.flags import Flags, normalise
from vexmail.domain.ids import ModSeq, Uid
from vexmail.domain.message import Address, Envelope, RemoteFlags, RemoteMessage
from vexmail.imap.bodystructure import has_attachments
from vexmail.imap.dates import read_date
from vexmail.imap.envelope import address, plain_text, read_envelope
from vexmail.imap.framer import Unit
from vexmail.imap.header_text import header_text
from vexmail.imap.response_parser import parse_response
from vexmail.imap.responses import Fetch
from vexmail.imap.tokens import Token, tokenise, unescape

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

# Every repetition is possessive and every alternative begins differently: no input goes back.
_QUOTED: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# Numbers too large for these go the long way, where those beyond belief are told from the others.
_UID: Final = rb"(?:[1-9]\d{0,8}|[1-3]\d{9})"
_STRING: Final = rb"(?:" + _QUOTED + rb"|NIL)"
_ADDRESS: Final = rb"\(" + rb" ".join([_STRING] * 4) + rb"\)"
_ADDRESSES: Final = rb"(?:\((?:" + _ADDRESS + rb" ?)++\)|NIL)"
_ROW: Final = re.compile(
    rb"\* \d+ FETCH \((?:(?:UID (?P<uid>%(U)b)|FLAGS \((?P<flags>[^()\"\[\]]*+)\)"
    rb'|INTERNALDATE "(?P<received>[^"]*+)"|RFC822\.SIZE (?P<size>\d{1,18})'
    rb"|MODSEQ \((?P<modseq>\d{1,18})\)|EMAILID \((?P<emailid>[A-Za-z0-9_-]*+)\)"
    rb"|X-GM-MSGID (?P<gmail>\d{1,20})|ENVELOPE \((?P<date>%(S)b) (?P<subject>%(S)b)"
    rb" (?P<from>%(A)b) (?P<sender>%(A)b) (?P<reply_to>%(A)b) (?P<to>%(A)b) (?P<cc>%(A)b)"
    rb" (?P<bcc>%(A)b) (?P<in_reply_to>%(S)b) (?P<message_id>%(S)b)\)) )++"
    rb"BODYSTRUCTURE (?P<structure>\((?:[()NIL\d ]++|%(Q)b)++)(?<=\))\Z"
    % {b"S": _STRING, b"A": _ADDRESSES, b"Q": _QUOTED, b"U": _UID},
    re.DOTALL,
)
_PARSED_ADDRESS: Final = re.compile(_ADDRESS.replace(_STRING, b"(" + _STRING + b")"), re.DOTALL)
_ATTACHED: Final = re.compile(rb"\(\"attachment\" (?:\(|NIL\))")
_LITERAL_MARK: Final = re.compile(rb"~?\{\d++\+?\}\Z")
_FLATTENED_BYTES: Final = 1 << 16
_GROUPS: Final = (
    *("uid", "flags", "received", "size", "modseq", "emailid", "gmail", "structure"),
    *("date", "subject", "from", "sender", "reply_to", "to", "cc", "bcc"),
    *("in_reply_to", "message_id"),
)
_FLAGS_ROW: Final = re.compile(
    rb"\* \d+ FETCH \((?:UID (%b) ?|FLAGS \(([^()\"\[\]]*+)\) ?"
    rb"|MODSEQ \((\d{1,18})\) ?)++\)\Z" % _UID
)
_UID_ANYWHERE: Final = re.compile(rb"[( ]UID (\d{1,10})[ )]")
_CACHED_BYTES: Final = 400


def read_message(unit: Unit) -> RemoteMessage | None:
    """Return the envelope-pass record of a FETCH answer, or None where it is not one.

    An answer that has no ENVELOPE item is something else (flags told unasked). One whose
    envelope cannot be read is still a message: what is known is kept.
    """
    line = unit[0] if len(unit) == 1 else _flatten(unit)
    row = _ROW.match(line)
    if row and row["uid"] and row["date"]:
        return _from_row(row)
    try:
        response = parse_response(unit)
    except ProtocolViolation:
        return _salvage(unit)
    if not isinstance(response, Fetch) or "ENVELOPE" not in response.items:
        return None
    return _from_items(response)


def read_flags(unit: Unit) -> RemoteFlags | None:
    """Return flags and mod-sequence of a FETCH answer, or None where it has no UID or flags."""
    if len(unit) == 1:
        row = _FLAGS_ROW.match(unit[0])
        if row and row[1] and row[2] is not None:
            return RemoteFlags(Uid(int(row[1])), _flags(row[2]), ModSeq(int(row[3] or 0)))
    response = parse_response(unit)
    if not isinstance(response, Fetch):
        return None
    uid, flags = response.uid, response.flags
    if not uid or flags is None:
        return None
    return RemoteFlags(Uid(uid), normalise(flags), ModSeq(response.mod_seq))


def _from_row(row: re.Match[bytes]) -> RemoteMessage:
    uid, flags, received, size, mod_seq, emailid, gmail, structure, *fields = row.group(*_GROUPS)
    sent_at = read_date(_plain(fields[0]))
    received_at = read_date(received.decode("ascii", "replace")) if received else None
    return RemoteMessage(
        Uid(int(uid)),
        _flags(flags or b""),
        ModSeq(int(mod_seq or 0)),
        received_at or sent_at or _EPOCH,
        int(size or 0),
        Envelope(
            header_text(_unquote(fields[1])).strip(),
            sent_at,
            _addresses(fields[2]),
            _addresses(fields[3]),
            _addresses(fields[4]),
            _addresses(fields[5]),
            _addresses(fields[6]),
            _addresses(fields[7]),
            _plain(fields[8]),
            _plain(fields[9]),
        ),
        _structure_has_attachments(structure[:-1]),  # the last bracket ends the whole answer
        (emailid or gmail or b"").decode("ascii"),
    )


def _from_items(fetch: Fetch) -> RemoteMessage | None:
    uid = fetch.uid
    if not uid:
        return None
    envelope = read_envelope(fetch.items["ENVELOPE"])
    return RemoteMessage(
        uid=Uid(uid),
        flags=normalise(fetch.flags or ()),
        mod_seq=ModSeq(fetch.mod_seq),
        received_at=read_date(plain_text(fetch.items.get("INTERNALDATE")))
        or envelope.sent_at
        or _EPOCH,
        size=fetch.size,
        envelope=envelope,
        has_attachments=has_attachments(fetch.items.get("BODYSTRUCTURE")),
        email_id=_email_id(fetch),
    )


def _email_id(fetch: Fetch) -> str:
    value: Token = fetch.items.get("EMAILID")
    if isinstance(value, list) and value and isinstance(value[0], str):
        return value[0]
    gmail = fetch.items.get("X-GM-MSGID")
    return gmail if isinstance(gmail, str) else ""


def _salvage(unit: Unit) -> RemoteMessage | None:
    """Keep a message whose answer cannot be tokenised: its UID, flags and dates, if they stand."""
    head = unit[0]
    uid = _UID_ANYWHERE.search(head)
    if uid is None or b"ENVELOPE" not in head.upper():
        return None
    known: dict[str, Token] = {"UID": uid[1].decode("ascii"), "ENVELOPE": None}
    for item in _SIMPLE_ITEM.finditer(head.partition(b"ENVELOPE")[0]):
        try:
            known[item[1].decode("ascii")] = tokenise([item[2]])[0]
        except ProtocolViolation:
            continue
    return _from_items(Fetch(known))


_SIMPLE_ITEM: Final = re.compile(
    rb'(FLAGS|MODSEQ|EMAILID|INTERNALDATE|RFC822\.SIZE|X-GM-MSGID) (\([^()]*+\)|"[^"]*+"|\d++)'
)


@lru_cache(maxsize=512)
def _cached_flags(raw: bytes) -> Flags:
    return normalise(raw.decode("ascii", "replace").split())


def _flags(raw: bytes) -> Flags:
    if len(raw) > _CACHED_BYTES:
        return normalise(raw.decode("ascii", "replace").split())
    return _cached_flags(raw)


def _unquote(raw: bytes) -> bytes:
    if raw == b"NIL":
        return b""
    return unescape(raw[1:-1]) if b"\\" in raw else raw[1:-1]


def _plain(raw: bytes) -> str:
    return plain_text(_unquote(raw))


@lru_cache(maxsize=4096)
def _cached_addresses(raw: bytes) -> tuple[Address, ...]:
    return _read_addresses(raw)


def _addresses(raw: bytes) -> tuple[Address, ...]:
    if raw == b"NIL":
        return ()
    # People write to the same people: From, Sender and Reply-To of one row already agree.
    return _cached_addresses(raw) if len(raw) < _CACHED_BYTES else _read_addresses(raw)


def _read_addresses(raw: bytes) -> tuple[Address, ...]:
    made = [
        address(_unquote(found[1]), _unquote(found[3]), _unquote(found[4]))
        for found in _PARSED_ADDRESS.finditer(raw)
        if found[4] != b"NIL"  # a group's beginning or end
    ]
    return tuple(one for one in made if one.address or one.name)


def _flatten(unit: Unit) -> bytes:
    """Return a unit as one line: literals become quoted strings, which hold any byte for us."""
    if sum(map(len, unit)) > _FLATTENED_BYTES:
        return b""
    parts = []
    for index, part in enumerate(unit):
        if index % 2:
            parts.append(b'"' + part.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"')
        else:
            parts.append(_LITERAL_MARK.sub(b"", part))
    return b"".join(parts)


def _structure_has_attachments(raw: bytes) -> bool:
    # Without one of these words no part can be an attachment; with one, the structure is read.
    lower = raw.lower()
    if not (
        b"name" in lower
        or b'"attachment"' in lower
        or b'"application"' in lower
        or b'"message"' in lower
    ):
        return False
    if _ATTACHED.search(raw) and not (b'-signature"' in lower or b'-encrypted"' in lower):
        return True
    try:
        return has_attachments(tokenise([raw])[0])
    except ProtocolViolation:
        return False
