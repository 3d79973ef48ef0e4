"""Actions on emails, and what came of them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from vexmail.web.schemas.mail import Address

ActionName = Literal[
    "read",
    "unread",
    "flag",
    "unflag",
    "star",
    "unstar",
    "delete",
    "move",
    "copy",
    "archive",
    "spam",
    "not_spam",
    "label",
    "unlabel",
]
IntentKind = Literal[
    "flags",
    "move",
    "copy",
    "delete",
    "append",
    "create_mailbox",
    "rename_mailbox",
    "delete_mailbox",
    "subscribe_mailbox",
    "unsubscribe_mailbox",
]
# On its way; given up after many tries; refused by the server.
IntentState = Literal["pending", "parked", "rejected"]
Id = Annotated[str, StringConstraints(min_length=1, max_length=40)]
# A keyword is an atom (RFC 9051 §9 "flag-keyword"); ours are not system flags.
Label = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.$+:-]+$")
]


class Batch(BaseModel):
    """One action on up to 1,000 emails."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Id] = Field(min_length=1, max_length=1000)
    action: ActionName
    mailbox: Id | None = Field(None, description="Where `move` and `copy` go to.")
    source: Id | None = Field(
        None, description="The mailbox to take the emails out of; the inbox first when absent."
    )
    label: Label | None = Field(None, description="The keyword of `label` and `unlabel`.")
    permanent: bool = Field(default=False, description="`delete` for good, not to Trash.")


class ActionFailure(BaseModel):
    """An email, or a mailbox, that an action could not be done with."""

    email_id: str | None
    mailbox_id: str | None
    code: str
    detail: str


class ActionOutcome(BaseModel):
    """What came of an action; `operation_id` is what undo takes."""

    operation_id: str
    matched: int = Field(description="Emails of yours among the ids.")
    changed: int = Field(description="Those that the action changed.")
    failures: list[ActionFailure]


class Operation(BaseModel):
    """How far an action has come on the mail server."""

    id: str
    action: str
    matched: int
    changed: int
    pending: int = Field(description="Wishes that the server has not carried out yet.")
    settled: int = Field(description="Wishes that the server has carried out.")
    rejected: int = Field(description="Wishes that were given up; they were taken back.")
    created_at: str
    undone_at: str | None


class OperationList(BaseModel):
    """Actions, newest first."""

    items: list[Operation]
    next_cursor: str | None
    total: int | None


class IntentPlace(BaseModel):
    """A mailbox that a wish names; its name is empty once it is gone."""

    id: str
    name: str


class Intent(BaseModel):
    """A wish that is not done."""

    id: str
    account_id: str
    email_id: str | None = Field(description="Null for a wish about a mailbox.")
    kind: IntentKind
    state: IntentState
    add_flags: list[str]
    remove_flags: list[str]
    from_mailbox: IntentPlace | None
    to_mailbox: IntentPlace | None
    mailbox: IntentPlace | None = Field(description="What a wish about a mailbox is about.")
    new_name: str | None = Field(description="Its path, if the wish gives it one.")
    code: str = Field(description="Why it was given up, or why the last try failed.")
    message: str = Field(description="The same in the mail server's words, for a person.")
    attempts: int
    created_at: str
    next_attempt_at: str | None = Field(description="Of a wish that is still on its way.")
    subject: str
    sender: Address | None


class IntentList(BaseModel):
    """Wishes that are not done, newest first."""

    items: list[Intent]
    next_cursor: str | None
    total: int | None


class IntentSelection(BaseModel):
    """Which wishes are meant; without ``ids`` all that were given up."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Id] | None = Field(None, min_length=1, max_length=1000)
    kind: IntentKind | None = None
    account_id: Id | None = None


class Retried(BaseModel):
    """What came of trying again; at most 1,000 wishes are taken at once."""

    operation_id: str | None
    matched: int
    changed: int = Field(description="Those that are on their way now.")


class Dropped(BaseModel):
    """How many wishes were let go; at most 1,000 at once."""

    dropped: int
