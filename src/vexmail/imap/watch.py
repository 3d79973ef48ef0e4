"""What the server says unasked, kept until somebody asks.

Servers push EXISTS, EXPUNGE, VANISHED and FETCH FLAGS at any moment (RFC 9051 §7), mostly inside
another command's answer. Losing one would leave the mirror wrong until the next full comparison.
After NOTIFY (RFC 5465) they push STATUS and LIST for other mailboxes, too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from vexmail.domain.ids import Uid
from vexmail.imap import uid_sets
from vexmail.imap.responses import (
    Condition,
    Exists,
    Expunge,
    Fetch,
    ListEntry,
    Response,
    Status,
    Vanished,
)
from vexmail.ports.mail_server import News, Wake

MOST_NAMED: Final = 10_000  # UIDs or mailboxes remembered by name between two looks


class MailboxWatch:
    """Counts messages and remembers kinds of change."""

    def __init__(self) -> None:
        self.exists = 0
        self.gone = 0
        """Messages expunged since SELECT."""
        self.marks = 0
        """Times somebody's ``\\Deleted`` was told, for whoever sets it to 0 first."""
        self._wakes: set[Wake] = set()
        self._vanished: set[Uid] = set()
        self._lost = 0
        self._hears_elsewhere = False
        self._elsewhere: set[str] = set()
        self._list_changed = False
        self._overflowed = False

    def reset(self) -> None:
        """Forget the selected mailbox: another one is being opened."""
        self.exists = self.gone = 0
        self.settle()

    def settle(self) -> None:
        """Forget the kinds of change, keep the counts: SELECT's own answers are not news."""
        self._wakes &= {Wake.ELSEWHERE}
        self._vanished.clear()
        self._lost = 0

    def hear_elsewhere(self) -> None:
        """From now on, STATUS and LIST that nobody asked for are news."""
        self._hears_elsewhere = True

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """While a command is running whose own answers are STATUS and LIST."""
        heard, self._hears_elsewhere = self._hears_elsewhere, False
        try:
            yield
        finally:
            self._hears_elsewhere = heard

    def observe(self, response: Response) -> None:
        """Take note of one response that no command claimed."""
        match response:
            case Exists(count):
                if count > self.exists:
                    self._wakes.add(Wake.NEW_MESSAGES)
                elif count < self.exists:
                    # Against RFC 9051 §7.4.1, but means the same as EXPUNGE.
                    self._wakes.add(Wake.EXPUNGED)
                self.exists = count
            case Expunge():
                self._lost += 1
                self._lose(1)
            case Vanished(uids, earlier=False):
                self._take_vanished(uids)
            case Fetch(items) if "FLAGS" in items:
                self._wakes.add(Wake.FLAGS_CHANGED)
                self.marks += any(flag.lower() == "\\deleted" for flag in response.flags or ())
            case Condition(code="CLOSED"):
                self.reset()  # what came before was about the mailbox left (RFC 9051 §7.1)
            case _ if self._hears_elsewhere:
                self._observe_elsewhere(response)
            case _:
                pass

    def _observe_elsewhere(self, response: Response) -> None:
        match response:
            case Condition(code="NOTIFICATIONOVERFLOW"):
                self._overflowed, self._hears_elsewhere = True, False
            case Status(name) if len(self._elsewhere) < MOST_NAMED:
                self._elsewhere.add(name.decode("utf-8", "replace"))
            case Status() | ListEntry():
                self._list_changed = True  # or too many to name: look at all
            case _:
                return
        self._wakes.add(Wake.ELSEWHERE)

    def collect(self) -> frozenset[Wake]:
        """Return the kinds of change since the last call and forget them."""
        wakes = frozenset(self._wakes)
        self._wakes.clear()
        return wakes

    def news(self) -> News:
        """Return what the kinds of change were about and forget it."""
        news = News(
            tuple(sorted(self._vanished)),
            self._lost,
            frozenset(self._elsewhere),
            self._list_changed,
            self._overflowed,
        )
        self._vanished.clear()
        self._elsewhere.clear()
        self._lost = 0
        self._list_changed = self._overflowed = False
        return news

    @property
    def is_quiet(self) -> bool:
        """Tell whether nothing waits to be collected."""
        return not self._wakes

    def _take_vanished(self, uids: uid_sets.Ranges) -> None:
        count = uid_sets.count(uids)
        if count > self.exists:
            # A few bytes can name four billion; such a count would make any list look
            # complete. The news stands, the number does not.
            self._lose(0)
        else:
            if count + len(self._vanished) <= MOST_NAMED:
                self._vanished.update(map(Uid, uid_sets.expand(uids, count)))
            else:
                self._lost += count
            self._lose(count)

    def _lose(self, count: int) -> None:
        self.exists = max(0, self.exists - count)
        self.gone += count
        self._wakes.add(Wake.EXPUNGED)
