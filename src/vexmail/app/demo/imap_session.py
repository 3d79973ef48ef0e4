"""One client connection of the demo IMAP server: its state and what the server tells it.

A session keeps the list of UIDs its client knows, so sequence numbers stay true to what was told
(RFC 9051 §5.2). News is found by comparing that list with the mailbox, never by replaying events.
"""

import asyncio
import hmac
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from vexmail.app.demo.imap_command import Command, CommandError, Token, parse_set
from vexmail.app.demo.imap_fetch import flag_list
from vexmail.app.demo.mail_store import Entry, Mailbox, MailStore

CAPABILITIES = (
    "IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN ID ENABLE IDLE NAMESPACE CHILDREN UNSELECT UIDPLUS"
    " MOVE SPECIAL-USE CONDSTORE"
)
PERMANENT_FLAGS = ("\\Answered", "\\Flagged", "\\Draft", "\\Deleted", "\\Seen", "\\*")


class RefusedError(Exception):
    """The command is understood and refused; the client gets NO with this text."""


class Login:
    """The one account of the demo."""

    def __init__(self, username: str, password: str) -> None:
        """Keep the right name and password."""
        self._username = username.encode()
        self._password = password.encode()

    def accepts(self, username: bytes, password: bytes) -> bool:
        """Tell whether name and password are right, in constant time."""
        right_name = hmac.compare_digest(username, self._username)
        return hmac.compare_digest(password, self._password) and right_name


class Session:
    """State of one connection; commands live in :mod:`vexmail.app.demo.imap_server`."""

    def __init__(
        self,
        store: MailStore,
        login: Login,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Start unauthenticated, nothing selected."""
        self.store = store
        self.login = login
        self.reader = reader
        self.writer = writer
        self.authenticated = False
        self.read_only = False
        self.condstore = False
        self.closing = False
        self.woken = asyncio.Event()
        self._mailbox: Mailbox | None = None
        self._known: list[int] = []
        self._told_mod_seq = 0
        self._told_since: dict[int, int] = {}

    def send(self, line: bytes) -> None:
        """Queue one response line."""
        self.writer.write(line + b"\r\n")

    def untagged(self, line: str | bytes) -> None:
        """Queue one untagged response."""
        self.send(b"* " + (line.encode() if isinstance(line, str) else line))

    def tagged(self, command: Command, status: str) -> None:
        """Queue the response that ends a command."""
        self.send(f"{command.tag} {status}".encode())

    @property
    def mailbox(self) -> Mailbox:
        """The selected mailbox.

        Raises:
            RefusedError: none is selected.
        """
        if self._mailbox is None:
            message = "no mailbox selected"
            raise RefusedError(message)
        return self._mailbox

    def open(self, mailbox: Mailbox, *, read_only: bool) -> None:
        """Select a mailbox; its present messages are what the client knows."""
        self.leave()
        self._mailbox = mailbox
        self.read_only = read_only
        self._known = list(mailbox.entries)
        self._told_mod_seq = mailbox.mod_seq
        self._told_since.clear()
        mailbox.listeners.add(self.woken.set)

    def leave(self) -> None:
        """Deselect."""
        if self._mailbox is not None:
            self._mailbox.listeners.discard(self.woken.set)
        self._mailbox = None

    def writable(self) -> Mailbox:
        """Return the selected mailbox if it may be changed.

        Raises:
            RefusedError: it was opened with EXAMINE, or none is selected.
        """
        if self.read_only:
            message = "mailbox is read-only"
            raise RefusedError(message)
        return self.mailbox

    def tell_news(self, *, expunges: bool = True) -> None:
        """Send EXPUNGE, EXISTS and FETCH FLAGS for what changed since the last call.

        Args:
            expunges: False while FETCH, STORE or SEARCH run by sequence number
                (RFC 9051 §7.5.1 forbids EXPUNGE there).
        """
        self.woken.clear()
        mailbox = self._mailbox
        if mailbox is None or mailbox.mod_seq == self._told_mod_seq:
            return
        entries = mailbox.entries
        if expunges:
            self._tell_expunges(entries)
        last_known = self._known[-1] if self._known else 0
        arrived = [uid for uid in entries if uid > last_known]
        changed = [
            (number, entries[uid])
            for number, uid in enumerate(self._known, start=1)
            if uid in entries and self._is_news(entries[uid])
        ]
        if arrived:
            self._known += arrived
            self.untagged(f"{len(self._known)} EXISTS")
        for number, entry in changed:
            self.untagged(b"%d FETCH (%s)" % (number, self.flags_answer(entry)))
            self.knows(entry)
        for uid in arrived:
            self.knows(entries[uid])
        if expunges:
            self._told_mod_seq = mailbox.mod_seq
            self._told_since.clear()

    def knows(self, entry: Entry) -> None:
        """Note that the client knows the flags of a message as they are now.

        Its own STORE counts: what it silenced must not come back as news (RFC 9051 §6.4.6).
        """
        self._told_since[entry.uid] = entry.mod_seq

    def _is_news(self, entry: Entry) -> bool:
        return entry.mod_seq > max(self._told_mod_seq, self._told_since.get(entry.uid, 0))

    def _tell_expunges(self, entries: dict[int, Entry]) -> None:
        gone = [n for n, uid in enumerate(self._known, start=1) if uid not in entries]
        for number in reversed(gone):  # highest first: the lower numbers stay as they are
            self.untagged(f"{number} EXPUNGE")
            del self._known[number - 1]

    def flags_answer(self, entry: Entry) -> bytes:
        """Return UID and FLAGS (and MODSEQ once CONDSTORE is on) of a message."""
        answer = b"UID %d FLAGS %s" % (entry.uid, flag_list(entry.flags))
        return answer + b" MODSEQ (%d)" % entry.mod_seq if self.condstore else answer

    def chosen(self, token: Token, *, by_uid: bool) -> Iterator[tuple[int, Entry]]:
        """Yield (sequence number, entry) for a sequence set, ascending; what is gone is left out.

        Raises:
            CommandError: the set is malformed, or names a sequence number that is not there.
        """
        if not isinstance(token, bytes):
            message = "expected a sequence set"
            raise CommandError(message)
        largest = (self._known[-1] if self._known else 0) if by_uid else len(self._known)
        ranges = parse_set(token, largest)
        if not by_uid and any(low < 1 or high > largest for low, high in ranges):
            message = "no such sequence number"
            raise CommandError(message)
        entries = self.mailbox.entries
        wanted = self._uids_within(ranges, by_uid=by_uid)
        for number, uid in enumerate(self._known, start=1):
            if uid in wanted and uid in entries:
                yield number, entries[uid]

    def _uids_within(self, ranges: list[tuple[int, int]], *, by_uid: bool) -> set[int]:
        known = self._known
        if not by_uid:
            return {uid for low, high in ranges for uid in known[low - 1 : high]}
        return {
            uid
            for low, high in ranges
            for uid in known[bisect_left(known, low) : bisect_right(known, high)]
        }


def uid_set(uids: Iterable[int]) -> str:
    """Return UIDs as a compact sequence set, in the order given (RFC 4315 §3 wants order kept)."""
    runs: list[list[int]] = []
    for uid in uids:
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(f"{low}" if low == high else f"{low}:{high}" for low, high in runs)
