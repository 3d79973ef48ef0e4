"""Actions on emails, and what came of them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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
    """An email that an action could not be done with."""

    email_id: str
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
    rejected: int = Field(description="Wishes that the server refused; they were taken back.")
    created_at: str
    undone_at: str | None


class RejectedIntent(BaseModel):
    """A wish that the server refused."""

    id: str
    email_id: str
    kind: Literal["flags", "move", "copy", "delete"]
    code: str
    message: str
    created_at: str
    subject: str


class RejectedIntentList(BaseModel):
    """Wishes that the server refused, newest first."""

    items: list[RejectedIntent]
    next_cursor: str | None
    total: int | None
