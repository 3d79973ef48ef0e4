"""Commands about messages: FETCH, STORE, COPY, MOVE, EXPUNGE, APPEND.

Source: RFC 9051 §6.3.12 and §6.4; CONDSTORE of RFC 7162 §3.1; UIDPLUS codes of RFC 4315.
"""

import time
from datetime import datetime
from itertools import pairwise

from vexmail.app.demo.imap_command import Command, CommandError, Token
from vexmail.app.demo.imap_fetch import fetch_answer, fetch_items, marks_seen
from vexmail.app.demo.imap_mailboxes import mailbox_named, text
from vexmail.app.demo.imap_session import RefusedError, Session, uid_set
from vexmail.app.demo.mail_store import Entry, Mailbox

_SYSTEM_FLAGS = {
    flag.upper(): flag for flag in ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
}
_DRAIN_EVERY = 64  # messages; keeps the write buffer small without a switch per message


def _by_uid(command: Command) -> bool:
    return command.name.startswith("UID ")


def _flags(token: Token) -> frozenset[str]:
    """Read flags; ``\\Recent`` and unknown system flags cannot be set and are left out."""
    items = token if isinstance(token, list) else [token]
    flags = set()
    for item in items:
        flag = text(item)
        if not flag.startswith("\\"):
            flags.add(flag)
        elif flag.upper() in _SYSTEM_FLAGS:
            flags.add(_SYSTEM_FLAGS[flag.upper()])
    return frozenset(flags)


async def fetch(session: Session, command: Command) -> None:
    """FETCH and UID FETCH, with CHANGEDSINCE."""
    by_uid = _by_uid(command)
    items = fetch_items(command.arguments[1])
    if by_uid and b"UID" not in items:
        items = [b"UID", *items]
    since = _modifier(command.arguments[2:], b"CHANGEDSINCE")
    if since is not None or b"MODSEQ" in items:
        session.condstore = True  # RFC 7162 §3.1: either one is a CONDSTORE enabling command
        if b"MODSEQ" not in items:
            items = [*items, b"MODSEQ"]
    see = marks_seen(items) and not session.read_only
    written = 0
    for number, entry in list(session.chosen(command.arguments[0], by_uid=by_uid)):
        if since is not None and entry.mod_seq <= since:
            continue
        if see and "\\Seen" not in entry.flags:
            session.store.set_flags(session.mailbox, entry, entry.flags | {"\\Seen"})
        answer = fetch_answer(session.store, entry, items)
        session.untagged(b"%d FETCH (%s)" % (number, answer))
        written += 1
        if written % _DRAIN_EVERY == 0:
            await session.writer.drain()


def _modifier(arguments: list[Token], name: bytes) -> int | None:
    """Return the number after ``name`` in a modifier list such as ``(CHANGEDSINCE 5)``."""
    for token in arguments:
        if not isinstance(token, list):
            continue
        for key, value in pairwise(token):
            if isinstance(key, bytes) and isinstance(value, bytes) and key.upper() == name:
                return int(value)
    return None


async def store(session: Session, command: Command) -> str:
    """STORE and UID STORE, with UNCHANGEDSINCE."""
    mailbox = session.writable()
    arguments = list(command.arguments)
    unchanged_since = _modifier(arguments[1:2], b"UNCHANGEDSINCE")
    if unchanged_since is not None:
        del arguments[1]
        session.condstore = True
    operation, *values = arguments[1:]
    verb = text(operation).upper()
    silent = verb.endswith(".SILENT")
    verb = verb.removesuffix(".SILENT")
    given = _flags(values[0] if len(values) == 1 else values)
    by_uid = _by_uid(command)
    modified = []
    with session.store.transaction():
        for number, entry in list(session.chosen(arguments[0], by_uid=by_uid)):
            if unchanged_since is not None and entry.mod_seq > unchanged_since:
                modified.append(entry.uid if by_uid else number)
                continue
            session.store.set_flags(mailbox, entry, _edited(entry.flags, verb, given))
            session.knows(entry)
            if not silent:
                session.untagged(b"%d FETCH (%s)" % (number, session.flags_answer(entry)))
            elif session.condstore:
                session.untagged(f"{number} FETCH (UID {entry.uid} MODSEQ ({entry.mod_seq}))")
    if modified:
        return f"OK [MODIFIED {uid_set(modified)}] the others stored"
    return "OK stored"


def _edited(flags: frozenset[str], verb: str, given: frozenset[str]) -> frozenset[str]:
    match verb:
        case "+FLAGS":
            return flags | given
        case "-FLAGS":
            return flags - given
        case "FLAGS":
            return given
        case _:
            message = f"unknown STORE item {verb}"
            raise CommandError(message)


def _target(session: Session, token: Token) -> Mailbox:
    try:
        return mailbox_named(session.store, token)
    except RefusedError as error:
        message = "[TRYCREATE] no such mailbox"  # RFC 9051 §6.4.7
        raise RefusedError(message) from error


def _copied(session: Session, command: Command) -> tuple[list[Entry], str]:
    target = _target(session, command.arguments[1])
    chosen = session.chosen(command.arguments[0], by_uid=_by_uid(command))
    entries = [entry for _, entry in chosen]
    pairs = session.store.copy(session.mailbox, [entry.uid for entry in entries], target)
    if not pairs:
        return [], ""
    code = f"[COPYUID {target.uid_validity} {uid_set(pairs)} {uid_set(pairs.values())}] "
    return entries, code


async def copy(session: Session, command: Command) -> str:
    """COPY and UID COPY."""
    _, code = _copied(session, command)
    return f"OK {code}copied"


async def move(session: Session, command: Command) -> str:
    """MOVE and UID MOVE; COPYUID comes untagged before the EXPUNGEs (RFC 6851 §4.3)."""
    mailbox = session.writable()
    with session.store.transaction():
        entries, code = _copied(session, command)
        session.store.expunge(mailbox, [entry.uid for entry in entries])
    if code:
        session.untagged(f"OK {code}moved")
    return "OK moved"


async def expunge(session: Session, command: Command) -> None:
    """EXPUNGE, and UID EXPUNGE of the named ones only."""
    mailbox = session.writable()
    named = command.arguments[0] if _by_uid(command) else b"1:*"
    uids = [e.uid for _, e in session.chosen(named, by_uid=True) if "\\Deleted" in e.flags]
    if uids:
        session.store.expunge(mailbox, uids)


async def append(session: Session, command: Command) -> str:
    """APPEND one message; answers APPENDUID."""
    target = _target(session, command.arguments[0])
    *options, literal = command.arguments[1:]
    if not isinstance(literal, bytes):
        message = "expected a message"
        raise CommandError(message)
    flags: frozenset[str] = frozenset()
    received = int(time.time())
    for option in options:
        if isinstance(option, list):
            flags = _flags(option)
        else:
            received = _date_time(text(option))
    entry = session.store.append(target, bytes(literal), flags, received)
    return f"OK [APPENDUID {target.uid_validity} {entry.uid}] stored"


def _date_time(value: str) -> int:
    try:
        return int(datetime.strptime(value.strip(), "%d-%b-%Y %H:%M:%S %z").timestamp())
    except ValueError as error:
        message = "bad date-time"
        raise CommandError(message) from error
