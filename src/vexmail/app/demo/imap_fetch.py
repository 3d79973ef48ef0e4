"""Answers FETCH items for one message.

Source: RFC 9051 §6.4.5 and §7.5.2; MODSEQ of RFC 7162 §3.1.4.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from vexmail.app.demo.imap_command import CommandError, Token
from vexmail.app.demo.mail_store import Entry, MailStore
from vexmail.app.demo.mime_structure import Part, parse_part

_SECTION = re.compile(
    rb"BODY(\.PEEK)?\[((?:\d+(?:\.\d+)*)?)\.?(HEADER\.FIELDS(?:\.NOT)?|HEADER|TEXT|MIME)?"
    rb"(?:\s*\(([^)]*)\))?\](?:<(\d+)\.(\d+)>)?\Z",
    re.IGNORECASE,
)
_MACROS = {
    b"ALL": [b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE"],
    b"FAST": [b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"],
    b"FULL": [b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE", b"BODYSTRUCTURE"],
}
_OLD_NAMES = {
    b"RFC822": b"BODY[]",
    b"RFC822.HEADER": b"BODY.PEEK[HEADER]",
    b"RFC822.TEXT": b"BODY[TEXT]",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def fetch_items(token: Token) -> list[bytes]:
    """Return the asked items, macros opened, names in upper case."""
    if isinstance(token, bytes):
        upper = token.upper()
        return _MACROS.get(upper, [upper])
    items: list[bytes] = []
    for item in token:
        if not isinstance(item, bytes):
            message = "bad FETCH item"
            raise CommandError(message)
        items.append(item.upper())
    return items


def marks_seen(items: Iterable[bytes]) -> bool:
    """Tell whether any item sets ``\\Seen``: BODY[...] without PEEK, RFC822, RFC822.TEXT."""
    return any(item.startswith(b"BODY[") or item in (b"RFC822", b"RFC822.TEXT") for item in items)


def flag_list(flags: Iterable[str]) -> bytes:
    """Return flags as a parenthesised list."""
    return b"(%s)" % " ".join(sorted(flags)).encode()


def internal_date(received: int) -> bytes:
    """Return INTERNALDATE's quoted form; months are English whatever the locale."""
    when = datetime.fromtimestamp(received, UTC)
    month = _MONTHS[when.month - 1]
    return f'"{when.day:2d}-{month}-{when:%Y %H:%M:%S} +0000"'.encode()


def fetch_answer(store: MailStore, entry: Entry, items: Iterable[bytes]) -> bytes:
    """Return what stands between the parentheses of ``* n FETCH (...)``.

    Raises:
        CommandError: an item is unknown.
    """
    message: Part | None = None
    parts = []
    for asked in items:
        item = _OLD_NAMES.get(asked, asked)
        if item.startswith((b"BODY[", b"BODY.PEEK[")):
            message = message or parse_part(store.raw(entry))
            parts.append(_section(message, item, asked))
        else:
            parts.append(_attribute(store, entry, item))
    return b" ".join(parts)


def _attribute(store: MailStore, entry: Entry, item: bytes) -> bytes:
    match item:
        case b"UID":
            value = b"%d" % entry.uid
        case b"FLAGS":
            value = flag_list(entry.flags)
        case b"INTERNALDATE":
            value = internal_date(entry.received)
        case b"RFC822.SIZE":
            value = b"%d" % entry.size
        case b"ENVELOPE":
            value = store.envelope(entry)
        case b"BODYSTRUCTURE" | b"BODY":
            value = store.structure(entry)
        case b"MODSEQ":
            value = b"(%d)" % entry.mod_seq
        case _:
            message = f"unknown FETCH item {item[:40]!r}"
            raise CommandError(message)
    return b"%s %s" % (item, value)


def _section(message: Part, item: bytes, asked: bytes) -> bytes:
    found = _SECTION.match(item)
    if found is None:
        error = f"bad section {item[:60]!r}"
        raise CommandError(error)
    _, number, kind, names, offset, length = found.groups()
    path = [int(step) for step in number.split(b".")] if number else []
    data = _section_data(message, path, kind, names)
    label = asked if asked.startswith(b"RFC822") else item.replace(b".PEEK", b"", 1)
    if offset is not None:
        label = label[: label.rindex(b"<")] + b"<%s>" % offset
        if data is not None:
            data = data[int(offset) : int(offset) + int(length)]
    if data is None:
        return label + b" NIL"
    return b"%s {%d}\r\n%s" % (label, len(data), data)


def _section_data(
    message: Part, path: list[int], kind: bytes | None, names: bytes | None
) -> bytes | None:
    part = message.section(path)
    if part is None:
        return None
    if kind is None:
        return part.body if path else part.header + part.body
    if kind == b"MIME":
        return part.header
    if path:  # HEADER and TEXT of a part speak of a message/rfc822 inside it
        part = parse_part(part.body)
    if kind == b"TEXT":
        return part.body
    if kind == b"HEADER":
        return part.header
    wanted = {name.lower() for name in (names or b"").split()}
    return _some_fields(part.header, wanted, keep=not kind.endswith(b".NOT"))


def _some_fields(header: bytes, wanted: set[bytes], *, keep: bool) -> bytes:
    """Return the header lines whose names are (or are not) ``wanted``, and the blank line."""
    lines = re.split(rb"\r\n(?![ \t])", header)
    chosen = [
        line
        for line in lines
        if line and (line.split(b":", 1)[0].strip().lower() in wanted) == keep
    ]
    return b"".join(line + b"\r\n" for line in chosen) + b"\r\n"
