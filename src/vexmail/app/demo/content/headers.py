"""Writes header values: names, subjects, dates and ids. Source: RFC 5322 §3, RFC 2047, RFC 2231."""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

_BYTES_A_WORD = 42  # base64 of 42 bytes is 56 characters; RFC 2047 §2 allows 75 for the word
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+\Z")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address."""

    name: str
    address: str


def encoded_text(text: str, charset: str) -> str:
    """Return text for a header: as it is when ASCII, else as RFC 2047 words."""
    if text.isascii():
        return text
    words = []
    chunk = ""
    for char in text:
        if len((chunk + char).encode(charset)) > _BYTES_A_WORD:
            words.append(chunk)
            chunk = ""
        chunk += char
    words.append(chunk)
    return "\r\n ".join(_word(chunk, charset) for chunk in words)


def _word(chunk: str, charset: str) -> str:
    data = chunk.encode(charset)
    if charset.startswith(("iso-8859-1", "windows-1252")):
        plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        text = "".join(
            chr(byte) if byte in plain else "_" if byte == ord(" ") else f"={byte:02X}"
            for byte in data
        )
        return f"=?{charset}?Q?{text}?="
    return f"=?{charset}?B?{base64.b64encode(data).decode()}?="


def address_list(mailboxes: Iterable[Mailbox], charset: str) -> str:
    """Return mailboxes for From, To or Cc, one a line when there are several."""
    return ",\r\n ".join(_address(mailbox, charset) for mailbox in mailboxes)


def _address(mailbox: Mailbox, charset: str) -> str:
    if not mailbox.name:
        return mailbox.address
    if not mailbox.name.isascii():
        name = encoded_text(mailbox.name, _able_charset(mailbox.name, charset))
    elif _PLAIN_NAME.match(mailbox.name):
        name = mailbox.name
    else:
        escaped = mailbox.name.replace("\\", "\\\\").replace('"', '\\"')
        name = f'"{escaped}"'
    return f"{name} <{mailbox.address}>"


def _able_charset(text: str, charset: str) -> str:
    """Return ``charset``, or UTF-8 where it cannot write the text."""
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return "utf-8"
    return charset


def date_header(when: datetime) -> str:
    """Return the Date value; the zone is the one of ``when``."""
    return format_datetime(when)


def folded_ids(ids: Sequence[str]) -> str:
    """Return message ids, one a line."""
    return "\r\n ".join(ids)


def filename_parameter(key: str, filename: str) -> str:
    """Return ``; key="name"``, percent-encoded as UTF-8 when the name is not ASCII (RFC 2231)."""
    if filename.isascii():
        return f'; {key}="{filename}"'
    return f";\r\n {key}*=UTF-8''{quote(filename, safe='')}"
