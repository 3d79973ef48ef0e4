"""Health and numbers."""

from typing import Literal

from pydantic import BaseModel

from vexmail.web.schemas.accounts import Fault, Paused


class Component(BaseModel):
    """One part that VexMail stands on."""

    state: Literal["ok", "down"]
    latency_ms: float | None
    detail: str


class AccountHealth(BaseModel):
    """How one account fares."""

    id: str
    email: str
    state: str
    error: Fault | None
    paused: Paused | None
    run_by: str | None
    """The web process that runs it; null while none does."""


class Status(BaseModel):
    """Health of the whole; ``degraded`` still serves mail."""

    status: Literal["ok", "degraded", "down"]
    version: str
    process: str
    """The web process that answered."""
    uptime_s: float
    components: dict[str, Component]
    accounts: list[AccountHealth]


class MailboxSync(BaseModel):
    """How far one mailbox has come."""

    account_id: str
    mailbox_id: str
    mailbox: str
    done: int
    total: int


class Bodies(BaseModel):
    """Messages by how far their bodies have come."""

    remote: int
    stored: int
    parsed: int
    unreadable: int


class Statistics(BaseModel):
    """Counts over all the user's accounts."""

    emails: int
    unread: int
    mailboxes: int
    accounts: int
    attachments: int
    bodies: Bodies
    sync: list[MailboxSync]
    sse_clients: int


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"]
