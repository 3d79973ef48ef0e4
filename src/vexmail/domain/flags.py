"""Flags and keywords (RFC 9051 §2.3.2) and how wishes are laid over them."""

from collections.abc import Iterable
from dataclasses import dataclass

SEEN = "\\Seen"
ANSWERED = "\\Answered"
FLAGGED = "\\Flagged"
DELETED = "\\Deleted"
DRAFT = "\\Draft"
RECENT = "\\Recent"
IMPORTANT = "$Important"  # RFC 8457 §2

_SYSTEM = {f.lower(): f for f in (SEEN, ANSWERED, FLAGGED, DELETED, DRAFT, RECENT, IMPORTANT)}

Flags = frozenset[str]


def normalise(names: Iterable[str]) -> Flags:
    """Give system flags their usual spelling and drop ``\\Recent``, which is not a state.

    Flags are case-insensitive (RFC 9051 §2.3.2); keywords keep the server's spelling. What holds
    control characters is no flag (RFC 9051 §9, ``ATOM-CHAR``), and no database keeps a NUL.
    """
    return frozenset(
        _SYSTEM.get(name.lower(), name)
        for name in names
        if name.isprintable() and name.lower() != "\\recent"
    )


@dataclass(frozen=True, slots=True)
class FlagEdit:
    """A wish about flags: first remove, then add."""

    add: Flags = frozenset()
    remove: Flags = frozenset()

    def apply(self, flags: Flags) -> Flags:
        """Return ``flags`` as they are once the wish is carried out."""
        return (flags - self.remove) | self.add


def effective(server: Flags, pending: Iterable[FlagEdit]) -> Flags:
    """Lay pending wishes, oldest first, over what the server said."""
    flags = server
    for edit in pending:
        flags = edit.apply(flags)
    return flags


def is_label(flag: str) -> bool:
    """Tell whether a flag is a keyword a person would call a label."""
    return not flag.startswith(("\\", "$"))
