"""One mailbox of the live mailbox's server: messages, counters, and what went when."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Stored:
    """One message of the mailbox."""

    uid: int
    raw: bytes
    flags: set[str]
    mod_seq: int
    received: float


@dataclass
class Box:
    """A mailbox by its name on the wire."""

    name: str
    attributes: set[str] = field(default_factory=set)
    uid_validity: int = 1
    uid_next: int = 1
    mod_seq: int = 1
    messages: list[Stored] = field(default_factory=list)
    vanished: list[tuple[int, int]] = field(default_factory=list)
    """Mod-sequence and UID of what was expunged."""
    subscribed: bool = True
    object_id: str = ""
    """MAILBOXID, where the server offers OBJECTID."""

    def find(self, uid: int) -> tuple[int, Stored]:
        """Return a message and its index."""
        for index, stored in enumerate(self.messages):
            if stored.uid == uid:
                return index, stored
        raise KeyError(uid)

    def add(self, raw: bytes, flags: Iterable[str], received: float | None = None) -> Stored:
        """Put a message in as the newest."""
        self.mod_seq += 1
        moment = time.time() if received is None else received
        stored = Stored(self.uid_next, raw, set(flags), self.mod_seq, moment)
        self.messages.append(stored)
        self.uid_next += 1
        return stored

    def change(self, stored: Stored, flags: Iterable[str]) -> None:
        """Give a message other flags."""
        self.mod_seq += 1
        stored.flags, stored.mod_seq = set(flags), self.mod_seq

    def remove(self, stored: Stored) -> int:
        """Take a message out; return the index it had."""
        index, _ = self.find(stored.uid)
        del self.messages[index]
        self.mod_seq += 1
        self.vanished.append((self.mod_seq, stored.uid))
        return index

    def chosen(self, uid_set: str) -> list[tuple[int, Stored]]:
        """Return the messages of a UID set with their sequence numbers, ascending."""
        last = self.messages[-1].uid if self.messages else 0
        wanted: set[int] = set()
        known = {stored.uid for stored in self.messages}
        for part in uid_set.split(","):
            ends = [last if end == "*" else int(end) for end in part.split(":")]
            low, high = min(ends), max(ends)
            wanted |= {uid for uid in known if low <= uid <= high}
        return [(i + 1, stored) for i, stored in enumerate(self.messages) if stored.uid in wanted]

    @property
    def counters(self) -> dict[str, int]:
        """What STATUS tells."""
        return {
            "MESSAGES": len(self.messages),
            "UNSEEN": sum("\\Seen" not in stored.flags for stored in self.messages),
            "UIDNEXT": self.uid_next,
            "UIDVALIDITY": self.uid_validity,
            "HIGHESTMODSEQ": self.mod_seq,
        }
