"""What listeners are told after a commit: one small type per fact.

A change is written to the change log in the transaction of the fact it tells. ``type`` is
the name on the wire; the other fields travel beside it as they are, ids as strings.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from vexmail.domain.ids import AccountId, IntentId, MailboxId, MessageId, OperationId

Json = dict[str, Any]
"""A plain JSON object in the shape of the API."""


@dataclass(frozen=True, slots=True)
class Change:
    """Base of all changes; ``account_id`` is None where no account is concerned."""

    account_id: AccountId | None
    type: ClassVar[str]

    def data(self) -> Json:
        """Return the fields beside ``type`` and ``account_id``, ready for JSON."""
        out: Json = {}
        for f in fields(self):
            if f.name == "account_id":
                continue
            value = getattr(self, f.name)
            if f.name.endswith("_id") and value is not None:
                value = str(value)
            elif f.name.endswith("_ids"):
                value = [str(v) for v in value]
            out[f.name] = value
        return out


@dataclass(frozen=True, slots=True)
class EmailReceived(Change):
    """A message really arrived: not a copy, a move, or part of a first sync."""

    email_id: MessageId
    mailbox_id: MailboxId
    email: Json
    type: ClassVar[str] = "email_received"


@dataclass(frozen=True, slots=True)
class EmailRead(Change):
    r"""``\Seen`` was set."""

    email_id: MessageId
    type: ClassVar[str] = "email_read"


@dataclass(frozen=True, slots=True)
class EmailUnread(Change):
    r"""``\Seen`` was removed."""

    email_id: MessageId
    type: ClassVar[str] = "email_unread"


@dataclass(frozen=True, slots=True)
class EmailStarred(Change):
    r"""``\Flagged`` was set or removed."""

    email_id: MessageId
    is_starred: bool
    type: ClassVar[str] = "email_starred"


@dataclass(frozen=True, slots=True)
class EmailFlagged(Change):
    """``$Important`` was set or removed."""

    email_id: MessageId
    is_flagged: bool
    type: ClassVar[str] = "email_flagged"


@dataclass(frozen=True, slots=True)
class EmailUpdated(Change):
    """Something else about these messages is known now; fetch them again to show it."""

    email_ids: tuple[MessageId, ...]
    type: ClassVar[str] = "email_updated"


@dataclass(frozen=True, slots=True)
class EmailMoved(Change):
    """A message lies in another mailbox now; ``from_mailbox_id`` is None for a copy."""

    email_id: MessageId
    from_mailbox_id: MailboxId | None
    to_mailbox_id: MailboxId
    type: ClassVar[str] = "email_moved"


@dataclass(frozen=True, slots=True)
class EmailDeleted(Change):
    """A message left this mailbox for good."""

    email_id: MessageId
    mailbox_id: MailboxId
    type: ClassVar[str] = "email_deleted"


@dataclass(frozen=True, slots=True)
class MailboxCreated(Change):
    """A mailbox is there that was not."""

    mailbox_id: MailboxId
    mailbox: Json
    type: ClassVar[str] = "mailbox_created"


@dataclass(frozen=True, slots=True)
class MailboxUpdated(Change):
    """Name, role, counts or sync state of a mailbox changed."""

    mailbox_id: MailboxId
    mailbox: Json
    type: ClassVar[str] = "mailbox_updated"


@dataclass(frozen=True, slots=True)
class MailboxDeleted(Change):
    """A mailbox is gone."""

    mailbox_id: MailboxId
    type: ClassVar[str] = "mailbox_deleted"


@dataclass(frozen=True, slots=True)
class AccountStateChanged(Change):
    """The account connects, works, or needs somebody; ``account`` is None once it was removed."""

    state: str
    error: Json | None
    account: Json | None
    type: ClassVar[str] = "account_state_changed"


@dataclass(frozen=True, slots=True)
class SyncProgress(Change):
    """How far a first sync has come; ``rate`` is messages a second, ``estimate_s`` what is left.

    ``phase`` is envelopes, counted by mailbox, or bodies, counted by account.
    """

    mailbox_id: MailboxId | None
    phase: str
    done: int
    total: int
    rate: float
    estimate_s: float | None
    type: ClassVar[str] = "sync_progress"


@dataclass(frozen=True, slots=True)
class IntentRejected(Change):
    """The server refused a wish; what was shown for it was taken back.

    ``mailbox_id`` is None for a wish about an email, ``email_id`` for one about a mailbox.
    """

    intent_id: IntentId
    email_id: MessageId | None
    mailbox_id: MailboxId | None
    kind: str
    code: str
    message: str
    type: ClassVar[str] = "intent_rejected"


@dataclass(frozen=True, slots=True)
class IntentClosed(Change):
    """Wishes that were not done were tried again or dropped by their user."""

    intent_ids: tuple[IntentId, ...]
    type: ClassVar[str] = "intent_closed"


@dataclass(frozen=True, slots=True)
class OperationUpdated(Change):
    """The mail server carried out, or refused, a part of an action on several emails."""

    operation_id: OperationId
    operation: Json
    type: ClassVar[str] = "operation_updated"


@dataclass(frozen=True, slots=True)
class Reset(Change):
    """What the client holds means nothing any more: it must fetch again."""

    reason: str
    mailbox_id: MailboxId | None
    type: ClassVar[str] = "reset"
