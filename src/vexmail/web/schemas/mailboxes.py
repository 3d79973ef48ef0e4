"""Changes of mailboxes, and emails that are added to them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from vexmail.web.schemas.actions import Id
from vexmail.web.schemas.mail import EmailSummary, Mailbox

Name = Annotated[str, StringConstraints(max_length=1000)]


class NewMailbox(BaseModel):
    """A mailbox to create."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"account_id": "1", "name": "Receipts", "parent_id": "7"}]},
    )

    account_id: Id
    name: Name = Field(description="One level; the server's own delimiter is refused in it.")
    parent_id: Id | None = Field(None, description="The mailbox to put it below.")


class MailboxEdit(BaseModel):
    """What to change of a mailbox; absent fields stay, `parent_id: null` moves it to the top."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"name": "Bills"},
                {"parent_id": None},
                {"subscribed": False},
                {"watched": True},
            ]
        },
    )

    name: Name | None = None
    parent_id: Id | None = None
    subscribed: bool | None = None
    watched: bool | None = Field(
        None, description="Follow it live; news of other mailboxes may take a minute."
    )


class MailboxOutcome(BaseModel):
    """What came of it; `operation_id` is what undo takes."""

    operation_id: str
    mailbox: Mailbox | None = Field(description="As it is shown from now on; null once deleted.")


class ImportedEmail(BaseModel):
    """An email that was added; `operation_id` is what undo takes."""

    operation_id: str
    email: EmailSummary
