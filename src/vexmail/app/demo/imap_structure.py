"""Writes ENVELOPE and BODYSTRUCTURE of a parsed message.

Source: RFC 9051 §7.5.2. Header text goes out as it stands (RFC 2047 words stay encoded).
"""

import re
from email.utils import getaddresses

from vexmail.app.demo.mime_structure import Part, split_value

_NOT_QUOTABLE = re.compile(rb"[\r\n\x00\x7f-\xff]")
_ADDRESS_FIELDS = (b"from", b"sender", b"reply-to", b"to", b"cc", b"bcc")


def nstring(value: bytes | None) -> bytes:
    """Return a quoted string, a literal where quoting cannot carry it, or NIL."""
    if value is None:
        return b"NIL"
    if _NOT_QUOTABLE.search(value):
        return b"{%d}\r\n%s" % (len(value), value)
    return b'"%s"' % value.replace(b"\\", b"\\\\").replace(b'"', b'\\"')


def envelope(message: Part) -> bytes:
    """Return the ENVELOPE list of a message."""
    addresses = {name: _address_list(message.first(name)) for name in _ADDRESS_FIELDS}
    for name in (b"sender", b"reply-to"):
        # RFC 9051 §7.5.2: if absent or empty, the server sets them to the value of From.
        if addresses[name] == b"NIL":
            addresses[name] = addresses[b"from"]
    return b"(%s)" % b" ".join(
        [
            nstring(message.first(b"date")),
            nstring(message.first(b"subject")),
            *(addresses[name] for name in _ADDRESS_FIELDS),
            nstring(message.first(b"in-reply-to")),
            nstring(message.first(b"message-id")),
        ]
    )


def body_structure(part: Part) -> bytes:
    """Return the extensible BODYSTRUCTURE list of a part."""
    if part.children:
        inner = b"".join(body_structure(child) for child in part.children)
        return b"(%s %s %s %s NIL NIL)" % (
            inner,
            nstring(part.subtype),
            _parameters(part.parameters),
            _disposition(part),
        )
    encoding = part.first(b"content-transfer-encoding") or b"7bit"
    items = [
        nstring(part.maintype),
        nstring(part.subtype),
        _parameters(part.parameters),
        nstring(part.first(b"content-id")),
        nstring(part.first(b"content-description")),
        nstring(encoding.lower()),
        b"%d" % len(part.body),
    ]
    if part.maintype == b"text":
        items.append(b"%d" % part.body.count(b"\n"))
    items += [nstring(part.first(b"content-md5")), _disposition(part), b"NIL", b"NIL"]
    return b"(%s)" % b" ".join(items)


def _parameters(parameters: dict[bytes, bytes]) -> bytes:
    if not parameters:
        return b"NIL"
    pairs = (b"%s %s" % (nstring(name), nstring(value)) for name, value in parameters.items())
    return b"(%s)" % b" ".join(pairs)


def _disposition(part: Part) -> bytes:
    raw = part.first(b"content-disposition")
    if raw is None:
        return b"NIL"
    value, parameters = split_value(raw)
    return b"(%s %s)" % (nstring(value), _parameters(parameters))


def _address_list(raw: bytes | None) -> bytes:
    if not raw:
        return b"NIL"
    pairs = getaddresses([raw.decode("utf-8", "surrogateescape")])
    entries = []
    for name, address in pairs:
        local, at, domain = address.rpartition("@")
        if not at:
            continue
        fields = (name or None, None, local, domain)
        entries.append(b"(%s)" % b" ".join(nstring(_bytes(text)) for text in fields))
    return b"(%s)" % b"".join(entries) if entries else b"NIL"


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8", "surrogateescape")
