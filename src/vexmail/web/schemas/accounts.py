"""Accounts and sessions."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

Security = Literal["tls", "starttls", "none"]
_NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"  # in no name, and no mail server could be told one
_MAIL_ADDRESS = r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$"
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=320, pattern=_NO_CONTROLS)
]
Host = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=255, pattern=r"^[\w.:\[\]-]+$"
    ),
]


class Fault(BaseModel):
    """Why an account is not live."""

    code: str = Field(examples=["authentication_failed"])
    message: str
    retry_at: str | None = Field(description="When the next try is due; past while it goes on.")


class ImapLogin(BaseModel):
    """Where and how an account logs in. A password is accepted, never answered."""

    model_config = ConfigDict(extra="forbid")

    host: Host = Field(examples=["imap.example.com"])
    port: int = Field(ge=1, le=65535, examples=[993])
    security: Security = "tls"
    username: Annotated[str, StringConstraints(min_length=1, max_length=320, pattern=_NO_CONTROLS)]
    password: SecretStr = Field(min_length=1, max_length=4096)


class NewAccount(BaseModel):
    """An account to add."""

    model_config = ConfigDict(extra="forbid")

    email: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=320, pattern=_MAIL_ADDRESS)
    ] = Field(examples=["ada@example.com"])
    name: Line = ""
    imap: ImapLogin


class AccountChange(BaseModel):
    """What to change of an account; absent fields stay."""

    model_config = ConfigDict(extra="forbid")

    name: Line | None = None
    imap: ImapLogin | None = None


class ImapServer(BaseModel):
    """Where an account logs in."""

    host: str
    port: int
    security: Security
    username: str


class Paused(BaseModel):
    """Bodies that nobody waits for are not downloaded before ``until``."""

    until: str
    reason: str


class Account(BaseModel):
    """An account as it stands."""

    id: str
    email: str
    name: str
    state: Literal["connecting", "syncing", "live", "offline", "needs_attention"]
    error: Fault | None
    paused: Paused | None
    imap: ImapServer
    created_at: str
    is_demo: bool


class AccountList(BaseModel):
    """The user's accounts."""

    items: list[Account]
    next_cursor: str | None
    total: int | None


class User(BaseModel):
    """Who is signed in."""

    id: str
    name: str
    role: Literal["owner", "member"]


class Session(BaseModel):
    """The running session."""

    user: User
    version: str
    demo_available: bool


class NewSession(BaseModel):
    """A one-time link to sign in with."""

    model_config = ConfigDict(extra="forbid")

    link_token: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class SyncRequest(BaseModel):
    """Which account to sync; all when absent."""

    model_config = ConfigDict(extra="forbid")

    account_id: str | None = None


class SyncStarted(BaseModel):
    """The accounts that are being looked at."""

    accounts: list[str]
