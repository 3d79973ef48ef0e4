"""The live mailbox's dialogue with one client: reading commands, greeting, selecting, idling.

What acts on messages of the selected mailbox is in ``live_messages``, what acts on mailboxes in
``live_names``.
"""

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.live_answers import flags_line
from tests.support.live_box import Box
from tests.support.live_messages import MESSAGE_COMMANDS
from tests.support.live_names import NAME_COMMANDS
from tests.support.scripted_imap import Peer

if TYPE_CHECKING:
    from tests.support.live_mailbox import LiveMailbox

_SYSTEM = r"\Answered \Flagged \Deleted \Seen \Draft"
_LITERAL = re.compile(r"\{(\d+)(\+?)\}\Z")
_QRESYNC = re.compile(r"\(QRESYNC \((\d+) (\d+)\)\)", re.IGNORECASE)
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\([^()]*(?:\([^()]*\)[^()]*)*\))|([^ ]+)')


@dataclass(frozen=True, slots=True)
class Features:
    """What the server offers; see ``LiveMailbox``."""

    condstore: bool
    qresync: bool
    move: bool
    uidplus: bool
    list_status: bool
    namespace: str
    notify: bool = False
    object_id: bool = False
    provider: str = ""

    @property
    def capabilities(self) -> str:
        """What CAPABILITY names."""
        optional = {
            "CONDSTORE": self.condstore,
            "QRESYNC": self.qresync,
            "MOVE": self.move,
            "UIDPLUS": self.uidplus,
            "LIST-STATUS LIST-EXTENDED": self.list_status,
            "NOTIFY": self.notify,
            "OBJECTID": self.object_id,
            self.provider: bool(self.provider),
        }
        basis = (
            "IMAP4rev1 AUTH=PLAIN SASL-IR LOGINDISABLED IDLE ESEARCH ENABLE ID NAMESPACE "
            "LITERAL+ SPECIAL-USE"
        )
        return " ".join([basis, *(name for name, offered in optional.items() if offered)])


@dataclass
class Command:
    """A command without its tag; ``literals`` in the order in which ``{}`` stands for them."""

    text: str
    literals: list[bytes]

    @property
    def verb(self) -> str:
        """The command's name, ``UID`` included."""
        words = self.text.upper().split(" ", 2)
        return " ".join(words[:2]) if words[0] == "UID" else words[0]

    @property
    def arguments(self) -> list[str]:
        """What follows the name: strings without quotes, lists with their brackets."""
        found = []
        waiting = iter(self.literals)
        for quoted, listed, atom in _WORD.findall(self.text[len(self.verb) :]):
            if atom == "{}":
                found.append(next(waiting).decode("utf-8", "replace"))
            else:
                found.append(listed or atom or re.sub(r"\\(.)", r"\1", quoted))
        return found


