"""Commands of the live mailbox's server on mailboxes: listing, counting, changing, APPEND."""

import email.utils
from typing import TYPE_CHECKING

from tests.support.live_box import Box

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.live_mailbox import LiveMailbox
    from tests.support.live_session import Command, LiveSession

    Handler = Callable[[LiveMailbox, LiveSession, Command], str]

DELIMITER = "/"


def quoted(name: str) -> str:
    """Return a mailbox's name as a quoted string."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _found(server: "LiveMailbox", name: str) -> Box | None:
    return server.mailboxes.get("INBOX" if name.upper() == "INBOX" else name)


def status_line(box: Box, items: str) -> str:
    """Return a STATUS answer."""
    facts = {**box.counters, "MAILBOXID": f"({box.object_id})"}
    told = " ".join(f"{item} {facts[item]}" for item in items.strip("()").upper().split())
    return f"* STATUS {quoted(box.name)} ({told})"


def _list(server: "LiveMailbox", session: "LiveSession", command: "Command") -> str:
    text = command.text.upper()
    if "RETURN" in text and not server.features.list_status:
        return "BAD no LIST-EXTENDED here"
    status = text.partition("STATUS (")[2].partition(")")[0]
    for box in server.mailboxes.values():
        marks = set(box.attributes)
        if command.verb == "LSUB" and not box.subscribed:
            continue
        if "SUBSCRIBED" in text and box.subscribed:
            marks.add("\\Subscribed")
        flags = " ".join(sorted(marks))
        session.say(f'* {command.verb} ({flags}) "{DELIMITER}" {quoted(box.name)}')
        if status and "\\Noselect" not in box.attributes:
            session.say(status_line(box, status))
    return ""


def _status(server: "LiveMailbox", session: "LiveSession", command: "Command") -> str:
    name, items = command.arguments
    box = _found(server, name)
    if box is None or "\\Noselect" in box.attributes:
        return "NO [NONEXISTENT] no such mailbox"
    if "HIGHESTMODSEQ" in items.upper() and not server.features.condstore:
        return "BAD no CONDSTORE here"
    session.say(status_line(box, items))
    return ""


def _namespace(server: "LiveMailbox", session: "LiveSession", _: "Command") -> str:
    session.say(f'* NAMESPACE (("{server.features.namespace}" "{DELIMITER}")) NIL NIL')
    return ""


def _refusal(server: "LiveMailbox", name: str) -> str:
    if _found(server, name) is not None:
        return "NO [ALREADYEXISTS] it is there"
    if not name.startswith(server.features.namespace):
        return "NO [CANNOT] not in your namespace"
    return ""


def _create(server: "LiveMailbox", _: "LiveSession", command: "Command") -> str:
    [name] = command.arguments
    refusal = _refusal(server, name)
    if not refusal:
        server.add_mailbox(name).subscribed = False
    return refusal


def _rename(server: "LiveMailbox", _: "LiveSession", command: "Command") -> str:
    old, new = command.arguments
    if _found(server, old) is None:
        return "NO [NONEXISTENT] no such mailbox"
    refusal = _refusal(server, new)
    if not refusal:
        server.rename_mailbox(old, new)
    return refusal


def _delete(server: "LiveMailbox", _: "LiveSession", command: "Command") -> str:
    [name] = command.arguments
    if name.upper() == "INBOX":
        return "NO [CANNOT] the inbox stays"
    if name not in server.mailboxes:
        return "NO [NONEXISTENT] no such mailbox"
    server.delete_mailbox(name)
    return ""


def _subscribe(server: "LiveMailbox", _: "LiveSession", command: "Command") -> str:
    box = _found(server, command.arguments[0])
    if box is None:
        return "NO [NONEXISTENT] no such mailbox"
    box.subscribed = command.verb == "SUBSCRIBE"
    return ""


def _append(server: "LiveMailbox", _: "LiveSession", command: "Command") -> str:
    name, *options, _message = command.arguments
    box = _found(server, name)
    if box is None:
        return "NO [TRYCREATE] no such mailbox"
    flags = [word for option in options for word in option.strip("()").split() if option[0] == "("]
    dates = [option for option in options if option[0] != "("]
    received = email.utils.parsedate_to_datetime(dates[0]).timestamp() if dates else None
    stored = box.add(command.literals[-1], flags, received)
    server.tell(box, lambda _: f"* {len(box.messages)} EXISTS")
    code = f"[APPENDUID {box.uid_validity} {stored.uid}] " if server.features.uidplus else ""
    return f"OK {code}done"


NAME_COMMANDS: "dict[str, Handler]" = {
    "LIST": _list,
    "LSUB": _list,
    "STATUS": _status,
    "NAMESPACE": _namespace,
    "CREATE": _create,
    "RENAME": _rename,
    "DELETE": _delete,
    "SUBSCRIBE": _subscribe,
    "UNSUBSCRIBE": _subscribe,
    "APPEND": _append,
}
