"""One command and its answers: the loop that every command of the room goes through.

A tagged NO or BAD leaves the connection usable. Anything else that ends a command early (time,
cancellation, bytes that are not IMAP, BYE) aborts the connection: the rest of the answer would
otherwise be taken for the next command's.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import structlog

from vexmail.domain.errors import ConnectionTimedOut, Defect, ProtocolViolation, VexMailError
from vexmail.imap.connection import ImapConnection, Running
from vexmail.imap.encode import Argument
from vexmail.imap.framer import Unit
from vexmail.imap.response_parser import capability_names, parse_response
from vexmail.imap.responses import (
    Capability,
    Condition,
    Continuation,
    Enabled,
    Namespaces,
    Response,
)
from vexmail.imap.uid_sets import MOST_MESSAGES
from vexmail.imap.watch import MailboxWatch
from vexmail.imap.wording import said_bye
from vexmail.ports.mail_server import Credentials

log = structlog.get_logger(__name__)

SILENCE: Final = 60.0  # seconds without a byte inside an answer; slow servers search for long
TOTAL: Final = 300.0  # seconds for a command whose answer is short
ANSWER_BYTES: Final = 16 << 20  # of a short answer; LIST of 50,000 mailboxes is the longest
_RESPONSE_COST: Final = 100  # what a response costs beside its bytes
_KEPT_COST: Final = 250  # what one costs that is kept until the answer ends; a LIST entry, say
SLACK: Final = 10_000  # rows told again, or of messages that arrive meanwhile
TURN: Final = 0.002  # seconds of reading before the event loop gets its turn


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended, and what came with it, unasked things included."""

    tagged: Condition
    responses: list[Response]


@dataclass(frozen=True, slots=True)
class Rows(Generic[Row]):
    """How a command ended, and the rows that came with it."""

    tagged: Condition
    rows: list[Row]


