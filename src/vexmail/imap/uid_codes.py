"""What COPYUID and APPENDUID say (RFC 4315 §3): which UIDs the copies have."""

from collections.abc import Collection, Iterable
from typing import Final

from vexmail.domain.errors import ProtocolViolation
from vexmail.domain.ids import Uid
from vexmail.imap import uid_sets
from vexmail.imap.responses import Condition, Response

_NOTHING: Final[dict[Uid, Uid]] = {}


def copied_uids(responses: Iterable[Response], asked: Collection[Uid]) -> dict[Uid, Uid]:
    """Return new UID by old UID from all COPYUID codes of an answer.

    MOVE tells it in an untagged OK (RFC 6851 §4.3). A code that cannot be read, whose sets
    differ in length, or that names what was not asked for, counts for nothing.
    """
    wanted = frozenset(asked)
    found: dict[Uid, Uid] = {}
    for response in responses:
        if isinstance(response, Condition) and response.code == "COPYUID":
            found |= _copied(response.arguments, wanted)
    return found


def appended_uid(tagged: Condition) -> Uid | None:
    """Return the UID of an APPENDUID code, or None where there is none that can be read."""
    words = tagged.arguments.split()
    if tagged.code != "APPENDUID" or len(words) != 2:
        return None
    number = int(words[1]) if words[1].isdigit() and len(words[1]) <= 10 else 0
    return Uid(number) if 1 <= number <= uid_sets.LARGEST else None


def _copied(arguments: str, wanted: frozenset[Uid]) -> dict[Uid, Uid]:
    words = arguments.split()
    if len(words) != 3:
        return _NOTHING
    try:
        sources, copies = (uid_sets.parse_ranges(word) for word in words[1:])
    except ProtocolViolation:
        return _NOTHING
    size = uid_sets.count(sources)
    if size != uid_sets.count(copies) or size > len(wanted):
        return _NOTHING
    pairs = {
        Uid(source): Uid(copy)
        for source, copy in zip(
            uid_sets.expand(sources, size), uid_sets.expand(copies, size), strict=True
        )
    }
    is_sound = pairs.keys() <= wanted and len(pairs) == len(set(pairs.values())) == size
    return pairs if is_sound else _NOTHING
