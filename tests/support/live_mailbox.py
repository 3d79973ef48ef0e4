"""A mailbox on a tiny IMAP server that pushes at once: for measuring our own share of a delay.

Dovecot waits about half a second before it tells an idling client of a new message; this server
writes the EXISTS before ``deliver`` returns. It answers what the sync engine asks (LIST, SELECT,
UID SEARCH, UID FETCH with CHANGEDSINCE, UID STORE, IDLE, NOOP) for one INBOX, truthfully enough
to be mirrored; it is no model of a full server.
"""

import asyncio
import base64
import email.parser
import email.utils
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import Self

from tests.support.scripted_imap import Peer, ScriptedImap

_SYSTEM = r"\Answered \Flagged \Deleted \Seen \Draft"
_IDLES = 1800.0  # seconds that a client may be silent; idling, it says nothing for long
_FETCH = re.compile(r"UID FETCH (\S+) \(([^)]*)\)(?: \(CHANGEDSINCE (\d+)\))?", re.IGNORECASE)
_STORE = re.compile(r"UID STORE (\S+) ([+-]?)FLAGS(\.SILENT)? \(([^)]*)\)", re.IGNORECASE)


@dataclass
class Stored:
    """One message of the mailbox."""

    uid: int
    raw: bytes
    flags: set[str]
    mod_seq: int
    received: float