class Exchange:
    """The dialogue on one connection: what is known of the server, and the running command."""

    def __init__(self, connection: ImapConnection, credentials: Credentials | None = None) -> None:
        self.connection = connection
        self.watch = MailboxWatch()
        self.capabilities: frozenset[str] = frozenset()
        self.capabilities_told = False
        """Whether the server named its capabilities since this was last set to False."""
        self.enabled: frozenset[str] = frozenset()
        """Extensions the server switched on for us (RFC 5161)."""
        self.introduction = ""
        """What the server said of itself, in its greeting and in its answer to ID (RFC 2971)."""
        self.interrupted = False
        """Somebody wants a running IDLE, or the next one, to end."""
        self.namespaces: Namespaces | None = None
        """Whose mailboxes begin how, once asked for."""
        self._credentials = credentials
        self._loop = connection.loop
        self._turn_began = 0.0
        self._streaming = False

    async def run(
        self,
        name: str,
        *arguments: Argument,
        prefix: str = "",
        later: tuple[bytes, ...] = (),
        total: float = TOTAL,
        patience: float = 0.0,
    ) -> Answer:
        """Send a command and read until its tagged answer, which may be NO or BAD.

        Args:
            name: see ``ImapConnection.begin``; so are ``arguments`` and ``prefix``.
            later: what to send at each ``+`` of the server, line ends included.
            total: most seconds for the whole; ``SILENCE`` holds between bytes, too.
            patience: seconds added to both, for what takes long to send.
        """
        async with self.deadline(name, total + patience):
            running = self.connection.begin(name, *arguments, prefix=prefix)
            running.pieces.extend(later)
            return await self._answer(running, SILENCE + patience)

    async def rows(
        self,
        read: Callable[[Unit], Row | None],
        name: str,
        *arguments: Argument,
        prefix: str = "UID",
        total: float | None = None,
    ) -> Rows[Row]:
        """Send a command whose answer is rows; what ``read`` turns down is taken note of.

        Rows may come for as long as the server keeps sending, unless ``total`` limits the whole.
        """
        async with self.deadline(name, total):
            running = self.connection.begin(name, *arguments, prefix=prefix)
            return await self._rows(read, running)

    async def _rows(self, read: Callable[[Unit], Row | None], running: Running) -> Rows[Row]:
        found: list[Row] = []
        size = 0  # of all that is no row
        while size < ANSWER_BYTES:
            unit = await self.next_unit()
            row = read(unit)
            if row is None:
                size += _RESPONSE_COST + sum(map(len, unit))
                tagged = self._take_in(parse_response(unit), running)
                if tagged is not None:
                    return Rows(tagged, found)
            elif len(found) > 2 * min(self.watch.exists, MOST_MESSAGES) + SLACK:
                raise ProtocolViolation("The mail server sent more rows than it has messages.")
            else:
                found.append(row)
        raise ProtocolViolation("The mail server's answer has no end.")

    async def say_goodbye(self, seconds: float) -> None:
        """Log out if that takes no longer than ``seconds``, then end the connection."""
        connection = self.connection
        try:
            if connection.is_open and not self._streaming:
                async with asyncio.timeout(seconds):
                    running = connection.begin("LOGOUT")
                    end = f"{running.tag} ".encode()
                    while not (await self.next_unit())[0].startswith(end):
                        continue  # BYE comes first (RFC 9051 §6.1.3)
        except (TimeoutError, VexMailError):
            log.debug("imap.logout.unanswered")
        finally:
            connection.abort()

    async def _answer(self, running: Running, silence: float) -> Answer:
        responses: list[Response] = []
        size = 0
        while size < ANSWER_BYTES:
            unit = await self.next_unit(silence)
            size += _KEPT_COST + sum(map(len, unit))
            response = parse_response(unit)
            tagged = self._take_in(response, running)
            if tagged is not None:
                return Answer(tagged, responses)
            responses.append(response)
        raise ProtocolViolation("The mail server's answer has no end.")

    def _take_in(self, response: Response, running: Running) -> Condition | None:
        """Deal with one response; return the tagged one that ends the command."""
        if isinstance(response, Continuation):
            self.go_on(running)
        elif isinstance(response, Condition) and response.tag:
            return response if self.ends(response, running) else None
        else:
            self.note(response)
        return None

    def go_on(self, running: Running) -> None:
        """Send what the command still has to say.

        Raises:
            ProtocolViolation: the server asks for more although we have said everything.
        """
        if not running.pieces:
            raise ProtocolViolation("The mail server waits for something we did not announce.")
        self.connection.write(running.pieces.popleft())

    def ends(self, tagged: Condition, running: Running) -> bool:
        """Tell whether this tagged answer ends ``running``; learn capabilities from it."""
        if tagged.tag != running.tag:
            # The answer to a DONE that crossed the server's own ending of an IDLE, or noise.
            log.info("imap.unknown_tag_ignored", status=tagged.status)
            return False
        self._learn(tagged)
        return True

    def note(self, response: Response) -> None:
        """Take note of an untagged response.

        Raises:
            ServerSaidBye: it was a BYE.
        """
        match response:
            case Condition(status="BYE"):
                raise said_bye(response, self._credentials)
            case Condition():
                self._learn(response)
                if response.code == "ALERT":
                    log.warning("imap.alert", characters=len(response.text))
            case Capability(names):
                self._set_capabilities(names)
            case Enabled(names):
                self.enabled |= names
            case _:
                pass
        self.watch.observe(response)

    async def next_unit(self, silence: float | None = None) -> Unit:
        """Return the next unit; lets the event loop breathe between many.

        Args:
            silence: most seconds without a byte; ``SILENCE`` by default.
        """
        connection = self.connection
        unit = connection.take()
        if unit is None:
            await connection.more(SILENCE if silence is None else silence)
            self._turn_began = self._loop.time()
            unit = connection.take()
            if unit is None:
                raise Defect("A connection woke its reader without a unit.")
        else:
            await self.breathe()
        return unit

    async def breathe(self) -> None:
        """Give the event loop its turn once in a while; for what goes over a long answer."""
        if self._loop.time() - self._turn_began > TURN:
            await asyncio.sleep(0)
            self._turn_began = self._loop.time()

    def drain(self) -> None:
        """Read what came since the last command, without waiting.

        Raises:
            ServerSaidBye, ProtocolViolation: see ``note``; the connection is aborted.
        """
        with self.guard():
            while (unit := self.connection.take()) is not None:
                response = parse_response(unit)
                if not isinstance(response, Continuation):
                    self.note(response)

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Abort the connection when the block does not end in order."""
        if self._streaming:
            self.connection.abort()
            raise Defect("A fetch was left unfinished and another command begun.")
        try:
            yield
        except BaseException:
            self.connection.abort()
            raise

    @asynccontextmanager
    async def deadline(self, name: str, seconds: float | None) -> AsyncIterator[None]:
        """Like ``guard``, for a block that must end within ``seconds``.

        Raises:
            ConnectionTimedOut: it did not.
        """
        with self.guard():
            try:
                async with asyncio.timeout(seconds):
                    yield
            except TimeoutError as error:
                raise ConnectionTimedOut(
                    f"The mail server did not finish {name} in time. It will be tried again."
                ) from error

    @contextmanager
    def streaming(self) -> Iterator[None]:
        """Like ``guard``, for a block that hands out results in between."""
        with self.guard():
            self._streaming = True
            try:
                yield
            finally:
                self._streaming = False

    def _learn(self, condition: Condition) -> None:
        if condition.code == "CAPABILITY":
            self._set_capabilities(capability_names(condition.arguments))

    def _set_capabilities(self, names: frozenset[str]) -> None:
        self.capabilities = names
        self.capabilities_told = True
        self.connection.capabilities = names
