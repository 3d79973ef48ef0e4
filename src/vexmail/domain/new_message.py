"""Messages that we bring to a mail server: their bytes, and what a list shows of them."""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from vexmail.domain.errors import PermanentError
from vexmail.domain.message import Address, Envelope

_HEADER_END = re.compile(rb"\r\n\r\n")
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")  # RFC 5322 §2.2, the blanks being obsolete
_MESSAGE_ID = re.compile(rb"^message-id[ \t]*:[ \t]*(?:\r\n[ \t]+)?(\S+)[ \t]*\r\n", re.I | re.M)
_LONE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_FROM_LINE = re.compile(rb">?From [^\r\n]*\r\n")
_FITTING_ID = re.compile(r"<[!-;=?-~]{1,900}>")  # what a SEARCH and an ENVELOPE tell unchanged
_PERSON = re.compile(
    r"(?P<name>[^,<>]*)<(?P<address>[^<>\s,]+@[^<>\s,]+)>|(?P<bare>[^\s,<>]+@[^\s,<>]+)"
)


class NotAMessage(PermanentError):
    """The bytes are no email."""

    code = "not_an_email"


def prepared(raw: bytes) -> tuple[bytes, str]:
    """Return a message as every server keeps it, byte for byte, and its Message-ID.

    Lines end in CRLF (RFC 5322 §2.3; a server would change lone ones, and the size with them). A
    message without a Message-ID that can be looked for gets one, which follows from its bytes:
    the same file has the same, however often it is sent.

    Raises:
        NotAMessage: it is empty, has no header, or holds NUL, which no server takes.
    """
    if b"\x00" in raw:
        raise NotAMessage("The email holds a NUL byte, which no mail server takes.")
    if raw.count(b"\n") != raw.count(b"\r\n") or raw.count(b"\r") != raw.count(b"\r\n"):
        raw = _LONE.sub(b"\r\n", raw)
    if mbox := _FROM_LINE.match(raw):
        raw = raw[mbox.end() :]
    if not _FIELD.match(raw):
        raise NotAMessage("This is no email: it does not begin with header fields.")
    end = _HEADER_END.search(raw)
    if end is None:
        raw = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
        raw += b"\r\n"
        end = _HEADER_END.search(raw)
    found = _MESSAGE_ID.search(raw, 0, len(raw) if end is None else end.end())
    name = found[1].decode("latin-1") if found else ""
    if _FITTING_ID.fullmatch(name):
        return raw, name
    name = f"<{hashlib.sha256(raw).hexdigest()[:40]}@imported.invalid>"
    return f"Message-ID: {name}\r\n".encode() + raw, name


def envelope_of(headers: Iterable[tuple[str, str]], internet_message_id: str) -> Envelope:
    """Return what a list shows of a message from its decoded header fields.

    The server's own reading takes its place once the message lies there.
    """
    first: dict[str, str] = {}
    for name, value in headers:
        first.setdefault(name.lower(), value)
    return Envelope(
        subject=first.get("subject", ""),
        sent_at=_moment(first.get("date", "")),
        from_=_people(first.get("from", "")),
        reply_to=_people(first.get("reply-to", "")),
        to=_people(first.get("to", "")),
        cc=_people(first.get("cc", "")),
        bcc=_people(first.get("bcc", "")),
        in_reply_to=first.get("in-reply-to", ""),
        internet_message_id=internet_message_id,
    )


def _people(text: str) -> tuple[Address, ...]:
    return tuple(
        Address((m["name"] or "").strip(' "'), m["address"] or m["bare"])
        for m in _PERSON.finditer(text[:20_000])
    )


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
