"""Commands about mailboxes: LIST, STATUS, SELECT, CREATE and their relatives.

Source: RFC 9051 §6.3; LSUB of RFC 3501 §6.3.9; special-use attributes of RFC 6154; mod-sequences
of RFC 7162 §3.1.2. Names stay in wire form (modified UTF-7), ``/`` separates levels.
"""

import re
import time

from vexmail.app.demo.imap_command import Command, CommandError, Token
from vexmail.app.demo.imap_session import PERMANENT_FLAGS, RefusedError, Session
from vexmail.app.demo.imap_structure import nstring
from vexmail.app.demo.mail_store import Mailbox, MailStore


def text(token: Token) -> str:
    """Return a string or atom argument.

    Raises:
        CommandError: it is a list.
    """
    if isinstance(token, list):
        message = "expected a string"
        raise CommandError(message)
    return token.decode("utf-8", "surrogateescape")


def mailbox_named(store: MailStore, token: Token) -> Mailbox:
    """Return the mailbox an argument names; INBOX in any case.

    Raises:
        RefusedError: there is none.
    """
    name = _canonical(text(token))
    if name not in store.mailboxes:
        message = "[NONEXISTENT] no such mailbox"
        raise RefusedError(message)
    return store.mailboxes[name]


def _canonical(name: str) -> str:
    return "INBOX" if name.upper() == "INBOX" else name.rstrip("/")


async def list_mailboxes(session: Session, command: Command) -> None:
    """LIST and LSUB; every mailbox counts as subscribed."""
    arguments = [item for item in command.arguments if isinstance(item, bytes)]
    # RFC 5258 options are lists; we only know RETURN (SPECIAL-USE), which we answer anyway.
    reference, pattern = text(arguments[0]), text(arguments[1])
    if not pattern:
        session.untagged(f'{command.name} (\\Noselect) "/" ""')
        return
    matcher = _pattern(reference + pattern)
    names = list(session.store.mailboxes)
    for mailbox in session.store.mailboxes.values():
        if not matcher.match(mailbox.name):
            continue
        has_children = any(name.startswith(f"{mailbox.name}/") for name in names)
        attributes = "\\HasChildren" if has_children else "\\HasNoChildren"
        if mailbox.special_use:
            attributes += f" {mailbox.special_use}"
        quoted = nstring(mailbox.name.encode())
        session.untagged(f'{command.name} ({attributes}) "/" '.encode() + quoted)


def _pattern(pattern: str) -> re.Pattern[str]:
    pieces = (
        ".*" if char == "*" else "[^/]*" if char == "%" else re.escape(char) for char in pattern
    )
    return re.compile("".join(pieces) + r"\Z", re.IGNORECASE)


async def status(session: Session, command: Command) -> None:
    """STATUS of a mailbox that need not be selected."""
    mailbox = mailbox_named(session.store, command.arguments[0])
    asked = command.arguments[1]
    if not isinstance(asked, list):
        message = "expected a list of status items"
        raise CommandError(message)
    entries = mailbox.entries.values()
    values = {
        "MESSAGES": len(mailbox.entries),
        "RECENT": 0,
        "UIDNEXT": mailbox.uid_next,
        "UIDVALIDITY": mailbox.uid_validity,
        "UNSEEN": sum("\\Seen" not in entry.flags for entry in entries),
        "DELETED": sum("\\Deleted" in entry.flags for entry in entries),
        "SIZE": sum(entry.size for entry in entries),
        "HIGHESTMODSEQ": mailbox.mod_seq,
    }
    names = [text(item).upper() for item in asked]
    unknown = [name for name in names if name not in values]
    if unknown:
        message = f"unknown status item {unknown[0]}"
        raise CommandError(message)
    pairs = " ".join(f"{name} {values[name]}" for name in names)
    session.untagged(b"STATUS %s (%s)" % (nstring(mailbox.name.encode()), pairs.encode()))


async def select(session: Session, command: Command) -> str:
    """SELECT and EXAMINE."""
    session.leave()
    read_only = command.name == "EXAMINE"
    mailbox = mailbox_named(session.store, command.arguments[0])
    if any(b"CONDSTORE" in item for item in command.arguments[1:] if isinstance(item, list)):
        session.condstore = True
    session.open(mailbox, read_only=read_only)
    used = {flag for entry in mailbox.entries.values() for flag in entry.flags}
    flags = " ".join(sorted(used | set(PERMANENT_FLAGS[:-1])))
    permanent = "" if read_only else " ".join([flags, "\\*"])
    unseen = next(
        (n for n, e in enumerate(mailbox.entries.values(), 1) if "\\Seen" not in e.flags), None
    )
    session.untagged(f"{len(mailbox.entries)} EXISTS")
    session.untagged("0 RECENT")
    session.untagged(f"FLAGS ({flags})")
    session.untagged(f"OK [PERMANENTFLAGS ({permanent})] kept for good")
    if unseen is not None:
        session.untagged(f"OK [UNSEEN {unseen}] first unread")
    session.untagged(f"OK [UIDVALIDITY {mailbox.uid_validity}] UIDs hold")
    session.untagged(f"OK [UIDNEXT {mailbox.uid_next}] next UID")
    session.untagged(f"OK [HIGHESTMODSEQ {mailbox.mod_seq}] mod-sequences kept")
    return "OK [READ-ONLY] selected" if read_only else "OK [READ-WRITE] selected"


async def create(session: Session, command: Command) -> None:
    """CREATE; UIDVALIDITY is the second of creation, so a name used again gets a new one."""
    name = _canonical(text(command.arguments[0]))
    if not name or name in session.store.mailboxes:
        message = "[ALREADYEXISTS] mailbox exists"
        raise RefusedError(message)
    newest = max(mailbox.uid_validity for mailbox in session.store.mailboxes.values())
    session.store.create(name, uid_validity=max(int(time.time()), newest + 1))


async def delete(session: Session, command: Command) -> None:
    """DELETE a mailbox the user made; INBOX stays (RFC 9051 §6.3.5)."""
    mailbox = mailbox_named(session.store, command.arguments[0])
    if mailbox.name == "INBOX" or mailbox.listeners:
        message = "[CANNOT] mailbox is INBOX or in use"
        raise RefusedError(message)
    session.store.delete(mailbox.name)


async def rename(session: Session, command: Command) -> None:
    """RENAME a mailbox with everything below it."""
    old = mailbox_named(session.store, command.arguments[0]).name
    new = _canonical(text(command.arguments[1]))
    if old == "INBOX" or new in session.store.mailboxes:
        message = "[CANNOT] cannot rename to that"
        raise RefusedError(message)
    for name in [n for n in session.store.mailboxes if n == old or n.startswith(f"{old}/")]:
        session.store.rename(name, new + name[len(old) :])
