"""The doorbell between web processes: one tells the others what to look at.

The database is the truth; a knock that is lost costs delay, never data.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vexmail.domain.ids import AccountId, MessageId


class Errand(StrEnum):
    """What a process is asked to look at."""

    ACCOUNTS = "accounts"
    """The accounts, or who runs them, have changed; names no account."""
    SYNC = "sync"
    """Look at all mailboxes of the account now."""
    INTENTS = "intents"
    """The account has intents to carry out."""
    BODY = "body"
    """Somebody waits for the message's bytes."""
    ANSWER = "answer"
    """The question about the message's bytes is answered."""


NO_ACCOUNT = AccountId(0)
NO_MESSAGE = MessageId(0)


@dataclass(frozen=True, slots=True)
class Knock:
    """One wake-up, with the ids that its errand names."""

    errand: Errand
    account_id: AccountId = NO_ACCOUNT
    message_id: MessageId = NO_MESSAGE


class FleetBell(Protocol):
    """Rings in all other processes, where the implementation can reach them."""

    def ring(self, knock: Knock) -> None:
        """Wake the others soon; never waits, never raises for an outage."""
        ...

    async def run(self, heard: Callable[[Knock], None]) -> None:
        """Call ``heard`` for every knock of the others, until cancelled, through any outage.

        Whatever may have been missed, as after an outage, is told as ``Errand.ACCOUNTS``.
        """
        ...

    async def flush(self) -> None:
        """Send what was rung; for a process that is about to end. Never raises for an outage."""
        ...
