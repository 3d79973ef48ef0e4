"""A mail account on an IMAP server, as the sync engine sees it.

No protocol byte, tag or sequence number crosses this border (RFC 9051 §2.3.1.2 explains why
sequence numbers must not). Every await has a deadline; a timed-out or cancelled call ends its
connection, since IMAP cannot take a command back.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from vexmail.domain.flags import FlagEdit, Flags
from vexmail.domain.ids import ModSeq, Uid, UidValidity
from vexmail.domain.mailbox import RemoteChanges, RemoteMailbox, SelectedMailbox
from vexmail.domain.message import RemoteBody, RemoteFlags, RemoteMessage
from vexmail.domain.server_address import Credentials, Security, ServerAddress

__all__ = [
    "Credentials",
    "MailServer",
    "MailSession",
    "News",
    "Security",
    "ServerAddress",
    "Wake",
]


class Wake(StrEnum):
    """What an IDLE ended with (RFC 2177, RFC 9051 §7.4-7.5)."""

    NEW_MESSAGES = "new_messages"
    """EXISTS grew."""
    FLAGS_CHANGED = "flags_changed"
    """A FETCH with FLAGS came unasked."""
    EXPUNGED = "expunged"
    """EXPUNGE or VANISHED came."""
    ELSEWHERE = "elsewhere"
    """Another mailbox changed, or the list of mailboxes; only after ``hear_of_all``."""


@dataclass(frozen=True, slots=True)
class News:
    """What the wake-ups since the last look were about.

    Attributes:
        vanished: UIDs of the selected mailbox that the server said are gone (RFC 7162 §3.2.10).
        lost: messages of the selected mailbox that it said are gone without naming their UIDs.
        mailboxes: wire names of other mailboxes in which something changed (RFC 5465 §5).
        list_changed: mailboxes were created, renamed or deleted.
        overflowed: the server gave up telling of other mailboxes (RFC 5465 §5.8).
    """

    vanished: tuple[Uid, ...] = ()
    lost: int = 0
    mailboxes: frozenset[str] = frozenset()
    list_changed: bool = False
    overflowed: bool = False


class MailSession(Protocol):
    """One logged-in connection, used by one task at a time."""

    @property
    def capabilities(self) -> frozenset[str]:
        """Upper-case capability names as of after login (RFC 9051 §7.2.2)."""
        ...

    @property
    def introduction(self) -> str:
        """What the server said of itself, in its greeting and to ID (RFC 2971); may be empty."""
        ...

    @property
    def received_bytes(self) -> int:
        """How much came over this connection so far, for servers that meter."""
        ...

    @property
    def has_condstore(self) -> bool:
        """Tell whether ``flags_changed_since`` and mod-sequences work (RFC 7162)."""
        ...

    async def list_mailboxes(self) -> list[RemoteMailbox]:
        """Return all mailboxes with their roles: RFC 6154 first, then a table of usual names.

        INBOX has role inbox. A role is given to one mailbox at most.
        """
        ...

    async def survey(self) -> list[RemoteMailbox]:
        """Return what ``list_mailboxes`` does, with the counters of those that can be opened.

        One round trip with LIST-STATUS (RFC 5819), else one STATUS each; counters that are
        refused or make no sense are None.
        """
        ...

    async def select(self, wire_name: str, *, read_only: bool = False) -> SelectedMailbox:
        """Open a mailbox; later calls act on it (RFC 9051 §6.3.2, §6.3.3).

        Raises:
            MailboxGone: it cannot be opened.
        """
        ...

    async def all_uids(self) -> list[Uid]:
        """Return the complete, ascending UID list of the selected mailbox.

        Complete is a promise: a broken answer raises instead of coming back short.
        """
        ...

    def fetch_messages(
        self, uids: Sequence[Uid], *, batch: int = 500, first: int | None = None
    ) -> AsyncIterator[list[RemoteMessage]]:
        """Yield envelope-pass records in batches, in the order of ``uids`` cut into batches.

        Args:
            uids: what to fetch, usually newest first.
            batch: UIDs per FETCH; two FETCHes are kept in flight.
            first: size of the first batch, so that a screenful arrives early.

        UIDs that are gone are left out; order within a batch is not defined.
        """
        ...

    async def fetch_new(self, uid_next: Uid) -> list[RemoteMessage]:
        """Return all messages with UID >= ``uid_next``, ascending.

        ``UID FETCH n:*`` answers the last message even when its UID is below n (RFC 9051
        §6.4.8 and its `*` rule); such rows are left out.
        """
        ...

    async def flags_changed_since(self, mod_seq: ModSeq) -> list[RemoteFlags]:
        """Return flags changed after ``mod_seq`` (RFC 7162 §3.1.4.1); needs CONDSTORE."""
        ...

    async def all_flags(self, lowest: Uid | None = None) -> list[RemoteFlags]:
        """Return the flags of every message of the selected mailbox, or of UIDs >= ``lowest``."""
        ...

    def fetch_bodies(self, uids: Sequence[Uid], *, batch: int = 20) -> AsyncIterator[RemoteBody]:
        """Yield whole messages one by one without setting ``\\Seen`` (BODY.PEEK[]).

        UIDs that are gone, or that the server answers without data, are left out.
        """
        ...

    async def store_flags(self, uids: Sequence[Uid], edit: FlagEdit) -> list[RemoteFlags]:
        """Add and remove flags by UID (RFC 9051 §6.4.6); answers what the server said in return.

        Raises:
            CommandRefused: the server would not.
        """
        ...

    async def changes_since(
        self, wire_name: str, uid_validity: UidValidity, mod_seq: ModSeq
    ) -> tuple[SelectedMailbox, RemoteChanges | None]:
        """Select a mailbox and hear in the same round trip what changed after ``mod_seq``.

        Uses QRESYNC (RFC 7162 §3.2.5), enabled at login where offered (RFC 5161).

        Returns:
            What SELECT said, and the changes; None where the server has no QRESYNC, the
            UIDVALIDITY differs, or the answer cannot be trusted: compare in full then.

        Raises:
            MailboxGone: it cannot be opened.
        """
        ...

    async def move(self, uids: Sequence[Uid], target: str) -> dict[Uid, Uid]:
        """Move messages of the selected mailbox to the mailbox with wire name ``target``.

        MOVE (RFC 6851), else COPY, ``\\Deleted`` and UID EXPUNGE (RFC 4315); where neither is
        offered, COPY and ``\\Deleted`` followed by EXPUNGE only if no other message of the
        mailbox is marked ``\\Deleted``. UIDs that are gone are left out.

        Returns:
            New UID by old UID as COPYUID told (RFC 4315 §3); empty where it did not.

        Raises:
            MailboxGone: the target does not exist (TRYCREATE).
            CommandRefused: the server would not, for instance OVERQUOTA.
        """
        ...

    async def copy(self, uids: Sequence[Uid], target: str) -> dict[Uid, Uid]:
        """Copy messages of the selected mailbox; answers and errors as ``move``."""
        ...

    async def expunge(self, uids: Sequence[Uid]) -> None:
        """Remove messages of the selected mailbox for good, and no others.

        Raises:
            CommandRefused: the server would not, or cannot expunge single messages while
                others are marked as deleted.
        """
        ...

    async def append(
        self, wire_name: str, raw: bytes, flags: Flags, received_at: datetime | None
    ) -> Uid | None:
        """Add a message to a mailbox; answer its UID where the server tells (APPENDUID).

        Raises:
            MailboxGone, CommandRefused: the server would not.
        """
        ...

    async def find_by_message_id(self, internet_message_id: str) -> list[Uid]:
        """Return the UIDs of the selected mailbox with this ``Message-ID``, ascending."""
        ...

    async def create_mailbox(self, name: str) -> str:
        """Create a mailbox with this decoded name and subscribe to it; answer its wire name.

        Raises:
            CommandRefused: the server would not, for instance because it exists.
        """
        ...

    async def rename_mailbox(self, wire_name: str, name: str) -> str:
        """Give a mailbox another decoded name, with all below it; answer its new wire name."""
        ...

    async def delete_mailbox(self, wire_name: str) -> None:
        """Delete a mailbox and its messages."""
        ...

    async def subscribe(self, wire_name: str, *, wanted: bool) -> None:
        """Subscribe to a mailbox or end that (RFC 9051 §6.3.7, §6.3.8)."""
        ...

    async def idle(self, seconds: float) -> frozenset[Wake]:
        """Wait until the selected mailbox changes, at most ``seconds``; empty means nothing did.

        Where IDLE (RFC 2177) is missing, NOOP is sent instead, every 30 s or sooner.
        Changes told outside of IDLE, since the last call, count too.
        """
        ...

    def interrupt(self) -> None:
        """End an ``idle`` of another task as if its time were over; one not begun yet, at once."""
        ...

    def abort(self) -> None:
        """End the connection under the task that uses it, which gets ``ConnectionLost``."""
        ...

    def news(self) -> News:
        """Return what the wake-ups since the last call, or since SELECT, were about."""
        ...

    async def hear_of_all(self) -> bool:
        """Ask to be told of changes in every mailbox by NOTIFY (RFC 5465); tell if granted.

        From then on ``idle`` ends with ``Wake.ELSEWHERE``, too. What happened before is not told.
        """
        ...

    async def noop(self) -> None:
        """Prove that the connection is alive."""
        ...


Permit = Callable[[], None]
"""Returns while the server may be spoken to, raises when it may not any more."""


def always() -> None:
    """Permit everything."""


class MailServer(Protocol):
    """Opens sessions."""

    def connect(
        self, address: ServerAddress, credentials: Credentials, permit: Permit = always
    ) -> AbstractAsyncContextManager[MailSession]:
        """Connect, protect, log in; log out or abort on exit.

        Args:
            permit: asked right before anything is sent that the server would act on; when it
                raises, nothing is sent, the connection ends and the error goes to the caller.

        Raises:
            HostNotFound, ConnectionRefused, ConnectionTimedOut, CertificateRejected, TlsFailed,
            AuthenticationFailed, LoginUnavailable, ServerSaidBye, ProtocolViolation.
        """
        ...
