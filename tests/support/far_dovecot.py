"""Dovecot as a far side; what another client does, and what is true, goes past our network.

``imapclient`` is the other client and the witness, on one connection of its own.
"""

import asyncio
import imaplib
import itertools
import subprocess
from collections.abc import Callable, Iterable
from typing import TypeVar

import imapclient
from imapclient.exceptions import IMAPClientError

from tests.support.dovecot import Dovecot
from tests.support.far_side import Held, HeldMailbox, TooLate, digest, subject
from tests.support.fault_proxy import FaultProxy

T = TypeVar("T")

OFFERS = {
    "all": "",
    "condstore": "imap_capability = IMAP4rev1 SASL-IR ID IDLE NAMESPACE LITERAL+ ENABLE UIDPLUS"
    " CONDSTORE SPECIAL-USE\n",
    "nothing": "imap_capability = IMAP4rev1 SASL-IR ID IDLE NAMESPACE LITERAL+\n",
}
"""What a Dovecot offers, by its lines of configuration."""
# Maildir gives a mailbox another generation under those who have it open; this format ends them.
FORMAT = "mail_location = sdbox:~/mail\n"
_TIMEOUT = 60.0  # seconds
_GONE = (imaplib.IMAP4.abort, OSError)
_users = itertools.count()


class DovecotFarSide:
    """Implements ``FarSide`` for a user of its own; leave it with ``close``."""

    password = "pw"
    acts_at_once = False

    def __init__(self, dovecot: Dovecot, network: FaultProxy) -> None:
        self.username = f"far{next(_users)}"
        self.network = network
        self._dovecot = dovecot
        self._client: imapclient.IMAPClient | None = None
        self._known: dict[tuple[str, int, int], tuple[str, str]] = {}
        dovecot.add_user(self.username, self.password)

    async def prepare(self) -> None:
        """Create what the account begins with."""
        await self.create("Archive")

    async def close(self) -> None:
        """Let the other client leave."""
        await asyncio.to_thread(self._leave)

    async def truth(self) -> dict[str, HeldMailbox]:
        """Return what it holds."""
        return await self._say(self._read)

    async def append(self, mailbox: str, raw: bytes, flags: Iterable[str]) -> None:
        """Add a message."""
        await self._say(lambda client: client.append(mailbox, raw, tuple(flags)))

    async def flag(self, mailbox: str, uid: int, flag: str, *, wanted: bool) -> None:
        """Set or remove a flag."""

        def act(client: imapclient.IMAPClient) -> None:
            client.select_folder(mailbox)
            (client.add_flags if wanted else client.remove_flags)([uid], [flag])

        await self._say(act)

    async def expunge(self, mailbox: str, uid: int) -> None:
        """Remove a message."""

        def act(client: imapclient.IMAPClient) -> None:
            client.select_folder(mailbox)
            client.add_flags([uid], ["\\Deleted"])
            # Past imapclient, which asks for UIDPLUS; Dovecot obeys though it does not offer it.
            client._imap.uid("EXPUNGE", str(uid))

        await self._say(act)

    async def move(self, mailbox: str, uid: int, target: str) -> None:
        """Move a message."""

        def act(client: imapclient.IMAPClient) -> None:
            client.select_folder(mailbox)
            client._imap.uid("MOVE", str(uid), f'"{target}"')

        await self._say(act)

    async def create(self, mailbox: str) -> None:
        """Create a mailbox."""
        await self._say(lambda client: client.create_folder(mailbox))

    async def rename(self, mailbox: str, name: str) -> None:
        """Rename a mailbox with all below it."""
        await self._say(lambda client: client.rename_folder(mailbox, name))

    async def delete(self, mailbox: str) -> None:
        """Delete a mailbox."""
        await self._say(lambda client: client.delete_folder(mailbox))

    async def subscribe(self, mailbox: str, *, wanted: bool) -> None:
        """Subscribe to a mailbox, or end that."""

        def act(client: imapclient.IMAPClient) -> None:
            (client.subscribe_folder if wanted else client.unsubscribe_folder)(mailbox)

        await self._say(act)

    async def number_anew(self, mailbox: str) -> None:
        """Give a mailbox another generation, as its administrator can."""
        validity = (await self.truth())[mailbox].uid_validity + 1000
        command = ["doveadm", "-c", str(self._dovecot.folder / "dovecot.conf"), "mailbox", "update"]
        command += ["-u", self.username, "--uid-validity", str(validity), mailbox]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
        if done.returncode:
            raise TooLate(done.stderr.decode())

    # ---- inside, in a thread ----

    async def _say(self, act: Callable[[imapclient.IMAPClient], T]) -> T:
        return await asyncio.to_thread(self._act, act)

    def _act(self, act: Callable[[imapclient.IMAPClient], T]) -> T:
        """Act, a second time where Dovecot ended the connection or another client came before."""
        for _ in range(3):
            try:
                client = self._connected()
                done = act(client)
                if client._imap.state == "SELECTED":
                    client._imap.unselect()  # who has a mailbox open is thrown out with it
                return done  # noqa: TRY300 - within the loop
            except _GONE:
                self._client = None
            except IMAPClientError as error:
                raise TooLate(str(error)) from error
        raise TooLate("Dovecot ends every connection")

    def _connected(self) -> imapclient.IMAPClient:
        if self._client is None:
            self._client = imapclient.IMAPClient(
                self._dovecot.host, self._dovecot.port, ssl=False, timeout=_TIMEOUT
            )
            self._client.login(self.username, self.password)
        return self._client

    def _leave(self) -> None:
        if self._client is not None:
            self._client.shutdown()
            self._client = None

    def _read(self, client: imapclient.IMAPClient) -> dict[str, HeldMailbox]:
        held = {}
        subscribed = {name for _, _, name in client.list_sub_folders()}
        for attributes, _, name in client.list_folders():
            if {b"\\Noselect", b"\\NonExistent"} & set(attributes):
                continue
            try:
                held[name] = self._read_mailbox(client, name, is_subscribed=name in subscribed)
            except IMAPClientError as error:
                if "exist" not in str(error):  # deleted since it was listed
                    raise
        return held

    def _read_mailbox(
        self, client: imapclient.IMAPClient, name: str, *, is_subscribed: bool
    ) -> HeldMailbox:
        selected = client.select_folder(name, readonly=True)
        validity = int(selected[b"UIDVALIDITY"])
        uids = client.search("ALL") if selected[b"EXISTS"] else []
        rows = client.fetch(uids, ["FLAGS"]) if uids else {}
        new = [uid for uid in rows if (name, validity, uid) not in self._known]
        for uid, row in (client.fetch(new, ["BODY.PEEK[]"]) if new else {}).items():
            raw = row[b"BODY[]"]
            self._known[name, validity, uid] = digest(raw), subject(raw)
        messages = {
            uid: Held(
                frozenset(flag.decode() for flag in row[b"FLAGS"] if flag != b"\\Recent"),
                *self._known[name, validity, uid],
            )
            for uid, row in rows.items()
            if (name, validity, uid) in self._known
        }
        return HeldMailbox(validity, messages, is_subscribed)
