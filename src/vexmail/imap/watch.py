"""What the server says unasked about the selected mailbox, kept until somebody asks.

Servers push EXISTS, EXPUNGE, VANISHED and FETCH FLAGS at any moment (RFC 9051 §7), mostly inside
another command's answer. Losing one would leave the mirror wrong until the next full comparison.
"""

from vexmail.imap import uid_sets
from vexmail.imap.responses import Condition, Exists, Expunge, Fetch, Response, Vanished
from vexmail.ports.mail_server import Wake


class MailboxWatch:
    """Counts messages and remembers kinds of change."""

    def __init__(self) -> None:
        self.exists = 0
        self.gone = 0
        """Messages expunged since SELECT."""
        self.marks = 0
        """Times somebody's ``\\Deleted`` was told, for whoever sets it to 0 first."""
        self._wakes: set[Wake] = set()

    def reset(self) -> None:
        """Forget everything: another mailbox is being opened."""
        self.exists = self.gone = 0
        self._wakes.clear()

    def settle(self) -> None:
        """Forget the kinds of change, keep the counts: SELECT's own answers are not news."""
        self._wakes.clear()

    def observe(self, response: Response) -> None:
        """Take note of one response that no command claimed."""
        match response:
            case Exists(count):
                if count != self.exists:
                    # A falling EXISTS is against RFC 9051 §7.4.1, but means the same as EXPUNGE.
                    self._wakes.add(Wake.NEW_MESSAGES if count > self.exists else Wake.EXPUNGED)
                self.exists = count
            case Expunge():
                self._lose(1)
            case Vanished(uids, earlier=False):
                count = uid_sets.count(uids)
                # A few bytes can name four billion; such a count would make any list look
                # complete. The news stands, the number does not.
                self._lose(count if count <= self.exists else 0)
            case Fetch(items) if "FLAGS" in items:
                self._wakes.add(Wake.FLAGS_CHANGED)
                self.marks += any(flag.lower() == "\\deleted" for flag in response.flags or ())
            case Condition(code="CLOSED"):
                self.reset()  # what came before was about the mailbox left (RFC 9051 §7.1)
            case _:
                pass

    def collect(self) -> frozenset[Wake]:
        """Return the kinds of change since the last call and forget them."""
        wakes = frozenset(self._wakes)
        self._wakes.clear()
        return wakes

    @property
    def is_quiet(self) -> bool:
        """Tell whether nothing waits to be collected."""
        return not self._wakes

    def _lose(self, count: int) -> None:
        self.exists = max(0, self.exists - count)
        self.gone += count
        self._wakes.add(Wake.EXPUNGED)
