"""How the live mailbox's server writes messages: FETCH items as RFC 9051 §7.5.2 wants them."""

import email.parser
import email.utils
import time
from collections.abc import Iterable, Sequence
from email.message import Message

from tests.support.live_box import Stored


def fetch_items(stored: Stored, wanted: Sequence[str]) -> Iterable[str]:
    """Yield the items asked for, but for bodies."""
    for item in wanted:
        if item == "FLAGS":
            yield f"FLAGS ({' '.join(sorted(stored.flags))})"
        elif item == "MODSEQ":
            yield f"MODSEQ ({stored.mod_seq})"
        elif item == "RFC822.SIZE":
            yield f"RFC822.SIZE {len(stored.raw)}"
        elif item == "INTERNALDATE":
            moment = time.strftime("%d-%b-%Y %H:%M:%S +0000", time.gmtime(stored.received))
            yield f'INTERNALDATE "{moment}"'
        elif item == "ENVELOPE":
            yield f"ENVELOPE {envelope(stored.raw)}"
        elif item == "BODYSTRUCTURE":
            yield (
                'BODYSTRUCTURE ("text" "plain" ("charset" "utf-8") NIL NIL "8bit" '
                f"{len(stored.raw)} 1 NIL NIL NIL NIL)"
            )


def fetch_line(number: int, stored: Stored, wanted: Sequence[str]) -> bytes:
    """Return one whole FETCH answer, line end included."""
    parts = [f"UID {stored.uid}", *fetch_items(stored, wanted)]
    line = f"* {number} FETCH ({' '.join(parts)}".encode()
    if "BODY.PEEK[]" in wanted:
        line += b" BODY[] {%d}\r\n" % len(stored.raw) + stored.raw
    return line + b")\r\n"


def flags_line(number: int, stored: Stored, *, condstore: bool) -> str:
    """Return flags told unasked, or after a STORE."""
    mod_seq = f" MODSEQ ({stored.mod_seq})" if condstore else ""
    return f"* {number} FETCH (UID {stored.uid} FLAGS ({' '.join(sorted(stored.flags))}){mod_seq})"


def message_id(raw: bytes) -> str:
    """Return the Message-ID header."""
    return str(email.parser.BytesHeaderParser().parsebytes(raw).get("Message-ID", ""))


def envelope(raw: bytes) -> str:
    headers = email.parser.BytesHeaderParser().parsebytes(raw)
    people = [headers.get(name) for name in ("From", "Sender", "Reply-To", "To", "Cc", "Bcc")]
    people[1], people[2] = people[1] or people[0], people[2] or people[0]
    return "({} {} {} {} {})".format(
        _string(headers, "Date"),
        _string(headers, "Subject"),
        " ".join(_addresses(value) for value in people),
        _string(headers, "In-Reply-To"),
        _string(headers, "Message-ID"),
    )


def _string(headers: Message, name: str) -> str:
    value = headers.get(name)
    return "NIL" if value is None else _quoted(str(value))


def _quoted(text: str) -> str:
    flat = " ".join(text.split()).encode("ascii", "replace").decode()
    return '"' + flat.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _addresses(value: object) -> str:
    found = []
    for name, address in email.utils.getaddresses([str(value)] if value is not None else []):
        local, _, domain = address.partition("@")
        parts = [_quoted(name) if name else "NIL", "NIL", _quoted(local), _quoted(domain)]
        found.append(f"({' '.join(parts)})")
    return f"({''.join(found)})" if found else "NIL"
