"""What a proof asks of a mail server: acts of another client, moods of the server, the truth.

Two servers stand behind it: the in-memory one, which has every mood, and Dovecot.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from tests.support.fault_proxy import FaultProxy


class TooLate(Exception):
    """What another client wants cannot be: we were quicker."""


@dataclass(frozen=True, slots=True)
class Held:
    """One message on the server."""

    flags: frozenset[str]
    digest: str
    """SHA-256 of its bytes, as our blobs are named."""
    subject: str


@dataclass(frozen=True, slots=True)
class HeldMailbox:
    """One mailbox that can be opened, messages by UID."""

    uid_validity: int
    messages: Mapping[int, Held]
    subscribed: bool = True


class FarSide(Protocol):
    """A mail server with one account, reached by us through ``network`` only."""

    username: str
    password: str
    network: FaultProxy
    acts_at_once: bool
    """Whether nothing of ours can happen while another client looks and acts."""

    async def truth(self) -> dict[str, HeldMailbox]:
        """Return everything it holds by mailbox, names as on the wire."""
        ...

    async def append(self, mailbox: str, raw: bytes, flags: Iterable[str]) -> None:
        """Add a message as another client."""
        ...

    async def flag(self, mailbox: str, uid: int, flag: str, *, wanted: bool) -> None:
        """Set or remove a flag as another client."""
        ...

    async def expunge(self, mailbox: str, uid: int) -> None:
        """Remove a message as another client."""
        ...

    async def move(self, mailbox: str, uid: int, target: str) -> None:
        """Move a message as another client."""
        ...

    async def create(self, mailbox: str) -> None:
        """Create a mailbox as another client."""
        ...

    async def rename(self, mailbox: str, name: str) -> None:
        """Rename a mailbox as another client."""
        ...

    async def delete(self, mailbox: str) -> None:
        """Delete a mailbox as another client."""
        ...

    async def subscribe(self, mailbox: str, *, wanted: bool) -> None:
        """Subscribe to a mailbox as another client, or end that."""
        ...

    async def number_anew(self, mailbox: str) -> None:
        """Give a mailbox another UIDVALIDITY, and its messages other UIDs."""
        ...


def digest(raw: bytes) -> str:
    """Return the name that a blob of these bytes has."""
    return hashlib.sha256(raw).hexdigest()


def subject(raw: bytes) -> str:
    """Return the subject of a message that ``mail_account.a_message`` made."""
    found = re.search(rb"^Subject: (.*?)\r?$", raw, re.MULTILINE)
    return found[1].decode() if found else ""
