"""The in-memory server as a far side, with moods that no real server has on demand."""

from collections.abc import Iterable
from dataclasses import replace

from tests.support.far_side import Held, HeldMailbox, digest, subject
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox


class LiveFarSide:
    """Implements ``FarSide``; ``server`` is for what only it can do."""

    username = "ann"
    password = "pw"
    acts_at_once = True

    def __init__(self, server: LiveMailbox, network: FaultProxy) -> None:
        self.server = server
        self.network = network
        for role in ("Archive", "Junk", "Trash"):
            server.add_mailbox(role, f"\\{role}")

    async def truth(self) -> dict[str, HeldMailbox]:
        """Return what it holds."""
        return {
            box.name: HeldMailbox(
                box.uid_validity,
                {
                    m.uid: Held(frozenset(m.flags), digest(m.raw), subject(m.raw))
                    for m in box.messages
                },
                box.subscribed,
            )
            for box in self.server.mailboxes.values()
            if "\\Noselect" not in box.attributes
        }

    async def append(self, mailbox: str, raw: bytes, flags: Iterable[str]) -> None:
        """Add a message."""
        self.server.deliver(raw, flags, mailbox=mailbox)

    async def flag(self, mailbox: str, uid: int, flag: str, *, wanted: bool) -> None:
        """Set or remove a flag."""
        now = self.server.mailboxes[mailbox].find(uid)[1].flags
        self.server.set_flags(uid, now | {flag} if wanted else now - {flag}, mailbox=mailbox)

    async def expunge(self, mailbox: str, uid: int) -> None:
        """Remove a message."""
        self.server.expunge(uid, mailbox=mailbox)

    async def move(self, mailbox: str, uid: int, target: str) -> None:
        """Move a message."""
        box = self.server.mailboxes[mailbox]
        stored = box.find(uid)[1]
        self.server.deliver(stored.raw, stored.flags, stored.received, mailbox=target)
        self.server.take_out(box, stored)

    async def create(self, mailbox: str) -> None:
        """Create a mailbox."""
        self.server.add_mailbox(mailbox)

    async def rename(self, mailbox: str, name: str) -> None:
        """Rename a mailbox with all below it; subscriptions go by name."""
        self.server.rename_mailbox(mailbox, name)

    async def delete(self, mailbox: str) -> None:
        """Delete a mailbox; who has it open is thrown out, as many servers do."""
        self.server.delete_mailbox(mailbox)
        self.network.drop()

    async def subscribe(self, mailbox: str, *, wanted: bool) -> None:
        """Subscribe to a mailbox, or end that."""
        self.server.mailboxes[mailbox].subscribed = wanted

    async def number_anew(self, mailbox: str) -> None:
        """Give a mailbox another generation."""
        box = self.server.mailboxes[mailbox]
        box.uid_validity += 1000
        shift = 7
        for stored in box.messages:
            stored.uid += shift
        box.uid_next += shift
        box.vanished.clear()
        self.network.drop()  # a server does not do it under a client that has it open

    # ---- moods ----

    def forget_mod_seqs(self) -> None:
        """Offer no CONDSTORE and no QRESYNC any more."""
        features = self.server.features
        self.server.features = replace(features, condstore=False, qresync=False)
        self.network.drop()

    def mod_seqs_back(self, mailbox: str) -> None:
        """Count modifications from 1 again, as after a restore from a backup."""
        box = self.server.mailboxes[mailbox]
        box.mod_seq = 1
        for stored in box.messages:
            stored.mod_seq = 1
        box.vanished.clear()
        self.network.drop()

    def hang_up_after(self, command: str) -> None:
        """Carry the next command that begins so out, and close its connection before the answer."""
        self.server.hang_up_after = command

    def calm(self) -> None:
        """End the moods that would keep it from working."""
        self.server.allow_all()
        self.server.hang_up_after = ""
