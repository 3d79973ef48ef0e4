"""What tests of moves and other filing ask of both sides."""

from tests.support.live_mailbox import LiveMailbox
from tests.support.mirror import Mirror


def on_server(folders: LiveMailbox, name: str) -> list[str]:
    """Return the subjects that the server holds in a mailbox."""
    found = [stored.raw.split(b"Subject: ")[1] for stored in folders.mailboxes[name].messages]
    return sorted(rest.split(b"\r\n")[0].decode() for rest in found)


async def equal(mirror: Mirror) -> bool:
    """Tell whether the mirror equals the server and keeps its own invariants."""
    assert await mirror.differences() == []
    assert await mirror.violations() == []
    return True
