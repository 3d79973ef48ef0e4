"""Commands of the live mailbox's server on messages of the selected mailbox."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tests.support.live_answers import fetch_line, flags_line, message_id
from tests.support.live_box import Box, Stored

if TYPE_CHECKING:
    from tests.support.live_mailbox import LiveMailbox
    from tests.support.live_session import Command, LiveSession

    Handler = Callable[[LiveMailbox, LiveSession, Box, Command], str]

_SINCE = re.compile(r"\(CHANGEDSINCE (\d+)\)", re.IGNORECASE)


def _search(_: "LiveMailbox", session: "LiveSession", box: Box, command: "Command") -> str:
    words = command.arguments
    extended = bool(words) and words[0].upper() == "RETURN"
    uids = ",".join(str(one.uid) for one in box.messages if _meets(one, words[2 * extended :]))
    if extended:
        session.say("* ESEARCH UID" + (f" ALL {uids}" if uids else ""))
    else:
        session.say(f"* SEARCH {uids.replace(',', ' ')}".rstrip())
    return ""


def _meets(stored: Stored, criteria: Sequence[str]) -> bool:
    match [word.upper() for word in criteria]:
        case ["CHARSET", "UTF-8", *_]:
            return _meets(stored, criteria[2:])
        case ["ALL"]:
            return True
        case ["DELETED"]:
            return "\\Deleted" in stored.flags
        case ["HEADER", "MESSAGE-ID", part]:
            return part in message_id(stored.raw).upper()
        case _:
            raise ValueError(f"no such search: {criteria}")


def _fetch(_: "LiveMailbox", session: "LiveSession", box: Box, command: "Command") -> str:
    uid_set, items = command.arguments[:2]
    since = _SINCE.search(command.text)
    for number, stored in box.chosen(uid_set):
        if stored.mod_seq > (int(since[1]) if since else 0):
            session.say(fetch_line(number, stored, items.upper().strip("()").split()))
    return ""


def _store(server: "LiveMailbox", session: "LiveSession", box: Box, command: "Command") -> str:
    uid_set, action, flags = command.arguments
    given = set(flags.strip("()").split())
    for number, stored in box.chosen(uid_set):
        kept = {"+": stored.flags | given, "-": stored.flags - given}.get(action[0], given)
        box.change(stored, kept)
        session.say(flags_line(number, stored, condstore=server.features.condstore))
        server.tell_flags(box, stored, but=session)
    return ""


def _copy(server: "LiveMailbox", session: "LiveSession", box: Box, command: "Command") -> str:
    code = _copied(server, box, command)
    return code if code.startswith("NO") else f"OK {code}done"


def _move(server: "LiveMailbox", session: "LiveSession", box: Box, command: "Command") -> str:
    if not server.features.move:
        return "BAD no MOVE here"
    chosen = [stored for _, stored in box.chosen(command.arguments[0])]
    code = _copied(server, box, command)
    if code.startswith("NO"):
        return code
    if code:
        session.say(f"* OK {code}moved")
    for stored in chosen:
        server.take_out(box, stored)
    return ""


def _copied(server: "LiveMailbox", box: Box, command: "Command") -> str:
    """Copy what is chosen; return the COPYUID code with a space, or the refusal."""
    uid_set, name = command.arguments
    target = server.mailboxes.get("INBOX" if name.upper() == "INBOX" else name)
    if target is None:
        return "NO [TRYCREATE] no such mailbox"
    chosen = [stored for _, stored in box.chosen(uid_set)]
    copies = [target.add(one.raw, one.flags, one.received) for one in chosen]
    if not chosen:
        return ""
    server.tell(target, lambda _: f"* {len(target.messages)} EXISTS")
    if not server.features.uidplus:
        return ""
    old, new = (",".join(str(one.uid) for one in some) for some in (chosen, copies))
    return f"[COPYUID {target.uid_validity} {old} {new}] "


def _expunge(server: "LiveMailbox", session: "LiveSession", box: Box, command: "Command") -> str:
    by_uid = command.verb.startswith("UID")
    if by_uid and not server.features.uidplus:
        return "BAD no UIDPLUS here"
    among = [one for _, one in box.chosen(command.arguments[0])] if by_uid else list(box.messages)
    for stored in among:
        if "\\Deleted" in stored.flags:
            server.take_out(box, stored)
    return ""


MESSAGE_COMMANDS: "dict[str, Handler]" = {
    "UID SEARCH": _search,
    "UID FETCH": _fetch,
    "UID STORE": _store,
    "UID COPY": _copy,
    "UID MOVE": _move,
    "UID EXPUNGE": _expunge,
    "EXPUNGE": _expunge,
}
