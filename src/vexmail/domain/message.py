"""What is known of a message: its envelope from the server, its record after parsing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vexmail.domain.flags import Flags
from vexmail.domain.ids import ModSeq, Uid


@dataclass(frozen=True, slots=True)
class Address:
    """A mail address: display ``name`` decoded (may be empty), ``address`` as ``local@domain``."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """The header facts a list needs, decoded (RFC 2047) and free of NUL and control characters.

    ``sent_at`` is the Date header in UTC, or None when absent or unreadable.
    ``internet_message_id`` keeps its angle brackets; empty when absent.
    """

    subject: str = ""
    sent_at: datetime | None = None
    from_: tuple[Address, ...] = ()
    sender: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    in_reply_to: str = ""
    internet_message_id: str = ""


@dataclass(frozen=True, slots=True)
class RemoteMessage:
    """One FETCH answer of the envelope pass.

    ``received_at`` is INTERNALDATE in UTC. ``has_attachments`` is read off BODYSTRUCTURE.
    ``email_id`` is OBJECTID's EMAILID (RFC 8474) or X-GM-MSGID, else empty.
    """

    uid: Uid
    flags: Flags
    mod_seq: ModSeq
    received_at: datetime
    size: int
    envelope: Envelope
    has_attachments: bool
    email_id: str = ""


@dataclass(frozen=True, slots=True)
class RemoteFlags:
    """Flags of one UID as the server just told them."""

    uid: Uid
    flags: Flags
    mod_seq: ModSeq


@dataclass(frozen=True, slots=True)
class RemoteBody:
    """The whole RFC 5322 message of one UID, bytes as the server sent them."""

    uid: Uid
    raw: bytes


class BodyState(StrEnum):
    """How far a message's body has come on its way from the server to the record."""

    REMOTE = "remote"
    STORED = "stored"
    PARSED = "parsed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """One attachment or inline part.

    ``part_id`` is the IMAP part number (RFC 9051 §6.4.5.1), ``content_id`` without brackets.
    ``size`` counts decoded bytes.
    """

    part_id: str
    filename: str
    content_type: str
    size: int
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """What reading the raw bytes gave. Every text is NUL-free valid Unicode.

    ``html`` is as the sender wrote it and must be sanitised before it is shown.
    ``snippet`` is at most 200 characters of readable text on one line.
    ``headers`` are decoded pairs in the order of the message.
    ``defects`` name what was wrong with the message, for a mark in the reader.
    """

    text: str
    html: str
    snippet: str
    references: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[ParsedAttachment, ...] = ()
    defects: tuple[str, ...] = ()
