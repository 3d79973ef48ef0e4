"""ENVELOPE (RFC 9051 §7.5.2) to our ``Envelope``."""

from functools import lru_cache
from typing import Final

from vexmail.domain.message import Address, Envelope
from vexmail.imap.dates import read_date
from vexmail.imap.header_text import clean, decode_bytes, header_text
from vexmail.imap.tokens import Token

# What servers put where a sender wrote no domain or mailbox: Dovecot, and the UW family.
_PLACEHOLDERS: Final = frozenset(
    {"MISSING_MAILBOX", "MISSING_DOMAIN", ".MISSING-HOST-NAME.", ".SYNTAX-ERROR.", "SYNTAX_ERROR"}
)
_FIELDS: Final = 10


def read_envelope(token: Token) -> Envelope:
    """Return what can be read; a field that cannot is empty, and so is everything of ``NIL``."""
    if not isinstance(token, list):
        return Envelope()
    fields = [*token, *([None] * (_FIELDS - len(token)))]
    return Envelope(
        sent_at=read_date(plain_text(fields[0])),
        subject=_text(fields[1]),
        from_=_addresses(fields[2]),
        sender=_addresses(fields[3]),
        reply_to=_addresses(fields[4]),
        to=_addresses(fields[5]),
        cc=_addresses(fields[6]),
        bcc=_addresses(fields[7]),
        in_reply_to=plain_text(fields[8]),
        internet_message_id=plain_text(fields[9]),
    )


def plain_text(token: Token) -> str:
    """Return a string that is no prose: an id or a date, unchanged but for controls."""
    if isinstance(token, str):
        return token
    if not isinstance(token, bytes):
        return ""
    text = token.decode("ascii") if token.isascii() else decode_bytes(token, "utf-8")
    return (text if text.isprintable() else clean(text)).strip()


def address(name: bytes, mailbox: bytes, host: bytes) -> Address:
    """Return one address from the parts of an IMAP address structure."""
    if not name and len(mailbox) + len(host) < _CACHED_BYTES:
        return _bare_address(mailbox, host)
    return Address(_person(name), _address_text(mailbox, host))


_CACHED_BYTES: Final = 200


@lru_cache(maxsize=2048)
def _bare_address(mailbox: bytes, host: bytes) -> Address:
    return Address("", _address_text(mailbox, host))


def _person(name: bytes) -> str:
    return header_text(name).strip()


def _address_text(mailbox: bytes, host: bytes) -> str:
    local, domain = (header_text(part).strip() for part in (mailbox, host))
    local = "" if local in _PLACEHOLDERS else local
    domain = "" if domain in _PLACEHOLDERS else domain
    return f"{local}@{domain}" if domain else local


def _text(token: Token) -> str:
    if isinstance(token, bytes):
        return header_text(token).strip()
    return token or "" if isinstance(token, str) else ""


def _addresses(token: Token) -> tuple[Address, ...]:
    if not isinstance(token, list):
        return ()
    found = []
    for entry in token:
        if not isinstance(entry, list) or len(entry) != 4:
            continue
        name, mailbox, host = (_raw(entry[0]), _raw(entry[2]), _raw(entry[3]))
        # NIL in host begins a group, NIL in mailbox as well ends it (RFC 9051 §7.5.2).
        if entry[3] is None:
            continue
        made = address(name, mailbox, host)
        if made.address or made.name:
            found.append(made)
    return tuple(found)


def _raw(token: Token) -> bytes:
    if isinstance(token, bytes):
        return token
    return token.encode("ascii", "replace") if isinstance(token, str) else b""
