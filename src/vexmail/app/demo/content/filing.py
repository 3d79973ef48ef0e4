"""Decides where a letter lies and which flags it has, as a tidy but busy person would have it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vexmail.app.demo.content.letter import Letter
from vexmail.app.demo.content.people import ME

_UNREAD_BY_AGE = (
    # (younger than so many days, share unread for mail by machines, for mail by people)
    (1, 0.75, 0.60),
    (4, 0.55, 0.35),
    (14, 0.40, 0.15),
    (90, 0.32, 0.05),
    (400, 0.18, 0.01),
    (2000, 0.08, 0.0),
)


@dataclass(frozen=True, slots=True)
class Filed:
    """A letter, where it lies, and what kind it is.

    Attributes:
        mailbox: empty until decided.
        personal: written by a person to Robin.
        answered: Robin wrote an answer.
    """

    letter: Letter
    mailbox: str
    personal: bool = False
    answered: bool = False

    @classmethod
    def from_person(cls, letter: Letter, folder: str, thread: Sequence[Letter]) -> "Filed":
        """File a letter of a conversation; what Robin wrote is in Sent."""
        if letter.sender == ME:
            return cls(letter, "Sent", personal=True)
        answered = any(
            other.sender == ME and letter.message_id in other.references[-1:] for other in thread
        )
        return cls(letter, folder, personal=True, answered=answered)

    @classmethod
    def bulletin(cls, letter: Letter) -> "Filed":
        """File a newsletter issue or a post of a list."""
        return cls(letter, "")

    @classmethod
    def notice(cls, letter: Letter, folder: str) -> "Filed":
        """File mail from a machine."""
        return cls(letter, folder)

    @classmethod
    def draft(cls, letter: Letter) -> "Filed":
        """File an unfinished letter."""
        return cls(letter, "Drafts")


def with_read_state(filed: Sequence[Filed], now: datetime, chance: random.Random) -> list[Filed]:
    """Return the letters with mailbox and flags decided, order kept."""
    return [_decided(item, now, chance) for item in filed]


def _decided(item: Filed, now: datetime, chance: random.Random) -> Filed:
    age = now - item.letter.sent_at
    mailbox = item.mailbox or _usual_place(item, age, chance)
    flags = _flags(item, mailbox, age, chance)
    return replace(item, mailbox=mailbox, letter=replace(item.letter, flags=flags))


def _usual_place(item: Filed, age: timedelta, chance: random.Random) -> str:
    """INBOX, unless Robin tidied up: old people's mail to Archive, some machines' to Trash."""
    days = age.days
    luck = chance.random()
    if item.personal:
        return "Archive" if days > 120 and luck < 0.55 else "INBOX"
    if 3 < days < 60 and luck < 0.45:
        return "Trash"
    return "Archive" if days > 200 and luck < 0.22 else "INBOX"


def _flags(item: Filed, mailbox: str, age: timedelta, chance: random.Random) -> frozenset[str]:
    if mailbox == "Sent":
        return frozenset({"\\Seen"})
    if mailbox == "Drafts":
        return frozenset({"\\Seen", "\\Draft"})
    if mailbox == "Junk":
        return frozenset({"$Junk"} if chance.random() < 0.8 else {"$Junk", "\\Seen"})
    days = age / timedelta(days=1)
    machine, person = next(row[1:] for row in _UNREAD_BY_AGE if days < row[0])
    share = person if item.personal else machine
    if mailbox != "INBOX":
        share /= 6
    flags: set[str] = set()
    if item.answered:
        flags |= {"\\Seen", "\\Answered"}
    elif chance.random() >= share:
        flags.add("\\Seen")
    if chance.random() < (0.07 if item.personal else 0.015):
        flags.add("\\Flagged")
    if item.personal and chance.random() < 0.02:
        flags.add("$Important")
    return frozenset(flags)
