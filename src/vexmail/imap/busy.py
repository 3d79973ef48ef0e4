"""Servers that have had enough: too many connections, or too much asked in too short a time."""

import re
from typing import Final

from vexmail.domain.errors import Throttled, TransientError
from vexmail.imap.responses import Condition

LONGEST_WAIT: Final = 3600.0  # seconds; a server that asks for more is asked again before that

Kind = type[TransientError]

_CROWDED: Final = (
    "too many simultaneous connections",
    "too many connections",
    "too many open connections",
    "too many concurrent connections",
    "maximum number of connections",
    "connection limit",
    "connections per user",
    "connections exceeded",
)
# Exchange: "Request is throttled. Suggested Backoff Time: 12345 milliseconds".
_BACKOFF: Final = re.compile(r"suggested backoff time: {0,3}(\d{1,12}) {0,3}milliseconds")


def is_crowded(answer: Condition) -> bool:
    """Tell whether a NO or BYE says that there are too many connections.

    LIMIT (RFC 5530 §3) at login can mean nothing else; Gmail and Dovecot say it in words only.
    """
    if answer.status == "NO" and answer.code == "LIMIT":
        return True
    text = answer.text.lower()
    return any(phrase in text for phrase in _CROWDED)


def wait_asked_for(answer: Condition) -> float | None:
    """Return how many seconds a server asks us to leave it alone; None where it names no time."""
    if answer.status == "OK":
        return None
    named = _BACKOFF.search(answer.text.lower())
    return min(LONGEST_WAIT, int(named[1]) / 1000) if named else None


def gentle(kind: Kind, message: str, answer: Condition) -> TransientError:
    """Return an error of this kind; ``Throttled`` where the server named a time."""
    wait = wait_asked_for(answer)
    return kind(message) if wait is None else Throttled(message, wait)
