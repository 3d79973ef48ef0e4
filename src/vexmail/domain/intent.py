"""Wishes of a user on their way to the server."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vexmail.domain.flags import FlagEdit, Flags
from vexmail.domain.ids import BlobId, IntentId, MailboxId, MessageId, Uid, UidValidity

NO_EDIT = FlagEdit()


class WishKind(StrEnum):
    """What is to be done with a message."""

    FLAGS = "flags"
    MOVE = "move"
    COPY = "copy"
    DELETE = "delete"
    """For good: the entry of one mailbox is expunged."""
    APPEND = "append"
    """Bytes that we hold are added to a mailbox; ``edit`` adds the flags they come with."""


class MailboxWishKind(StrEnum):
    """What is to be done with a mailbox."""

    CREATE = "create_mailbox"
    RENAME = "rename_mailbox"
    DELETE = "delete_mailbox"
    SUBSCRIBE = "subscribe_mailbox"
    UNSUBSCRIBE = "unsubscribe_mailbox"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a user wants for one message.

    ``edit`` belongs to FLAGS and is carried out wherever the message lies; ``source`` to MOVE
    and DELETE; ``target`` to MOVE, COPY and APPEND.
    """

    kind: WishKind
    edit: FlagEdit = NO_EDIT
    source: MailboxId | None = None
    target: MailboxId | None = None

    def inverse(self) -> "Wish | None":
        """Return the wish that takes this one back, or None where nothing can."""
        match self.kind:
            case WishKind.FLAGS:
                return Wish(self.kind, FlagEdit(add=self.edit.remove, remove=self.edit.add))
            case WishKind.MOVE:
                return Wish(self.kind, source=self.target, target=self.source)
            case WishKind.COPY | WishKind.APPEND:
                return Wish(WishKind.DELETE, source=self.target)
            case WishKind.DELETE:
                return None


@dataclass(frozen=True, slots=True)
class PendingIntent:
    """One wish that the server has not carried out yet."""

    id: IntentId
    message_id: MessageId
    wish: Wish
    attempts: int
    was_sent: bool = False
    """Its command was sent before and the answer never came: look before sending it again."""


@dataclass(frozen=True, slots=True)
class MailboxWish:
    """What a user wants for one mailbox.

    ``name`` is the whole path after CREATE or RENAME, ``old_name`` the one before RENAME or
    DELETE. ``permanent``: a DELETE whose messages may go for good.
    """

    kind: MailboxWishKind
    mailbox_id: MailboxId
    name: str = ""
    old_name: str = ""
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class PendingMailboxIntent:
    """One wish about a mailbox that the server has not carried out yet."""

    id: IntentId
    wish: MailboxWish
    attempts: int
    was_sent: bool = False
    """The command was sent before: what it finds done already is our own doing."""


AnyIntent = PendingIntent | PendingMailboxIntent


@dataclass(frozen=True, slots=True)
class AppendMark:
    """Where a mailbox's UIDs stood when an APPEND was sent; what we added lies from there on."""

    uid_validity: UidValidity
    uid_next: Uid


@dataclass(frozen=True, slots=True)
class Appending:
    """Everything that an APPEND needs; ``mark`` is None before the first try."""

    wire_name: str
    blob_id: BlobId
    flags: Flags
    received_at: datetime
    internet_message_id: str
    subject: str
    size: int
    mark: AppendMark | None


@dataclass(frozen=True, slots=True)
class Place:
    """One UID on the server where a message lies; ``size`` in bytes as the server told it."""

    mailbox_id: MailboxId
    wire_name: str
    uid_validity: UidValidity
    uid: Uid
    message_id: MessageId
    size: int
