"""Mailboxes on a tiny IMAP server that pushes at once, and that a test can set up as it likes.

Dovecot waits about half a second before it tells an idling client of a new message; this server
writes the EXISTS before ``deliver`` returns. It answers what the sync engine asks, truthfully
enough to be mirrored, and offers or hides extensions one by one; it is no model of a full server.
The dialogue with one client is in ``live_session``.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Self

from tests.support.live_answers import flags_line
from tests.support.live_box import Box, Stored
from tests.support.live_names import DELIMITER, quoted, status_line
from tests.support.live_session import Features, LiveSession
from tests.support.scripted_imap import Peer, ScriptBroken, ScriptedImap

__all__ = ["Box", "LiveMailbox", "Stored"]


class LiveMailbox:
    """INBOX, other mailboxes, and their server; use as ``async with LiveMailbox() as mailbox``.

    Args:
        condstore: offer mod-sequences; without them QRESYNC is not offered either.
        qresync: offer QRESYNC, which needs ENABLE.
        move: offer MOVE.
        uidplus: offer UID EXPUNGE, COPYUID and APPENDUID.
        list_status: offer LIST-STATUS.
        notify: offer NOTIFY.
        object_id: offer OBJECTID, for mailboxes only.
        provider: a capability by which a provider is known, such as ``X-GM-EXT-1``.
        namespace: prefix below which all mailboxes but INBOX lie, such as ``INBOX/``.
        password: refuse any other; empty takes all.
        uid_validity: of INBOX; other mailboxes get higher ones.
    """

    def __init__(
        self,
        *,
        condstore: bool = True,
        qresync: bool = True,
        move: bool = True,
        uidplus: bool = True,
        list_status: bool = True,
        notify: bool = False,
        object_id: bool = False,
        provider: str = "",
        namespace: str = "",
        password: str = "",
        uid_validity: int = 1,
    ) -> None:
        self.features = Features(
            condstore,
            condstore and qresync,
            move,
            uidplus,
            list_status,
            namespace,
            notify,
            object_id,
            provider,
        )
        self.password = password
        self.mailboxes = {"INBOX": Box("INBOX", uid_validity=uid_validity)}
        """By name on the wire."""
        self.commands: list[str] = []
        """All that clients said, tags left out, literals as ``{}``."""
        self.unreadable: list[str] = []
        """Commands that were answered BAD, with what was wrong; none may be left at the end."""
        self.on_command: Callable[[str], object] | None = None
        """Called with each command before it is carried out, e.g. to act as another client."""
        self.on_answer: Callable[[bytes], bytes] | None = None
        """Given each piece of an answer, returns what is sent instead: a server that lies."""
        self.hang_up_after = ""
        """Close the connection in place of answering the next command that begins so."""
        self.room: int | None = None
        """Most clients that may be logged in at once; None: any number."""
        self.is_silent = False
        """Break the promise of NOTIFY: say nothing of other mailboxes."""
        self.sessions: list[LiveSession] = []
        self._refusals: dict[str, str] = {}
        self._server: ScriptedImap | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError("not started")
        return self._server.port

    @property
    def connections(self) -> int:
        """Clients so far."""
        return 0 if self._server is None else self._server.connections

    @property
    def inbox(self) -> Box:
        """INBOX."""
        return self.mailboxes["INBOX"]

    @property
    def messages(self) -> list[Stored]:
        """What INBOX holds."""
        return self.inbox.messages

    @property
    def uid_validity(self) -> int:
        """Generation of INBOX; may be set."""
        return self.inbox.uid_validity

    @uid_validity.setter
    def uid_validity(self, value: int) -> None:
        self.inbox.uid_validity = value

    @property
    def uid_next(self) -> int:
        """The UID that INBOX gives next; may be set."""
        return self.inbox.uid_next

    @uid_next.setter
    def uid_next(self, value: int) -> None:
        self.inbox.uid_next = value

    @property
    def mod_seq(self) -> int:
        """The highest mod-sequence of INBOX; may be set."""
        return self.inbox.mod_seq

    @mod_seq.setter
    def mod_seq(self, value: int) -> None:
        self.inbox.mod_seq = value

    async def watched(self, mailbox: str = "INBOX") -> None:
        """Return once a client idles in a mailbox."""
        box = self.mailboxes[mailbox]
        while not any(  # noqa: ASYNC110 - looked at 1,000 times a second, in tests only
            session.idling and session.box is box for session in self.sessions
        ):
            await asyncio.sleep(0.001)

    async def watched_now(self) -> bool:
        """Tell whether a client idles in INBOX."""
        return any(session.idling and session.box is self.inbox for session in self.sessions)

    async def __aenter__(self) -> Self:
        """Start."""
        self._server = await ScriptedImap(self._serve).__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Stop, and tell what could not be read."""
        if self._server is not None:
            await self._server.__aexit__(None, None, None)
        if self.unreadable:
            raise ScriptBroken(f"no server could read this: {self.unreadable}")

    # ---- what a test does, as another client or as the server's owner ----

    def deliver(
        self,
        raw: bytes,
        flags: Iterable[str] = (),
        received: float | None = None,
        *,
        mailbox: str = "INBOX",
    ) -> int:
        """Add a message and tell everybody before returning; returns its UID."""
        box = self.mailboxes[mailbox]
        stored = box.add(raw, flags, received)
        self.tell(box, lambda _: f"* {len(box.messages)} EXISTS")
        return stored.uid

    def set_flags(self, uid: int, flags: Iterable[str], *, mailbox: str = "INBOX") -> None:
        """Change a message's flags as another client would."""
        box = self.mailboxes[mailbox]
        _, stored = box.find(uid)
        box.change(stored, flags)
        self.tell_flags(box, stored)

    def expunge(self, uid: int, *, mailbox: str = "INBOX") -> None:
        """Remove a message as another client would."""
        box = self.mailboxes[mailbox]
        self.take_out(box, box.find(uid)[1])

    def add_mailbox(self, name: str, *attributes: str) -> Box:
        """Create a mailbox as another client would; ``attributes`` such as ``\\Trash``."""
        validity = max(box.uid_validity for box in self.mailboxes.values()) + 1
        box = self.mailboxes[name] = Box(name, set(attributes), uid_validity=validity)
        box.object_id = f"M{validity}"
        self.tell_list(name)
        return box

    def rename_mailbox(self, name: str, new: str) -> None:
        """Rename a mailbox as another client would, and all below it; subscriptions stay."""
        for old in [*self.mailboxes]:
            if old == name or old.startswith(name + DELIMITER):
                box = self.mailboxes.pop(old)
                box.name = new + old.removeprefix(name)
                box.subscribed = False
                self.mailboxes[box.name] = box
                self.tell_list(box.name)

    def delete_mailbox(self, name: str) -> None:
        """Delete a mailbox as another client would."""
        del self.mailboxes[name]
        self.tell_list(name)

    def refuse(self, command: str, text: str = "no") -> None:
        """Answer NO with ``text`` to commands that begin so, until ``allow``."""
        self._refusals[command.upper()] = text

    def allow(self, command: str) -> None:
        """End a refusal."""
        self._refusals.pop(command.upper(), None)

    def allow_all(self) -> None:
        """End every refusal."""
        self._refusals.clear()

    # ---- what the sessions use ----

    def refusal(self, command: str) -> str | None:
        """Return the text of the NO for a command, or None where it is carried out."""
        for beginning, text in self._refusals.items():
            if command.upper().startswith(beginning):
                return text
        return None

    def tell(
        self, box: Box, line: Callable[[LiveSession], str], but: LiveSession | None = None
    ) -> None:
        """Tell everybody who has selected a mailbox."""
        for session in self.sessions:
            if session.box is box and session is not but:
                session.push(line(session))
            elif session.is_notified and session.box is not box:
                session.notify(status_line(box, "MESSAGES UIDNEXT UIDVALIDITY"))

    def tell_list(self, name: str) -> None:
        """Tell those who asked for it that the list of mailboxes changed."""
        for session in self.sessions:
            if session.is_notified:
                session.notify(f'* LIST () "/" {quoted(name)}')

    def tell_flags(self, box: Box, stored: Stored, but: LiveSession | None = None) -> None:
        """Tell everybody a message's flags."""
        number = box.find(stored.uid)[0] + 1
        line = flags_line(number, stored, condstore=self.features.condstore)
        self.tell(box, lambda _: line, but)

    def take_out(self, box: Box, stored: Stored) -> None:
        """Expunge a message; VANISHED for those who enabled QRESYNC, EXPUNGE for the others."""
        index = box.remove(stored)
        self.tell(
            box,
            lambda session: (
                f"* VANISHED {stored.uid}" if session.enabled else f"* {index + 1} EXPUNGE"
            ),
        )

    async def _serve(self, peer: Peer) -> None:
        session = LiveSession(self, peer)
        self.sessions.append(session)
        try:
            await session.serve()
        finally:
            self.sessions.remove(session)
