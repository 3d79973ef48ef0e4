"""The union of changes, as streams and ``/api/changes`` carry them."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from vexmail.web.schemas.accounts import Account, Fault
from vexmail.web.schemas.actions import IntentKind, Operation
from vexmail.web.schemas.mail import EmailSummary, Mailbox


class _Change(BaseModel):
    seq: int = Field(description="Position in the change log; the SSE id.")
    time: str
    account_id: str | None


class EmailReceived(_Change):
    """An email really arrived."""

    type: Literal["email_received"]
    email_id: str
    mailbox_id: str
    email: EmailSummary


class EmailRead(_Change):
    """An email was marked as read."""

    type: Literal["email_read"]
    email_id: str


class EmailUnread(_Change):
    """An email was marked as unread."""

    type: Literal["email_unread"]
    email_id: str


class EmailStarred(_Change):
    """A star was set or removed."""

    type: Literal["email_starred"]
    email_id: str
    is_starred: bool


class EmailFlagged(_Change):
    """Importance was set or removed."""

    type: Literal["email_flagged"]
    email_id: str
    is_flagged: bool


class EmailUpdated(_Change):
    """Something else about these emails is known now."""

    type: Literal["email_updated"]
    email_ids: list[str]


class EmailMoved(_Change):
    """An email lies in another mailbox now."""

    type: Literal["email_moved"]
    email_id: str
    from_mailbox_id: str | None
    to_mailbox_id: str


class EmailDeleted(_Change):
    """An email left a mailbox."""

    type: Literal["email_deleted"]
    email_id: str
    mailbox_id: str


class MailboxCreated(_Change):
    """A mailbox is there that was not."""

    type: Literal["mailbox_created"]
    mailbox_id: str
    mailbox: Mailbox


class MailboxUpdated(_Change):
    """Name, counts or state of a mailbox changed."""

    type: Literal["mailbox_updated"]
    mailbox_id: str
    mailbox: Mailbox


class MailboxDeleted(_Change):
    """A mailbox is gone."""

    type: Literal["mailbox_deleted"]
    mailbox_id: str


class AccountStateChanged(_Change):
    """An account connects, works, needs somebody, or was removed."""

    type: Literal["account_state_changed"]
    state: Literal["connecting", "syncing", "live", "offline", "needs_attention", "removed"]
    error: Fault | None
    account: Account | None


class SyncProgress(_Change):
    """How far a first sync has come."""

    type: Literal["sync_progress"]
    mailbox_id: str | None = Field(description="None for bodies: they are counted by account.")
    phase: Literal["envelopes", "bodies"]
    done: int
    total: int
    rate: float = Field(description="Messages a second.")
    estimate_s: float | None


class IntentRejected(_Change):
    """The mail server refused a wish; what was shown for it was taken back."""

    type: Literal["intent_rejected"]
    intent_id: str
    email_id: str | None
    mailbox_id: str | None
    kind: IntentKind
    code: str
    message: str


class IntentClosed(_Change):
    """Wishes that were not done were tried again or dropped."""

    type: Literal["intent_closed"]
    intent_ids: list[str]


class OperationUpdated(_Change):
    """The mail server carried out, or refused, a part of an action on several emails."""

    type: Literal["operation_updated"]
    operation_id: str
    operation: Operation


class Reset(_Change):
    """What the client holds means nothing any more: fetch again."""

    type: Literal["reset"]
    reason: str
    mailbox_id: str | None


Change = Annotated[
    EmailReceived
    | EmailRead
    | EmailUnread
    | EmailStarred
    | EmailFlagged
    | EmailUpdated
    | EmailMoved
    | EmailDeleted
    | MailboxCreated
    | MailboxUpdated
    | MailboxDeleted
    | AccountStateChanged
    | SyncProgress
    | IntentRejected
    | IntentClosed
    | OperationUpdated
    | Reset,
    Field(discriminator="type"),
]


class ChangeList(BaseModel):
    """Changes after a position, oldest first."""

    items: list[Change]
    next_since: int
    reset: bool = Field(description="The position is unknown here: fetch everything again.")
