"""Mailboxes and emails."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Role = Literal["inbox", "sent", "drafts", "trash", "junk", "archive", "all", "flagged", "important"]


class SyncState(BaseModel):
    """How far a mailbox has come."""

    state: Literal["waiting", "syncing", "live", "broken"]
    reason: str | None = Field(description="Why it is broken.")
    done: int
    total: int


class Mailbox(BaseModel):
    """A named container of messages."""

    id: str
    account_id: str
    name: str = Field(description="Last part of the path.", examples=["Receipts"])
    path: str = Field(
        description="The whole name on the mail server, decoded.", examples=["INBOX.Work.Receipts"]
    )
    role: Role | None
    parent_id: str | None
    total: int
    unread: int
    selectable: bool = Field(description="False: it holds only other mailboxes.")
    subscribed: bool
    namespace: Literal["personal", "other", "shared"] = Field(
        description="Whose it is: one's own, another user's, or everybody's."
    )
    pending: Literal["create", "rename"] | None = Field(
        description="What the mail server has still to do for the mailbox to be as shown."
    )
    watched: bool = Field(
        description="Followed live even where the mail server cannot tell of all mailboxes at once."
    )
    sync: SyncState


class MailboxList(BaseModel):
    """The user's mailboxes."""

    items: list[Mailbox]
    next_cursor: str | None
    total: int | None


class Address(BaseModel):
    """A mail address with its display name, which may be empty."""

    name: str
    address: str


class EmailSummary(BaseModel):
    """An email as a list shows it."""

    model_config = ConfigDict(serialize_by_alias=True)

    id: str
    account_id: str
    thread_id: str
    mailbox_ids: list[str]
    sender: Address | None = Field(alias="from")
    to: list[Address]
    subject: str
    snippet: str
    date: str = Field(description="When it arrived, UTC.", examples=["2026-11-22T08:00:00Z"])
    is_read: bool
    is_starred: bool
    is_flagged: bool
    is_answered: bool
    is_draft: bool
    has_attachments: bool
    size: int = Field(description="Octets, as the server counts them.")
    labels: list[str]


class EmailList(BaseModel):
    """A page of emails, newest first."""

    items: list[EmailSummary]
    next_cursor: str | None
    total: int | None


class Header(BaseModel):
    """One header field, decoded."""

    name: str
    value: str


class Attachment(BaseModel):
    """A part of an email that is a file."""

    id: str
    filename: str
    content_type: str
    size: int
    inline: bool
    download_url: str


class AttachmentList(BaseModel):
    """An email's attachments."""

    items: list[Attachment]
    next_cursor: str | None
    total: int | None


class MailboxName(BaseModel):
    """A mailbox that holds the email."""

    id: str
    name: str
    role: Role | None


class Email(EmailSummary):
    """A whole email."""

    cc: list[Address]
    bcc: list[Address]
    reply_to: list[Address]
    sent_at: str | None = Field(description="The Date header, UTC.")
    internet_message_id: str
    in_reply_to: str
    headers: list[Header]
    text: str
    html: str | None = Field(description="Harmless HTML; remote images are taken out.")
    remote_images: int
    attachments: list[Attachment]
    mailboxes: list[MailboxName]
    authentication: None = None
    raw_url: str
    body_state: Literal["remote", "stored", "parsed", "unreadable"]
    defects: list[str]


class Toggle(BaseModel):
    """A value to set; an empty body toggles."""

    model_config = ConfigDict(extra="forbid")

    value: bool | None = None
