"""aioimaplib's connection with our own reader: the one module that imports aioimaplib.

What stays aioimaplib's: protocol object and transport, tags, the table of states in which a
command is legal, the register of pending commands, LOGIN and IDLE commands. What is replaced:
everything that reads (its reader recurses per line, rewrites text, drops what it does not expect
and leaves waiters hanging when the connection ends), and everything that logs bytes.
"""

import asyncio
import logging
from collections import deque
from copy import copy
from typing import Final

from aioimaplib import aioimaplib
from typing_extensions import override

from vexmail.domain.errors import ConnectionLost, ConnectionTimedOut, Defect, VexMailError
from vexmail.imap.encode import Argument, unasked_literal, wire_lines
from vexmail.imap.framer import Framer, Limits, Unit
from vexmail.ports.mail_server import Permit, always

# At DEBUG the library logs whole messages and at INFO unread lines; neither may reach a log.
logging.getLogger("aioimaplib").setLevel(logging.WARNING)

PAUSE_BYTES: Final = 16 << 20  # waiting units that stop the socket
RESUME_BYTES: Final = 8 << 20
UNIT: Final = 900.0  # seconds for one unit, however steadily its bytes drip: 25 MB at 28 kB/s
_UNIT_COST: Final = 200  # what a unit costs beside its bytes
# Commands that the library's table does not know, with the states in which they are legal.
_LATER_COMMANDS: Final = {"NOTIFY": (aioimaplib.AUTH, aioimaplib.SELECTED)}  # RFC 5465 §8