class LiveSession:
    """One client; see the module's docstring."""

    def __init__(self, server: "LiveMailbox", peer: Peer) -> None:
        self.server = server
        self.box: Box | None = None
        self.enabled = False
        """Whether the client enabled QRESYNC."""
        self.idling = False
        self.is_inside = False
        """Whether the client logged in."""
        self.is_notified = False
        """Whether the client hears of all mailboxes."""
        self._peer = peer
        peer.patience = None  # a mirror may idle for minutes
        self._waiting: list[str] = []

    async def serve(self) -> None:
        """Talk until the client leaves."""
        await self._peer.send(f"* OK [CAPABILITY {self.server.features.capabilities}] live")
        while True:
            command = await self._read()
            if command is None:
                continue
            self.server.commands.append(command.text)
            if self.server.on_command is not None:
                self.server.on_command(command.text)
            refusal = self.server.refusal(command.text)
            if command.verb == "LOGOUT":
                await self._peer.send("* BYE see you\r\n{tag} OK done")
                return
            if refusal is not None:
                await self._end(f"NO {refusal}")
            elif command.verb == "IDLE":
                await self._idle()
            else:
                end = self._carry_out(command)
                if self._must_hang_up(command):
                    self._peer.reset()
                    return
                await self._end(end)

    def hang_up(self) -> None:
        """End the connection without a word."""
        self._peer.reset()

    def push(self, line: str) -> None:
        """Tell news: at once while idling, else inside the next answer."""
        if self.idling:
            self.say(line)
        else:
            self._waiting.append(line)

    def notify(self, line: str) -> None:
        """Tell news of another mailbox: at once, unless the server is asked to keep it back."""
        if self.server.is_silent:
            return
        self.push(line)

    def say(self, line: str | bytes) -> None:
        """Write one untagged line; bytes bring their own end."""
        data = line if isinstance(line, bytes) else line.encode() + b"\r\n"
        lie = self.server.on_answer
        self._peer.writer.write(lie(data) if lie is not None else data)

    # ---- inside ----

    def _must_hang_up(self, command: Command) -> bool:
        wanted = self.server.hang_up_after
        if not wanted or not command.text.upper().startswith(wanted):
            return False
        self.server.hang_up_after = ""
        return True

    async def _read(self) -> Command | None:
        """Return the next command, or None where it was refused before its literal came."""
        text = await self._peer.command()
        literals: list[bytes] = []
        while announced := _LITERAL.search(text):
            if not announced[2]:
                refusal = self.server.refusal(text)
                if refusal is not None:
                    self.server.commands.append(text)
                    await self._end(f"NO {refusal}")
                    return None
                await self._peer.send("+ go on")
            literals.append(await self._peer.literal(int(announced[1])))
            text = text[: announced.start()] + "{}" + (await self._peer.line()).decode()
        return Command(text, literals)

    def _carry_out(self, command: Command) -> str:
        """Answer a command; return what follows the tag."""
        # EXPUNGE may not be told inside FETCH or STORE by sequence number; all of ours are UID
        # commands, where it may (RFC 9051 §7.5.1).
        self._flush()
        try:
            end = self._obey(command)
        except (ValueError, LookupError) as error:
            # Told when the test ends: ours says nothing that a server cannot read.
            self.server.unreadable.append(f"{command.text}: {error!r}")
            end = "BAD that cannot be read"
        self._flush()
        return end or "OK done"

    def _obey(self, command: Command) -> str:
        verb = command.verb
        if verb in MESSAGE_COMMANDS:
            if self.box is None:
                return "BAD nothing is selected"
            return MESSAGE_COMMANDS[verb](self.server, self, self.box, command)
        if verb in NAME_COMMANDS:
            return NAME_COMMANDS[verb](self.server, self, command)
        return self._other(command)

    def _other(self, command: Command) -> str:
        match command.verb:
            case "CAPABILITY":
                self.say(f"* CAPABILITY {self.server.features.capabilities}")
            case "AUTHENTICATE":
                return self._log_in(command)
            case "SELECT" | "EXAMINE":
                return self._select(command)
            case "ENABLE" if self.server.features.qresync and "QRESYNC" in command.text.upper():
                self.enabled = True
                self.say("* ENABLED QRESYNC")
            case "ENABLE":
                self.say("* ENABLED")
            case "ID":
                self.say('* ID ("name" "live mailbox")')
            case "NOTIFY" if self.server.features.notify:
                self.is_notified = command.text.upper().startswith("NOTIFY SET")
            case "NOOP":
                pass
            case _:
                return "BAD unknown command"
        return ""

    def _log_in(self, command: Command) -> str:
        message = base64.b64decode(command.arguments[-1]).decode()
        if self.server.password and not message.endswith(f"\0{self.server.password}"):
            return "NO [AUTHENTICATIONFAILED] who are you?"
        inside = sum(session.is_inside for session in self.server.sessions)
        if self.server.room is not None and inside >= self.server.room:
            return "NO [LIMIT] Too many simultaneous connections"
        self.is_inside = True
        return f"OK [CAPABILITY {self.server.features.capabilities}] welcome"

    def _select(self, command: Command) -> str:
        if self.box is not None and self.enabled:
            self.say("* OK [CLOSED] previous mailbox closed")
        name = command.arguments[0]
        self.box = self.server.mailboxes.get("INBOX" if name.upper() == "INBOX" else name)
        self._waiting.clear()
        box = self.box
        if box is None or "\\Noselect" in box.attributes:
            self.box = None
            return "NO [NONEXISTENT] no such mailbox"
        self.say(f"* FLAGS ({_SYSTEM})")
        self.say(f"* OK [PERMANENTFLAGS ({_SYSTEM} \\*)] kept")
        self.say(f"* {len(box.messages)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {box.uid_validity}] generation")
        self.say(f"* OK [UIDNEXT {box.uid_next}] next")
        if self.server.features.condstore:
            self.say(f"* OK [HIGHESTMODSEQ {box.mod_seq}] highest")
        wanted = _QRESYNC.search(command.text)
        if wanted and not self.enabled:
            return "BAD enable QRESYNC first"
        if wanted and int(wanted[1]) == box.uid_validity:
            self._tell_since(box, int(wanted[2]))
        return "OK [READ-WRITE] selected" if command.verb == "SELECT" else "OK [READ-ONLY] selected"

    def _tell_since(self, box: Box, mod_seq: int) -> None:
        gone = [str(uid) for when, uid in box.vanished if when > mod_seq]
        if gone:
            self.say(f"* VANISHED (EARLIER) {','.join(gone)}")
        for index, stored in enumerate(box.messages):
            if stored.mod_seq > mod_seq:
                self.say(flags_line(index + 1, stored, condstore=True))

    async def _idle(self) -> None:
        await self._peer.send("+ idling")
        self.idling = True
        self._flush()
        try:
            await self._peer.line()
        finally:
            self.idling = False
        await self._end("OK done")

    def _flush(self) -> None:
        for line in self._waiting:
            self.say(line)
        self._waiting.clear()

    async def _end(self, text: str) -> None:
        lie = self.server.on_answer
        line = f"{self._peer.tag} {text}\r\n".encode()
        await self._peer.send(lie(line) if lie is not None else line)
