"""Mailboxes on a server that has its moods: it refuses, hangs up, lists what does not open."""

from tests.support.live_mailbox import LiveMailbox


def refusing_store(words: str, *, uid_validity: int = 1) -> LiveMailbox:
    """Return a server that answers NO with ``words`` to every STORE."""
    server = LiveMailbox(uid_validity=uid_validity)
    server.refuse("UID STORE", words)
    return server


def dropping_at_store(times: int, *, uid_validity: int = 1) -> LiveMailbox:
    """Return a server that closes so many connections in place of an answer to STORE."""
    server = LiveMailbox(uid_validity=uid_validity)
    left = times

    def hang_up(command: str) -> None:
        nonlocal left
        if left and command.upper().startswith("UID STORE"):
            left -= 1
            raise ConnectionResetError("dropped at STORE")

    server.on_command = hang_up
    return server


def with_ghost(name: str, *, uid_validity: int) -> LiveMailbox:
    """Return a server that lists a mailbox which does not open."""
    server = LiveMailbox(uid_validity=uid_validity)
    server.add_mailbox(name)
    for verb in ("SELECT", "EXAMINE", "STATUS"):
        server.refuse(f'{verb} "{name}"', "[NOPERM] not for you")
    return server
