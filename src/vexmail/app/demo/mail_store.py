"""The demo server's mailboxes, kept in one SQLite file so that they outlive a restart.

UIDs, UIDVALIDITY and mod-sequences follow RFC 9051 §2.3.1.1 and RFC 7162 §3.1: a UID is never
given twice, and every change of a message gets the mailbox's next mod-sequence. The index of all
messages is held in memory; their bytes stay in the file. Single-threaded: one event loop owns it.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from vexmail.app.demo.imap_structure import body_structure, envelope
from vexmail.app.demo.mime_structure import parse_part

_SCHEMA = """
CREATE TABLE IF NOT EXISTS mailbox (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, special_use TEXT NOT NULL,
    uid_validity INTEGER NOT NULL, uid_next INTEGER NOT NULL, mod_seq INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS content (
    id INTEGER PRIMARY KEY, raw BLOB NOT NULL, envelope BLOB NOT NULL, structure BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS entry (
    mailbox_id INTEGER NOT NULL REFERENCES mailbox(id), uid INTEGER NOT NULL,
    content_id INTEGER NOT NULL REFERENCES content(id), received INTEGER NOT NULL,
    size INTEGER NOT NULL, flags TEXT NOT NULL, mod_seq INTEGER NOT NULL,
    PRIMARY KEY (mailbox_id, uid)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS note (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class StoreInUseError(Exception):
    """Another process serves this state folder."""


@dataclass(slots=True)
class Entry:
    """One UID of one mailbox.

    Attributes:
        received: INTERNALDATE in seconds since 1970, UTC.
        size: RFC822.SIZE in bytes.
        flags: system flags and keywords, without ``\\Recent``.
    """

    uid: int
    content_id: int
    received: int
    size: int
    flags: frozenset[str]
    mod_seq: int


@dataclass(slots=True)
class Mailbox:
    """A mailbox and the index of its messages, ascending by UID."""

    id: int
    name: str
    special_use: str
    uid_validity: int
    uid_next: int
    mod_seq: int
    entries: dict[int, Entry] = field(default_factory=dict)
    listeners: set[Callable[[], None]] = field(default_factory=set)


class MailStore:
    """Reads and changes the mailboxes; each public change is one durable transaction."""

    def __init__(self, path: Path) -> None:
        """Open or create the file at ``path`` and load the index.

        Raises:
            StoreInUseError: another process has it open.
        """
        self._db = sqlite3.connect(path, timeout=2.0, isolation_level=None)
        try:
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(_SCHEMA)
            self._db.execute("BEGIN EXCLUSIVE")
            self._db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._db.close()
            if "locked" not in str(error):
                raise
            message = f"{path} is in use by another demo server"
            raise StoreInUseError(message) from error
        path.chmod(0o600)
        self._depth = 0
        self.mailboxes: dict[str, Mailbox] = {}
        self._load()

    def close(self) -> None:
        """Write everything out and let go of the file."""
        self._db.close()

    def _load(self) -> None:
        columns = "id, name, special_use, uid_validity, uid_next, mod_seq"
        by_id = {}
        for row in self._db.execute(f"SELECT {columns} FROM mailbox ORDER BY id"):  # noqa: S608 - constant
            mailbox = Mailbox(*row)
            by_id[mailbox.id] = self.mailboxes[mailbox.name] = mailbox
        for mailbox_id, uid, content_id, received, size, flags, mod_seq in self._db.execute(
            "SELECT mailbox_id, uid, content_id, received, size, flags, mod_seq FROM entry"
            " ORDER BY mailbox_id, uid"
        ):
            entry = Entry(uid, content_id, received, size, frozenset(flags.split()), mod_seq)
            by_id[mailbox_id].entries[entry.uid] = entry

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Group changes into one commit; nested uses join the outer one."""
        if self._depth:
            yield
            return
        self._db.execute("BEGIN")
        self._depth = 1
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        else:
            self._db.execute("COMMIT")
        finally:
            self._depth = 0

    def note(self, key: str) -> str | None:
        """Return what was remembered under ``key``."""
        row = self._db.execute("SELECT value FROM note WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, key: str, value: str) -> None:
        """Keep a small fact beside the mail."""
        self._db.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (key, value))

    def create(self, name: str, *, special_use: str = "", uid_validity: int) -> Mailbox:
        """Add an empty mailbox; ``uid_validity`` must never have been used for this name."""
        cursor = self._db.execute(
            "INSERT INTO mailbox (name, special_use, uid_validity, uid_next, mod_seq)"
            " VALUES (?, ?, ?, 1, 1)",
            (name, special_use, uid_validity),
        )
        mailbox = Mailbox(int(cursor.lastrowid or 0), name, special_use, uid_validity, 1, 1)
        self.mailboxes[name] = mailbox
        return mailbox

    def delete(self, name: str) -> None:
        """Remove a mailbox with everything in it."""
        mailbox = self.mailboxes[name]
        with self.transaction():
            self.expunge(mailbox, list(mailbox.entries))
            self._db.execute("DELETE FROM mailbox WHERE id = ?", (mailbox.id,))
        del self.mailboxes[name]

    def rename(self, old: str, new: str) -> None:
        """Give a mailbox another name; UIDs and UIDVALIDITY stay."""
        self._db.execute("UPDATE mailbox SET name = ? WHERE name = ?", (new, old))
        mailbox = self.mailboxes.pop(old)
        mailbox.name = new
        self.mailboxes[new] = mailbox

    def append(self, mailbox: Mailbox, raw: bytes, flags: Iterable[str], received: int) -> Entry:
        """Store a message and give it the next UID.

        Args:
            mailbox: where to.
            raw: the message, lines ending in CRLF.
            flags: system flags and keywords.
            received: INTERNALDATE, seconds since 1970.
        """
        message = parse_part(raw)
        with self.transaction():
            cursor = self._db.execute(
                "INSERT INTO content (raw, envelope, structure) VALUES (?, ?, ?)",
                (raw, envelope(message), body_structure(message)),
            )
            content_id = int(cursor.lastrowid or 0)
            return self._add(mailbox, content_id, received, len(raw), frozenset(flags))

    def copy(self, source: Mailbox, uids: Iterable[int], target: Mailbox) -> dict[int, int]:
        """Copy messages with flags and INTERNALDATE; answers old UID → new UID."""
        pairs = {}
        with self.transaction():
            for uid in uids:
                entry = source.entries[uid]
                fresh = self._add(target, entry.content_id, entry.received, entry.size, entry.flags)
                pairs[uid] = fresh.uid
        return pairs

    def _add(
        self, mailbox: Mailbox, content_id: int, received: int, size: int, flags: frozenset[str]
    ) -> Entry:
        mailbox.mod_seq += 1
        entry = Entry(mailbox.uid_next, content_id, received, size, flags, mailbox.mod_seq)
        mailbox.uid_next += 1
        self._db.execute(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)",
            (mailbox.id, entry.uid, content_id, received, size, _stored(flags), entry.mod_seq),
        )
        mailbox.entries[entry.uid] = entry
        self._settle(mailbox)
        return entry

    def set_flags(self, mailbox: Mailbox, entry: Entry, flags: Iterable[str]) -> None:
        """Replace the flags of a message; nothing happens when they are the same."""
        fresh = frozenset(flags)
        if fresh == entry.flags:
            return
        mailbox.mod_seq += 1
        with self.transaction():
            self._db.execute(
                "UPDATE entry SET flags = ?, mod_seq = ? WHERE mailbox_id = ? AND uid = ?",
                (_stored(fresh), mailbox.mod_seq, mailbox.id, entry.uid),
            )
            self._settle(mailbox)
        entry.flags = fresh
        entry.mod_seq = mailbox.mod_seq

    def expunge(self, mailbox: Mailbox, uids: Iterable[int]) -> None:
        """Remove messages for good; content nobody points at any more goes with them."""
        with self.transaction():
            for uid in uids:
                entry = mailbox.entries.pop(uid, None)
                if entry is None:
                    continue
                self._db.execute(
                    "DELETE FROM entry WHERE mailbox_id = ? AND uid = ?", (mailbox.id, uid)
                )
            self._db.execute("DELETE FROM content WHERE id NOT IN (SELECT content_id FROM entry)")
            mailbox.mod_seq += 1
            self._settle(mailbox)

    def _settle(self, mailbox: Mailbox) -> None:
        """Keep the mailbox's counters and wake whoever has it selected."""
        self._db.execute(
            "UPDATE mailbox SET uid_next = ?, mod_seq = ? WHERE id = ?",
            (mailbox.uid_next, mailbox.mod_seq, mailbox.id),
        )
        for wake in tuple(mailbox.listeners):
            wake()

    def raw(self, entry: Entry) -> bytes:
        """Return the whole message."""
        return bytes(self._column("raw", entry))

    def envelope(self, entry: Entry) -> bytes:
        """Return its ENVELOPE as sent on the wire."""
        return bytes(self._column("envelope", entry))

    def structure(self, entry: Entry) -> bytes:
        """Return its BODYSTRUCTURE as sent on the wire."""
        return bytes(self._column("structure", entry))

    def _column(self, column: str, entry: Entry) -> bytes:
        query = f"SELECT {column} FROM content WHERE id = ?"  # noqa: S608 - three fixed names
        row: tuple[bytes] | None = self._db.execute(query, (entry.content_id,)).fetchone()
        return b"" if row is None else row[0]


def _stored(flags: frozenset[str]) -> str:
    return " ".join(sorted(flags))