class ImapConnection(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]  # untyped library
    """One connection: sends commands, hands out units in the order they came.

    One task uses it. Units wait in an inbox bounded in bytes; what ends the connection is raised
    to whoever waits, at once, after the units that came before it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, limits: Limits | None = None) -> None:
        super().__init__(loop)
        self._framer = Framer(limits)
        self._inbox: deque[Unit] = deque()
        self._inbox_bytes = 0
        self._paused = False
        self._failure: VexMailError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._heard_at = loop.time()
        self.received_bytes = 0
        """All that came so far, TLS taken off."""
        self.permit: Permit = always
        """Asked before each command, and before each further piece of one."""

    # ---- what asyncio calls ----

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        super().connection_made(transport)
        self._heard_at = self.loop.time()

    @override
    def data_received(self, d: bytes) -> None:
        """Cut bytes into units and wake the waiter; reading their meaning is the waiter's work."""
        self._heard_at = self.loop.time()
        self.received_bytes += len(d)
        if self._failure is not None:
            return
        try:
            units = self._framer.feed(d)
        except VexMailError as error:
            self.abort(error)
            return
        for unit in units:
            self._note_end_of_command(unit[0])
            self._inbox.append(unit)
            self._inbox_bytes += _UNIT_COST + sum(map(len, unit))
        if self._inbox_bytes > PAUSE_BYTES and not self._paused:
            self._paused = True
            self.transport.pause_reading()
        if units:
            self.wake()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Fail everybody who waits."""
        self._fail(
            ConnectionLost("The connection to the mail server was lost. It will be tried again.")
        )

    # ---- what the room calls ----

    @property
    def is_open(self) -> bool:
        """Tell whether commands can still be sent."""
        return self._failure is None and self.state != aioimaplib.LOGOUT

    @property
    def is_quiet(self) -> bool:
        """Tell whether nothing received is still unread, not even half a line."""
        return not self._inbox and self._framer.idle

    def greeted(self, *, authenticated: bool) -> None:
        """Leave the state before the greeting (RFC 9051 §3)."""
        self.state = aioimaplib.AUTH if authenticated else aioimaplib.NONAUTH

    def logged_in(self) -> None:
        """Enter the authenticated state."""
        self.state = aioimaplib.AUTH

    def mailbox_selected(self, *, selected: bool) -> None:
        """Enter or leave the selected state."""
        self.state = aioimaplib.SELECTED if selected else aioimaplib.AUTH

    def begin(self, name: str, *arguments: Argument, prefix: str = "") -> "Running":
        """Send a command and return at once; its answers come through ``take``.

        Args:
            name: the command as aioimaplib's table of states knows it.
            arguments: see ``encode.wire_lines``.
            prefix: ``UID`` or nothing.
        """
        legal = _LATER_COMMANDS.get(name) or aioimaplib.Commands[name].valid_states
        if self._failure is not None:
            raise self._failure_again()
        if self.state not in legal:
            raise Defect(f"{name} is not legal in state {self.state}.")
        self._ask_permit()
        tag: str = self.new_tag()
        whole_name = f"{prefix} {name}" if prefix else name
        unasked = unasked_literal(self.capabilities)
        lines = wire_lines(tag, whole_name, arguments, unasked=unasked)
        # Registered under its tag, not its name: FETCHes may then be pipelined.
        self.pending_async_commands[tag] = aioimaplib.Command(
            name, tag, untagged_resp_name=tag, loop=self.loop
        )
        self._heard_at = self.loop.time()
        self.transport.write(lines[0])
        return Running(tag, name, deque(lines[1:]))

    def write(self, data: bytes) -> None:
        """Send the next piece of a running command."""
        self._ask_permit()
        self._heard_at = self.loop.time()
        self.transport.write(data)

    def end_idle(self) -> None:
        """Send DONE (RFC 2177 §3)."""
        self._heard_at = self.loop.time()
        self.idle_done()

    def take(self) -> Unit | None:
        """Return the next unit, or None where none waits."""
        if not self._inbox:
            return None
        unit = self._inbox.popleft()
        self._inbox_bytes -= _UNIT_COST + sum(map(len, unit))
        if self._paused and self._inbox_bytes < RESUME_BYTES:
            self._paused = False
            if self._failure is None:
                self.transport.resume_reading()
        return unit

    async def more(self, silence: float) -> None:
        """Return once a unit waits.

        Args:
            silence: seconds without a single byte after which the connection counts as dead.

        Raises:
            ConnectionTimedOut: silence; the connection is aborted.
            ConnectionLost, ProtocolViolation: what ended the connection.
        """
        began = self.loop.time()  # earlier silence may be ours: a full inbox stops the socket
        while not self._inbox:
            if self._failure is not None:
                raise self._failure_again()
            remaining = min(max(self._heard_at, began) + silence, began + UNIT) - self.loop.time()
            if remaining <= 0:
                self.abort(
                    ConnectionTimedOut("The mail server stopped answering. It will be tried again.")
                )
                continue
            await self._wait(remaining)

    async def wait_for_unit(self, seconds: float) -> bool:
        """Wait at most ``seconds``; tell whether a unit waits. Silence is no failure here."""
        if not self._inbox and self._failure is None:
            await self._wait(seconds)
        if self._inbox:
            return True
        if self._failure is not None:
            raise self._failure_again()
        return False

    def wake(self) -> None:
        """Let whoever waits for a unit look around."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def abort(self, reason: VexMailError | None = None) -> None:
        """End the connection now, unread units and all."""
        self._fail(reason or ConnectionLost("The connection to the mail server was given up."))
        if self.transport is not None:
            self.transport.abort()

    # ---- inside ----

    @override
    def send(self, line: str, scrub: str | None = None) -> None:
        """Write one line; unlike the library's, never logged."""
        self.transport.write(line.encode("utf-8") + b"\r\n")

    def _ask_permit(self) -> None:
        try:
            self.permit()
        except VexMailError as refusal:
            self.abort(refusal)
            raise

    async def _wait(self, seconds: float) -> None:
        waiter = self._waiter = self.loop.create_future()
        handle = self.loop.call_later(seconds, self.wake)
        try:
            await waiter
        finally:
            handle.cancel()
            self._waiter = None

    def _fail(self, reason: VexMailError) -> None:
        if self._failure is None:
            self._failure = reason
        self.state = aioimaplib.LOGOUT
        self.pending_async_commands.clear()  # their waiters are woken here, not by the library
        self.wake()

    def _failure_again(self) -> VexMailError:
        """Return a fresh copy, so that tracebacks do not pile up on one exception."""
        if self._failure is None:
            raise Defect("The connection has not failed.")
        return copy(self._failure)

    def _note_end_of_command(self, head: bytes) -> None:
        """Close the library's command when its tagged line comes."""
        if head[:1] in b"*+":
            if head[:1] == b"+":
                self._idle_event.set()
            return
        tag, _, rest = head.partition(b" ")
        name = tag.decode("ascii", "replace")
        command = self.pending_async_commands.pop(name, None)
        if command is not None:  # else the answer to a DONE that crossed the server's own ending
            status, _, text = rest.partition(b" ")
            command.close(text, result=status.decode("ascii", "replace").upper())


class Running:
    """A command that was sent; ``next_piece`` goes out when the server says ``+``."""

    def __init__(self, tag: str, name: str, pieces: deque[bytes]) -> None:
        self.tag = tag
        self.name = name
        self.pieces = pieces