@dataclass
class LiveMailbox:
    """INBOX and the server it lives on; use as ``async with LiveMailbox() as mailbox``."""

    condstore: bool = True
    password: str = ""
    """Refuse any other; empty takes all."""
    uid_validity: int = 1
    messages: list[Stored] = field(default_factory=list)
    uid_next: int = 1
    mod_seq: int = 1
    _idling: dict[int, Peer] = field(default_factory=dict)
    _told: dict[int, list[str]] = field(default_factory=dict)
    _server: ScriptedImap | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError("not started")
        return self._server.port

    async def watched(self) -> None:
        """Return once a client idles."""
        while not self._idling:  # noqa: ASYNC110 - looked at 1,000 times a second, in tests only
            await asyncio.sleep(0.001)

    async def __aenter__(self) -> Self:
        """Start."""
        self._server = await ScriptedImap(self._serve, patience=_IDLES).__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Stop."""
        if self._server is not None:
            await self._server.__aexit__(None, None, None)

    # ---- what a test does ----

    def deliver(self, raw: bytes, flags: Iterable[str] = (), received: float | None = None) -> int:
        """Add a message and tell everybody before returning; returns its UID."""
        self.mod_seq += 1
        moment = time.time() if received is None else received
        stored = Stored(self.uid_next, raw, set(flags), self.mod_seq, moment)
        self.messages.append(stored)
        self.uid_next += 1
        self._tell(f"* {len(self.messages)} EXISTS")
        return stored.uid

    def set_flags(self, uid: int, flags: Iterable[str]) -> None:
        """Change a message's flags as another client would."""
        index, stored = self._find(uid)
        self.mod_seq += 1
        stored.flags, stored.mod_seq = set(flags), self.mod_seq
        self._tell(self._flags_line(index + 1, stored))

    def expunge(self, uid: int) -> None:
        """Remove a message as another client would."""
        index, _ = self._find(uid)
        del self.messages[index]
        self.mod_seq += 1
        self._tell(f"* {index + 1} EXPUNGE")

    async def spoils(self, peer: Peer, command: str) -> bool:
        """Answer a command in place of this server; a moody one overrides it."""
        return False

    # ---- the server ----

    def _lets_in(self, command: str) -> bool:
        """Tell whether AUTHENTICATE PLAIN brings the right password."""
        message = base64.b64decode(command.rpartition(" ")[2]).decode()
        return not self.password or message.endswith(f"\0{self.password}")

    def _find(self, uid: int) -> tuple[int, Stored]:
        for index, stored in enumerate(self.messages):
            if stored.uid == uid:
                return index, stored
        raise KeyError(uid)

    def _tell(self, line: str) -> None:
        for number, waiting in self._told.items():
            idler = self._idling.get(number)
            if idler is not None:
                idler.writer.write(line.encode() + b"\r\n")
            else:
                waiting.append(line)

    def _tell_late(self, peer: Peer, number: int) -> None:
        waiting = self._told.get(number, [])
        peer.writer.write("".join(f"{line}\r\n" for line in waiting).encode())
        waiting.clear()

    async def _serve(self, peer: Peer) -> None:
        number = id(peer)
        extra = " CONDSTORE" if self.condstore else ""
        offered = f"IMAP4rev1 AUTH=PLAIN SASL-IR LOGINDISABLED IDLE ESEARCH{extra}"
        try:
            await peer.send(f"* OK [CAPABILITY {offered}] live")
            while True:
                command = await peer.command()
                verb = command.upper().split(" ", 1)[0]
                if verb == "LOGOUT":
                    await peer.send("* BYE see you\r\n{tag} OK done")
                    return
                if verb == "IDLE":
                    await self._idle(peer, number)
                    continue
                if verb in {"LOGIN", "AUTHENTICATE"}:
                    if not self._lets_in(command):
                        await peer.send("{tag} NO [AUTHENTICATIONFAILED] who are you?")
                        continue
                    await peer.send(f"{{tag}} OK [CAPABILITY {offered}] welcome")
                    continue
                if verb in {"SELECT", "EXAMINE"} and '"INBOX"' not in command.upper():
                    await peer.send("{tag} NO [NONEXISTENT] there is only INBOX")
                    continue
                if await self.spoils(peer, command):
                    continue
                peer.writer.write(self._answer(command, verb, number))
                # EXPUNGE may not be told inside FETCH or STORE by sequence number; all of ours
                # are UID commands, where it may (RFC 9051 §7.5.1).
                self._tell_late(peer, number)
                await peer.send("{tag} OK done")
        finally:
            self._told.pop(number, None)
            self._idling.pop(number, None)

    async def _idle(self, peer: Peer, number: int) -> None:
        await peer.send("+ idling")
        self._idling[number] = peer
        self._tell_late(peer, number)
        await peer.line()
        self._idling.pop(number, None)
        await peer.send("{tag} OK done")

    def _answer(  # noqa: PLR0911 - one return per command
        self, command: str, verb: str, number: int
    ) -> bytes:
        if verb == "CAPABILITY":
            extra = " CONDSTORE" if self.condstore else ""
            return f"* CAPABILITY IMAP4rev1 IDLE ESEARCH SPECIAL-USE{extra}\r\n".encode()
        if verb in {"LIST", "LSUB"}:
            return f'* {verb} () "/" INBOX\r\n'.encode()
        if verb in {"SELECT", "EXAMINE"}:
            self._told[number] = []
            return self._select()
        if command.upper().startswith("UID SEARCH"):
            uids = ",".join(str(stored.uid) for stored in self.messages)
            if "RETURN" in command.upper():
                every = f" ALL {uids}" if uids else ""
                return f"* ESEARCH UID{every}\r\n".encode()
            return f"* SEARCH {uids.replace(',', ' ')}".rstrip().encode() + b"\r\n"
        if fetch := _FETCH.match(command):
            return b"".join(self._fetch(fetch[1], fetch[2].upper(), int(fetch[3] or 0)))
        if store := _STORE.match(command):
            return self._store(store[1], store[2], store[4].split(), number)
        return b""

    def _select(self) -> bytes:
        lines = [
            f"* FLAGS ({_SYSTEM})",
            f"* OK [PERMANENTFLAGS ({_SYSTEM} \\*)] kept",
            f"* {len(self.messages)} EXISTS",
            f"* OK [UIDVALIDITY {self.uid_validity}] generation",
            f"* OK [UIDNEXT {self.uid_next}] next",
        ]
        if self.condstore:
            lines.append(f"* OK [HIGHESTMODSEQ {self.mod_seq}] highest")
        return "".join(f"{line}\r\n" for line in lines).encode()

    def _chosen(self, uid_set: str) -> list[tuple[int, Stored]]:
        last = self.messages[-1].uid if self.messages else 0
        wanted: set[int] = set()
        for part in uid_set.split(","):
            ends = [last if end == "*" else int(end) for end in part.split(":")]
            low, high = min(ends), max(ends)
            wanted |= {stored.uid for stored in self.messages if low <= stored.uid <= high}
        return [(i + 1, stored) for i, stored in enumerate(self.messages) if stored.uid in wanted]

    def _fetch(self, uid_set: str, items: str, since: int) -> Iterable[bytes]:
        for number, stored in self._chosen(uid_set):
            if stored.mod_seq > since:
                parts = [f"UID {stored.uid}", *self._items(stored, items.split())]
                line = f"* {number} FETCH ({' '.join(parts)}".encode()
                if "BODY.PEEK[]" in items:
                    line += b" BODY[] {%d}\r\n" % len(stored.raw) + stored.raw
                yield line + b")\r\n"

    def _items(self, stored: Stored, wanted: Sequence[str]) -> Iterable[str]:
        for item in wanted:
            if item == "FLAGS":
                yield f"FLAGS ({' '.join(sorted(stored.flags))})"
            elif item == "MODSEQ":
                yield f"MODSEQ ({stored.mod_seq})"
            elif item == "RFC822.SIZE":
                yield f"RFC822.SIZE {len(stored.raw)}"
            elif item == "INTERNALDATE":
                moment = time.strftime("%d-%b-%Y %H:%M:%S +0000", time.gmtime(stored.received))
                yield f'INTERNALDATE "{moment}"'
            elif item == "ENVELOPE":
                yield f"ENVELOPE {_envelope(stored.raw)}"
            elif item == "BODYSTRUCTURE":
                yield (
                    'BODYSTRUCTURE ("text" "plain" ("charset" "utf-8") NIL NIL "8bit" '
                    f"{len(stored.raw)} 1 NIL NIL NIL NIL)"
                )

    def _flags_line(self, number: int, stored: Stored) -> str:
        mod_seq = f" MODSEQ ({stored.mod_seq})" if self.condstore else ""
        flags = " ".join(sorted(stored.flags))
        return f"* {number} FETCH (UID {stored.uid} FLAGS ({flags}){mod_seq})"

    def _store(self, uid_set: str, sign: str, flags: Sequence[str], asker: int) -> bytes:
        lines = []
        for number, stored in self._chosen(uid_set):
            self.mod_seq += 1
            given = set(flags)
            stored.flags = {"+": stored.flags | given, "-": stored.flags - given}.get(sign, given)
            stored.mod_seq = self.mod_seq
            lines.append(self._flags_line(number, stored))
        for other in self._told:
            if other != asker:
                idler = self._idling.get(other)
                for line in lines:
                    if idler is not None:
                        idler.writer.write(line.encode() + b"\r\n")
                    else:
                        self._told[other].append(line)
        return "".join(f"{line}\r\n" for line in lines).encode()


def _envelope(raw: bytes) -> str:
    headers = email.parser.BytesHeaderParser().parsebytes(raw)
    people = [headers.get(name) for name in ("From", "Sender", "Reply-To", "To", "Cc", "Bcc")]
    people[1], people[2] = people[1] or people[0], people[2] or people[0]
    return "({} {} {} {} {})".format(
        _string(headers, "Date"),
        _string(headers, "Subject"),
        " ".join(_addresses(value) for value in people),
        _string(headers, "In-Reply-To"),
        _string(headers, "Message-ID"),
    )


def _string(headers: Message, name: str) -> str:
    value = headers.get(name)
    return "NIL" if value is None else _quoted(str(value))


def _quoted(text: str) -> str:
    flat = " ".join(text.split()).encode("ascii", "replace").decode()
    return '"' + flat.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _addresses(value: object) -> str:
    found = []
    for name, address in email.utils.getaddresses([str(value)] if value is not None else []):
        local, _, domain = address.partition("@")
        parts = [_quoted(name) if name else "NIL", "NIL", _quoted(local), _quoted(domain)]
        found.append(f"({' '.join(parts)})")
    return f"({''.join(found)})" if found else "NIL"
