"""Wishes of a user on their way to the server."""

from dataclasses import dataclass
from enum import StrEnum

from vexmail.domain.flags import FlagEdit
from vexmail.domain.ids import IntentId, MailboxId, MessageId, Uid, UidValidity

NO_EDIT = FlagEdit()


class WishKind(StrEnum):
    """What is to be done with a message."""

    FLAGS = "flags"
    MOVE = "move"
    COPY = "copy"
    DELETE = "delete"
    """For good: the entry of one mailbox is expunged."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a user wants for one message.

    ``edit`` belongs to FLAGS and is carried out wherever the message lies; ``source`` to MOVE
    and DELETE; ``target`` to MOVE and COPY.
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
            case WishKind.COPY:
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
    """A COPY was sent before and its answer never came: look before sending it again."""


@dataclass(frozen=True, slots=True)
class Place:
    """One UID on the server where a message lies; ``size`` in bytes as the server told it."""

    mailbox_id: MailboxId
    wire_name: str
    uid_validity: UidValidity
    uid: Uid
    message_id: MessageId
    size: int
