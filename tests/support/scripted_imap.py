"""A small IMAP server that follows a script, for what no real server does on demand.

A script is an async function that talks to one client, or a transcript::

    S: * OK [CAPABILITY IMAP4rev1] hello
    C: LOGIN *
    S: {tag} OK done
    C: UID FETCH *
    S| * 1 FETCH (UID 1 BO          (sent without line end: what follows may cut it anywhere)
    ! close

``C:`` waits for a line and matches it, tag left out, as a file-name pattern, without regard to
case. ``S:`` sends a line; ``{tag}`` is the tag of the last command. ``!`` is one of close (orderly
end), reset (connection reset), silence (say nothing until the client is gone).
"""

import asyncio
import fnmatch
import socket
import ssl
import struct
import textwrap
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

PATIENCE = 30.0  # seconds; a client that lets the script wait longer has failed the test


class ScriptBroken(AssertionError):
    """The client did something the script does not expect."""


class Peer:
    """The script's view of one client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.tag = "*"
        self.patience: float | None = PATIENCE
        """Seconds that a client may take for its next line; None: as long as it likes."""

    async def send(self, data: bytes | str, *, end: bytes = b"\r\n") -> None:
        """Send text as a line, with ``{tag}`` filled in; bytes as they are."""
        if isinstance(data, str):
            data = data.replace("{tag}", self.tag).encode() + end
        self.writer.write(data)
        await self.writer.drain()

    async def line(self) -> bytes:
        """Return the next line without its end; what the network cut is no line."""
        async with asyncio.timeout(self.patience):
            line = await self.reader.readline()
        if not line.endswith(b"\n"):
            raise ConnectionResetError("the client left")
        return line.rstrip(b"\r\n")

    async def literal(self, size: int) -> bytes:
        """Return so many bytes that the client announced."""
        try:
            async with asyncio.timeout(self.patience):
                return await self.reader.readexactly(size)
        except asyncio.IncompleteReadError as error:
            raise ConnectionResetError("the client left within a literal") from error

    async def command(self, pattern: str = "*") -> str:
        """Wait for a command, keep its tag, and return it without the tag."""
        text = (await self.line()).decode("utf-8", "replace")
        tag, _, command = text.partition(" ")
        if not fnmatch.fnmatchcase(command.upper(), pattern.upper()):
            raise ScriptBroken(f"expected {pattern!r}, the client sent {command!r}")
        self.tag = tag
        return command

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Become the server side of a TLS connection."""
        await self.writer.start_tls(context)

    async def silence(self) -> None:
        """Say nothing until the client is gone."""
        while await self.reader.read(4096):
            pass

    def reset(self) -> None:
        """End the connection as a crash would: RST instead of FIN."""
        sock: socket.socket = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Peer], Awaitable[None]]


def transcript(text: str) -> Script:
    """Return the script of a transcript; see the module's docstring."""
    steps = [line for line in textwrap.dedent(text).splitlines() if line.strip()]

    async def follow(peer: Peer) -> None:
        for step in steps:
            kind, rest = step[:2], step[3:]
            if kind == "S:":
                await peer.send(rest)
            elif kind == "S|":
                await peer.send(rest, end=b"")
            elif kind == "C:":
                await peer.command(rest)
            elif kind == "! ":
                await _end(peer, step[2:].strip())
            else:
                raise ScriptBroken(f"not a step of a transcript: {step!r}")

    return follow


async def _end(peer: Peer, how: str) -> None:
    if how == "silence":
        await peer.silence()
    elif how == "reset":
        peer.reset()
    elif how != "close":
        raise ScriptBroken(f"no such ending: {how!r}")


def after_login(text: str = "", *, capabilities: str = "IDLE", exists: int | None = None) -> Script:
    """Return a script that greets, takes a LOGIN, and goes on with a transcript.

    Who offers ID, or QRESYNC and ENABLE, takes these first. With ``exists``, a SELECT of INBOX
    with that many messages comes between.
    """
    offered = f"IMAP4rev1 {capabilities}".strip()
    steps = [
        f"S: * OK [CAPABILITY {offered}] hello",
        "C: LOGIN *",
        f"S: {{tag}} OK [CAPABILITY {offered}] welcome",
    ]
    words = set(capabilities.split())
    if "ID" in words:
        steps += ["C: ID (*", "S: * ID NIL", "S: {tag} OK hello"]
    if {"QRESYNC", "ENABLE"} <= words:
        steps += ["C: ENABLE QRESYNC", "S: * ENABLED QRESYNC", "S: {tag} OK enabled"]
    if exists is not None:
        steps += [
            "C: SELECT *",
            r"S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)",
            f"S: * {exists} EXISTS",
            "S: * OK [UIDVALIDITY 7] generation",
            f"S: * OK [UIDNEXT {exists + 1}] next",
            "S: {tag} OK [READ-WRITE] selected",
        ]
    return transcript("\n".join(steps) + "\n" + textwrap.dedent(text))


class ScriptedImap:
    """Serves one script to every client, on a free loopback port.

    Leaving the context raises what went wrong inside a script, so that a client that said
    something unexpected fails its test.
    """

    def __init__(self, script: Script, *, context: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._context = context
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self._broken: list[Exception] = []
        self.connections = 0
        """Clients so far."""

    @property
    def port(self) -> int:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError("not started")
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        """Start."""
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self._context, limit=1 << 20
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and tell what a script stumbled over."""
        if self._server is not None:
            self._server.close()
        for task in list(self._clients):
            task.cancel()
        if self._clients:
            await asyncio.wait(self._clients, timeout=PATIENCE)
        if self._broken and error is None:
            raise self._broken[0]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        if task is not None:
            self._clients.add(task)
            task.add_done_callback(self._clients.discard)
        try:
            await self._script(Peer(reader, writer))
        except (ConnectionError, asyncio.CancelledError):
            return  # the client left, or the test is over
        except Exception as error:  # noqa: BLE001 - kept for the test, which asserts on it
            self._broken.append(error)
        finally:
            writer.close()
