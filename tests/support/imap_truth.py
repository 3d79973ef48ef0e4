"""An independent witness: what an IMAP server holds, read without any code of ours.

``imapclient`` carries the protocol and the standard library reads the headers; nothing here
imports ``vexmail``. ``compare`` holds the witness against the items of ``GET /api/emails``.
"""

import email.header
import email.parser
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import imapclient

_CHUNK = 500  # messages per FETCH
_TIMEOUT = 120.0  # seconds; a loaded machine may take long
_WORDS = "BODY.PEEK[HEADER.FIELDS (SUBJECT MESSAGE-ID)]"
_SYSTEM = ("\\Seen", "\\Flagged", "\\Answered", "\\Draft", "$Important")
_FIELDS = ("is_read", "is_starred", "is_answered", "is_draft", "is_flagged")
_Row = tuple[int, str, frozenset[str]]  # size, subject, flags


@dataclass(frozen=True, slots=True)
class ServerMessage:
    """One message as the server tells it.

    ``subject`` is decoded, white space folded, or None where the header is too broken for two
    readers to agree on (raw 8-bit bytes, unknown charsets, control characters).
    """

    uid: int
    flags: frozenset[str]
    size: int
    message_id: str
    subject: str | None


@dataclass(frozen=True, slots=True)
class MailboxView:
    """A whole mailbox at one moment, messages by ascending UID."""

    uid_validity: int
    messages: tuple[ServerMessage, ...]


def read_mailbox(
    host: str, port: int, username: str, password: str, mailbox: str = "INBOX"
) -> MailboxView:
    """Read a mailbox over a plain connection, without changing anything in it.

    Blocking: call it through ``asyncio.to_thread`` where a loop is running.
    """
    client = imapclient.IMAPClient(host, port=port, ssl=False, timeout=_TIMEOUT)
    try:
        client.login(username, password)
        selected = client.select_folder(mailbox, readonly=True)
        uids = sorted(client.search("ALL"))
        messages: list[ServerMessage] = []
        for start in range(0, len(uids), _CHUNK):
            rows = client.fetch(uids[start : start + _CHUNK], ["FLAGS", "RFC822.SIZE", _WORDS])
            messages += (_server_message(uid, rows[uid]) for uid in sorted(rows))
        return MailboxView(selected[b"UIDVALIDITY"], tuple(messages))
    finally:
        client.logout()


def compare(server_view: MailboxView, api_items: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say how a list of our API differs from the mailbox it mirrors; empty means not at all.

    The API's list carries no UID and no Message-ID, so messages are matched by size, subject and
    flags together; where the subject is undecidable, by size and flags.
    """
    differences = []
    if len(server_view.messages) != len(api_items):
        differences.append(f"server has {len(server_view.messages)}, we list {len(api_items)}")
    ids = Counter(str(item["id"]) for item in api_items)
    differences += [f"id {i} is listed {n} times" for i, n in ids.items() if n > 1]
    ours = Counter(_our_row(item) for item in api_items)
    undecidable = []
    for message in server_view.messages:
        if message.subject is None:
            undecidable.append(message)
        elif not _take(ours, _server_row(message)):
            differences.append(_describe("missing or different", message))
    rest = Counter((size, flags) for size, _, flags in ours.elements())
    for message in undecidable:
        size, _, flags = _server_row(message)
        if not _take(rest, (size, flags)):
            differences.append(_describe("missing or different", message))
    differences += [
        f"we list {n} of {size} bytes, flags {sorted(flags)}, which the server has not"
        for (size, flags), n in (+rest).items()
    ]
    return differences


def _take(pile: Counter[Any], row: object) -> bool:
    """Remove one of ``row`` from the pile; False if there is none left."""
    if pile[row] <= 0:
        return False
    pile[row] -= 1
    return True


def _server_row(message: ServerMessage) -> _Row:
    return message.size, message.subject or "", message.flags


def _our_row(item: Mapping[str, Any]) -> _Row:
    flags = {flag for flag, name in zip(_SYSTEM, _FIELDS, strict=True) if item[name]}
    return int(item["size"]), _fold(str(item["subject"])), frozenset(flags | set(item["labels"]))


def _describe(what: str, message: ServerMessage) -> str:
    return (
        f"{what}: UID {message.uid}, {message.size} bytes, flags {sorted(message.flags)}, "
        f"{message.message_id or 'no Message-ID'}, subject {message.subject!r}"
    )


def _server_message(uid: int, row: Mapping[bytes, Any]) -> ServerMessage:
    raw = next(value for key, value in row.items() if key.startswith(b"BODY["))
    headers = email.parser.BytesParser().parsebytes(raw, headersonly=True)
    return ServerMessage(
        uid=uid,
        flags=frozenset(_comparable(flag.decode() for flag in row[b"FLAGS"])),
        size=int(row[b"RFC822.SIZE"]),
        message_id=str(headers.get("Message-ID", "")).strip(),
        subject=_subject(raw, headers.get("Subject", "")),
    )


def _comparable(flags: Iterable[str]) -> Iterable[str]:
    """Keep the flags that the API shows: five of the system's, and keywords a person set."""
    known = {flag.lower(): flag for flag in _SYSTEM}
    for flag in flags:
        if flag.lower() in known:
            yield known[flag.lower()]
        elif not flag.startswith(("\\", "$")):
            yield flag


def _subject(raw: bytes, header: object) -> str | None:
    if any(byte > 126 or (byte < 32 and byte not in b"\r\n\t") for byte in raw):
        return None
    try:
        text = str(email.header.make_header(email.header.decode_header(str(header))))
    except (LookupError, ValueError):
        return None
    if "\ufffd" in text or any(ord(c) < 32 and c not in "\r\n\t" for c in text):
        return None
    # Encoded words in odd places (inside a word, with spaces) are read differently by readers.
    return None if "=?" in text else _fold(text)


def _fold(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
