"""The account book of a proof: how many copies of each message there must be, and which flags.

Everything is counted by subject, which names a message wherever copies of it lie. A message that
another client took away while a wish was open may have been gone first: then a wish may have
found nothing to do, and only "no more than there were" is held.
"""

from collections import Counter
from collections.abc import Mapping

from tests.support.far_side import HeldMailbox

Wishes = Mapping[str, Counter[tuple[str, str]]]


class Ledger:
    """Written by who acts, read when both sides agree."""

    def __init__(self) -> None:
        self._added: Counter[str] = Counter()
        self._taken: Counter[str] = Counter()
        self._doubled: Counter[str] = Counter()
        self._disturbed: set[str] = set()
        self._flags: dict[str, dict[str, bool]] = {}

    def added(self, subject: str) -> None:
        """Another client put one in."""
        self._added[subject] += 1

    def taken(self, subject: str) -> None:
        """Another client took one out for good."""
        self._taken[subject] += 1
        self._disturbed.add(subject)

    def may_double(self, subject: str) -> None:
        """Another client took away what we may have brought, and kept it elsewhere."""
        self._doubled[subject] += 1

    def disturbed(self, subject: str) -> None:
        """Something happened to it that may cross a wish."""
        self._disturbed.add(subject)
        self._flags.pop(subject, None)

    def wished(self, subject: str, flag: str, *, value: bool) -> None:
        """The user set a flag; nobody else did since."""
        self._flags.setdefault(subject, {})[flag] = value

    def unsure(self, subject: str) -> None:
        """What the user wants of its flags is not known any more."""
        self._flags.pop(subject, None)

    def errors(self, truth: Mapping[str, HeldMailbox], wishes: Wishes) -> list[str]:
        """Say which messages were lost, doubled, or not given the flags that were wished for."""
        held: Counter[str] = Counter()
        flags: dict[str, list[frozenset[str]]] = {}
        for box in truth.values():
            for message in box.messages.values():
                held[message.subject] += 1
                flags.setdefault(message.subject, []).append(message.flags)
        found = []
        for subject in sorted(self._added.keys() | held.keys() | wishes.keys()):
            done = wishes.get(subject, Counter())
            made = done["copy", "settled"] + done["append", "settled"]
            most = self._added[subject] + made - self._taken[subject]
            exact = most - done["delete", "settled"]
            # Taken back when the command was on its way: obeyed or not, nobody can know.
            least = exact - done["delete", "recalled"]
            most += self._doubled[subject]
            most += done["copy", "recalled"] + done["append", "recalled"]
            exact += done["copy", "recalled"] + done["append", "recalled"]
            if subject in self._disturbed:
                if held[subject] > most:
                    found.append(f"{subject}: {held[subject]} instead of at most {most}")
            elif not least <= held[subject] <= exact:
                found.append(f"{subject}: {held[subject]} instead of {exact}; {dict(done)}")
            # A twin may have come when the wish was made and we had not seen it yet.
            if done["flags", "rejected"] or self._added[subject] > 1:
                continue
            for flag, value in self._flags.get(subject, {}).items():
                if any((flag in some) != value for some in flags.get(subject, [])):
                    found.append(f"{subject}: {flag} should be {value}")
        return found
