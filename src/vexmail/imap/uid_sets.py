"""Sequence sets (RFC 9051 §9 ``sequence-set``): ranges of numbers, read and written."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from vexmail.domain.errors import ProtocolViolation
from vexmail.domain.ids import Uid

Ranges = tuple[tuple[int, int], ...]
"""Closed ranges, low end first, in the order given."""

LARGEST: Final = 2**32 - 1  # nz-number is 32 bits (RFC 9051 §9)
MOST_MESSAGES: Final = 5_000_000  # of one mailbox; each costs about 100 bytes while compared
SET_BYTES: Final = 7_900  # RFC 7162 §4 advises command lines of at most 8,192 octets
_NUMBER: Final = re.compile(r"[0-9]{1,20}")  # not \d: other alphabets have digits, too
_SET: Final = re.compile(r"\d{1,10}(?::\d{1,10})?(?:,\d{1,10}(?::\d{1,10})?)*+\Z")


def number(text: str | None, at_most: int) -> int | None:
    """Read a number of the grammar; None where it is none, or larger than ``at_most``."""
    if text is None or not _NUMBER.fullmatch(text) or int(text) > at_most:
        return None
    return int(text)


def parse_ranges(text: str) -> Ranges:
    """Read a set without ``*``; ``5:1`` means ``1:5``.

    Raises:
        ProtocolViolation: not a set, or a number outside 1..2^32-1.
    """
    if not _SET.match(text):
        raise ProtocolViolation("The mail server sent a list of messages that cannot be read.")
    ranges = []
    for part in text.split(","):
        low, _, high = part.partition(":")
        first, last = int(low), int(high or low)
        if first > last:
            first, last = last, first
        if first < 1 or last > LARGEST:
            raise ProtocolViolation("The mail server sent a message number out of range.")
        ranges.append((first, last))
    return tuple(ranges)


def count(ranges: Ranges) -> int:
    """Return how many numbers the ranges hold, overlaps counted twice."""
    return sum(last - first + 1 for first, last in ranges)


def expand(ranges: Ranges, at_most: int) -> Iterator[int]:
    """Return the numbers one by one.

    Raises:
        ProtocolViolation: more than ``at_most``; a few bytes can name four billion.
    """
    if count(ranges) > at_most:
        raise ProtocolViolation("The mail server named more messages than the mailbox holds.")
    return (number for first, last in ranges for number in range(first, last + 1))


def format_set(numbers: Iterable[int]) -> str:
    """Write numbers as a set, ascending, neighbours joined."""
    parts: list[str] = []
    first = last = 0
    for number in sorted(set(numbers)):
        if first and number == last + 1:
            last = number
            continue
        if first:
            parts.append(f"{first}:{last}" if last > first else str(first))
        first = last = number
    if first:
        parts.append(f"{first}:{last}" if last > first else str(first))
    return ",".join(parts)


def cut(uids: Sequence[Uid], batch: int, first: int | None = None) -> list[Sequence[Uid]]:
    """Cut ``uids`` into batches, keeping the order; none is longer on the wire than a server takes.

    Args:
        uids: what to cut.
        batch: most UIDs in a batch.
        first: most UIDs in the first batch, if that differs.
    """
    batches: list[Sequence[Uid]] = []
    pos = 0
    while pos < len(uids):
        size = first if first and not pos else batch
        part = uids[pos : pos + size]
        while len(part) > 1 and len(format_set(part)) > SET_BYTES:
            part = part[: (len(part) + 1) // 2]
        batches.append(part)
        pos += len(part)
    return batches


def most_at_once(capabilities: Iterable[str]) -> int:
    """Return how many messages one command may name: what the server says, else any number.

    ``MESSAGELIMIT=1000`` is what some large providers say.
    """
    for name in capabilities:
        key, _, value = name.partition("=")
        if key == "MESSAGELIMIT" and value.isdigit() and 0 < int(value) < LARGEST:
            return int(value)
    return LARGEST
