"""Wishes of a user on their way to the server."""

from dataclasses import dataclass

from vexmail.domain.flags import FlagEdit
from vexmail.domain.ids import IntentId, MailboxId, MessageId, Uid, UidValidity


@dataclass(frozen=True, slots=True)
class PendingIntent:
    """One wish that the server has not carried out yet."""

    id: IntentId
    message_id: MessageId
    edit: FlagEdit
    attempts: int


@dataclass(frozen=True, slots=True)
class Place:
    """One UID on the server where a message lies; ``size`` in bytes as the server told it."""

    mailbox_id: MailboxId
    wire_name: str
    uid_validity: UidValidity
    uid: Uid
    message_id: MessageId
    size: int
