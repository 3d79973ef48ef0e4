"""Accounts: where they are reached and how they fare."""

from dataclasses import dataclass
from enum import StrEnum

from vexmail.domain.ids import AccountId, UserId
from vexmail.domain.server_address import ServerAddress


class AccountState(StrEnum):
    """How an account fares, in words a person can be shown."""

    CONNECTING = "connecting"
    SYNCING = "syncing"
    LIVE = "live"
    OFFLINE = "offline"
    """Trying again by itself; the error says why it has to."""
    NEEDS_ATTENTION = "needs_attention"
    """A person must act; the error says what to do."""


@dataclass(frozen=True, slots=True)
class AccountFault:
    """Why an account is not live: a stable code, a sentence, and seconds until the next try."""

    code: str
    message: str
    retry_in: float | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What is needed to run an account; the password is still sealed."""

    id: AccountId
    user_id: UserId
    email: str
    imap: ServerAddress
    imap_username: str
    imap_password_sealed: bytes
    followed_mailbox: str
    state: AccountState
    fault: AccountFault | None
    is_paused: bool = False
    """Whether the backfill of bodies rested when this was read."""
