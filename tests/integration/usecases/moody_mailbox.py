"""A mailbox on a server that has its moods: it refuses, hangs up, lists what does not open."""

import re
from dataclasses import dataclass

from typing_extensions import override

from tests.support.live_mailbox import LiveMailbox
from tests.support.scripted_imap import Peer

_STORE = re.compile(r"UID STORE ", re.IGNORECASE)


@dataclass
class MoodyMailbox(LiveMailbox):
    """A ``LiveMailbox`` that does as its fields say."""

    refuses_store: str = ""
    """Answer NO with these words to every STORE; empty carries them out."""
    drops_at_store: int = 0
    """Close so many connections in place of an answer to STORE."""
    ghost: str = ""
    """A mailbox that is listed and does not open."""

    @override
    async def spoils(self, peer: Peer, command: str) -> bool:
        """Refuse or hang up at a STORE, list the ghost."""
        if _STORE.match(command):
            if self.drops_at_store:
                self.drops_at_store -= 1
                raise ConnectionResetError("dropped at STORE")
            if self.refuses_store:
                await peer.send(f"{{tag}} NO {self.refuses_store}")
                return True
        if self.ghost and command.upper().startswith("LIST "):
            await peer.send(f'* LIST () "/" INBOX\r\n* LIST () "/" {self.ghost}\r\n{{tag}} OK done')
            return True
        return False
