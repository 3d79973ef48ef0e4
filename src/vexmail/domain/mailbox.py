"""Mailboxes: named IMAP containers and their roles."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from vexmail.domain.ids import (
    AccountId,
    IntentId,
    MailboxId,
    ModSeq,
    Uid,
    UidValidity,
    UserId,
)
from vexmail.domain.message import RemoteFlags


class MailboxRole(StrEnum):
    """What a mailbox is for (RFC 6154 §2, RFC 8457 §4, and ``inbox``)."""

    INBOX = "inbox"
    SENT = "sent"
    DRAFTS = "drafts"
    TRASH = "trash"
    JUNK = "junk"
    ARCHIVE = "archive"
    ALL = "all"
    FLAGGED = "flagged"
    IMPORTANT = "important"


class MailboxNamespace(StrEnum):
    """Whose mailbox it is (RFC 2342 §1)."""

    PERSONAL = "personal"
    OTHER = "other"
    """Somebody else's, opened to this account."""
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class MailboxCounters:
    """STATUS of one mailbox (RFC 9051 §6.3.11); ``highest_modseq`` is 0 where not kept.

    ``object_id`` is the MAILBOXID, which stays when the mailbox is renamed (RFC 8474 §4); empty
    where the server gives none.
    """

    messages: int
    unseen: int
    uid_next: Uid
    uid_validity: UidValidity
    highest_modseq: ModSeq
    object_id: str = ""


@dataclass(frozen=True, slots=True)
class RemoteMailbox:
    """One LIST answer.

    ``name`` is decoded for people; ``wire_name`` is exactly what the server sent and is what
    commands use. ``attributes`` are lower case (``\\noselect``, ``\\sent``). ``prefix`` is how
    decoded names of its namespace begin; new mailboxes of that namespace need it, too.
    ``counters`` is None where nobody asked for them, or the server would not tell.
    """

    name: str
    wire_name: str
    delimiter: str | None
    attributes: frozenset[str]
    role: MailboxRole | None = None
    subscribed: bool = True
    namespace: MailboxNamespace = MailboxNamespace.PERSONAL
    prefix: str = ""
    counters: MailboxCounters | None = None

    @property
    def selectable(self) -> bool:
        """Tell whether SELECT makes sense (RFC 9051 §7.3.1)."""
        return not self.attributes & {"\\noselect", "\\nonexistent"}


@dataclass(frozen=True, slots=True)
class SelectedMailbox:
    """What SELECT returned on one connection (RFC 9051 §6.3.2, RFC 7162 §3.1.2).

    ``highest_modseq`` is 0 where the server keeps none (no CONDSTORE, or NOMODSEQ).
    ``permanent_flags`` is None where the server did not say; ``\\*`` in it allows keywords.
    ``uid_next`` is one above the highest UID where the server named none (``uid_next_told``).
    """

    wire_name: str
    uid_validity: UidValidity
    uid_next: Uid
    exists: int
    highest_modseq: ModSeq
    read_only: bool
    permanent_flags: frozenset[str] | None = None
    uid_next_told: bool = True


@dataclass(frozen=True, slots=True)
class RemoteChanges:
    """What QRESYNC told at SELECT: flags that changed, and UIDs that are gone for sure."""

    flags: tuple[RemoteFlags, ...]
    vanished: tuple[Uid, ...]


@dataclass(frozen=True, slots=True)
class LocalMailbox:
    """One mailbox as we hold it, with the cursors of sync.

    ``uid_validity`` is 0 until it was selected for the first time. UIDs from ``uid_next`` on
    are real arrivals. ``highest_modseq`` is 0 until every message and flag up to it is known.
    ``total`` counts the entries we hold; ``sync_state`` is waiting, syncing, live or broken.
    ``compared_at`` is when every UID and flag was last compared with the server's. ``resyncs``
    counts how often the server numbered it anew on the day ``resynced_on``.

    ``name`` is the path as shown, pending renames laid over ``server_name``. ``created_by`` and
    ``deleted_by`` are pending intents: not on the server yet, or not shown any more.
    """

    id: MailboxId
    account_id: AccountId
    name: str
    wire_name: str
    role: MailboxRole | None
    selectable: bool
    uid_validity: UidValidity
    uid_next: Uid
    highest_modseq: ModSeq
    total: int
    unread: int
    sync_state: str
    user_id: UserId
    server_name: str
    delimiter: str
    prefix: str
    namespace: MailboxNamespace
    attributes: frozenset[str]
    subscribed: bool
    created_by: IntentId | None
    deleted_by: IntentId | None
    object_id: str = ""
    watched: bool = False
    compared_at: datetime | None = None
    resyncs: int = 0
    resynced_on: date | None = None
