"""What a server can say, as types (RFC 9051 §7, RFC 7162, RFC 4731, RFC 5530)."""

from dataclasses import dataclass
from typing import Final

from vexmail.imap.tokens import Token
from vexmail.imap.uid_sets import LARGEST, Ranges, number

_LARGEST: Final = 2**63 - 1  # number64 (RFC 9051 §9), ``mod-sequence-value`` (RFC 7162 §7)


@dataclass(frozen=True, slots=True)
class Condition:
    """OK, NO, BAD, BYE or PREAUTH; ``tag`` is empty when untagged.

    ``code`` is the bracketed code in upper case, ``arguments`` what follows it in the brackets.
    """

    tag: str
    status: str
    code: str
    arguments: str
    text: str


@dataclass(frozen=True, slots=True)
class Continuation:
    """A ``+`` line: the server waits for us to go on."""

    text: str


@dataclass(frozen=True, slots=True)
class Exists:
    """Number of messages in the selected mailbox (RFC 9051 §7.4.1)."""

    count: int


@dataclass(frozen=True, slots=True)
class Expunge:
    """One message is gone (RFC 9051 §7.5.1)."""

    sequence_number: int


@dataclass(frozen=True, slots=True)
class Vanished:
    """UIDs that are gone (RFC 7162 §3.2.10); ``earlier`` ones went before this session."""

    uids: Ranges
    earlier: bool


@dataclass(frozen=True, slots=True)
class Fetch:
    """Facts of one message; item names are upper case (RFC 9051 §7.5.2)."""

    items: dict[str, Token]

    @property
    def uid(self) -> int:
        """Return the UID, or 0 where there is none that can be one (RFC 9051 §9)."""
        return self._number(self.items.get("UID"), LARGEST)

    @property
    def size(self) -> int:
        """Return RFC822.SIZE, or 0 where it is absent or beyond belief."""
        return self._number(self.items.get("RFC822.SIZE"), _LARGEST)

    @property
    def mod_seq(self) -> int:
        """Return ``MODSEQ (n)``, or 0 where it is absent (RFC 7162 §3.1.4.2)."""
        value = self.items.get("MODSEQ")
        first = value[0] if isinstance(value, list) and len(value) == 1 else None
        return self._number(first, _LARGEST)

    @staticmethod
    def _number(value: Token, at_most: int) -> int:
        return number(value if isinstance(value, str) else None, at_most) or 0

    @property
    def flags(self) -> list[str] | None:
        """Return the flag names, or None where the answer has none."""
        value = self.items.get("FLAGS")
        return (
            [flag for flag in value if isinstance(flag, str)] if isinstance(value, list) else None
        )


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One LIST or LSUB answer (RFC 9051 §7.3.1); attributes are lower case."""

    attributes: frozenset[str]
    delimiter: str | None
    name: bytes
    lsub: bool


@dataclass(frozen=True, slots=True)
class Status:
    """One STATUS answer (RFC 9051 §7.3.4); item names are upper case.

    ``object_id`` is the MAILBOXID (RFC 8474 §4.3), empty where there is none.
    """

    name: bytes
    items: dict[str, int]
    object_id: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """A SEARCH answer (RFC 3501 §7.2.5)."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ESearch:
    """An ESEARCH answer (RFC 4731 §3.1): ``all`` is None where the server gave no ALL."""

    tag: str
    by_uid: bool
    all: Ranges | None


@dataclass(frozen=True, slots=True)
class Capability:
    """Upper-case capability names (RFC 9051 §7.2.2)."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Enabled:
    """Upper-case names of what ENABLE switched on (RFC 5161 §3.2)."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Namespace:
    """One namespace: how its mailboxes' names begin, and what divides levels in them."""

    prefix: str
    delimiter: str | None


@dataclass(frozen=True, slots=True)
class Namespaces:
    """A NAMESPACE answer (RFC 2342 §5): our own mailboxes, other users', and shared ones."""

    personal: tuple[Namespace, ...]
    other: tuple[Namespace, ...]
    shared: tuple[Namespace, ...]

    @property
    def foreign(self) -> tuple[Namespace, ...]:
        """Return all that are not our own."""
        return self.other + self.shared


@dataclass(frozen=True, slots=True)
class MailboxFlags:
    """Flags defined in the selected mailbox (RFC 9051 §7.3.5)."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Other:
    """A response we have no use for."""

    name: str


Response = (
    Condition
    | Continuation
    | Exists
    | Expunge
    | Vanished
    | Fetch
    | ListEntry
    | Status
    | Search
    | ESearch
    | Capability
    | Enabled
    | Namespaces
    | MailboxFlags
    | Other
)
