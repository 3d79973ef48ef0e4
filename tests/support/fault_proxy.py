"""A TCP relay that misbehaves: the network between us and a server, as a test wants it."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

_CHUNK = 65536


class FaultProxy:
    """Relays to one server of this machine; a test cuts, silences or shortens what is said."""

    def __init__(self, target: int | str) -> None:
        """Stand before a port of this machine, or before a unix socket of this path."""
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._near: set[asyncio.StreamWriter] = set()
        self._is_cut = False
        self._is_silent = False
        self._left: dict[str, int] = {}
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.delay = 0.0
        """Seconds by which each piece that the server says comes late."""
        self.accepted = 0
        """Connections that came, those refused while cut included."""
        self.heard = 0
        """Bytes that clients sent, in all."""

    @property
    def port(self) -> int:
        """Where it listens, cut or not."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        """Start listening."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Drop everything and stop."""
        assert self._server is not None
        self.cut()
        self._server.close()
        await self._server.wait_closed()

    def cut(self) -> None:
        """Reset what is connected and every connection to come."""
        self._is_cut = True
        self.drop()

    def drop(self) -> None:
        """Reset what is connected; the next connection is served."""
        for writer in self._writers:
            writer.transport.abort()

    def drop_after(self, count: int, *, said_by: str = "server") -> None:
        """Let ``count`` more bytes of one side pass, in all connections, then reset them all."""
        self._left[said_by] = count

    def silence(self) -> None:
        """Swallow everything that is said from now on, and keep connections open."""
        self._is_silent = True

    def say_bye(self) -> None:
        """Have the server end every connection politely (RFC 9051 §7.1.5)."""
        for writer in self._near:
            writer.write(b"* BYE going down\r\n")
            writer.close()

    def stall(self) -> None:
        """Let nothing through what is connected any more, and tell nobody; newcomers get on."""
        self._flowing.clear()
        self._flowing = asyncio.Event()
        self._flowing.set()

    def heal(self) -> None:
        """Relay again; connections that lost something do not come back."""
        if self._is_silent:
            self.drop()
        self._is_cut = self._is_silent = False
        self._left.clear()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            if isinstance(self._target, int):
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
            else:
                far_reader, far_writer = await asyncio.open_unix_connection(self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        self._near.add(writer)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump("client", reader, far_writer))
                group.create_task(self._pump("server", far_reader, writer))
        finally:
            writer.transport.abort()
            far_writer.transport.abort()
            self._writers -= {writer, far_writer}
            self._near.discard(writer)

    async def _pump(
        self, side: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        flowing = self._flowing
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(_CHUNK):
                await flowing.wait()
                if side == "server" and self.delay:
                    await asyncio.sleep(self.delay)
                if self._is_silent:
                    continue
                passing = data[: self._left.get(side, len(data))]
                if side == "client":
                    self.heard += len(passing)
                writer.write(passing)
                await writer.drain()
                if side in self._left:
                    self._left[side] -= len(passing)
                    if self._left[side] == 0:
                        del self._left[side]
                        await _flushed(writer)
                        self.drop()
        writer.transport.abort()


async def _flushed(writer: asyncio.StreamWriter) -> None:
    """Return when what was written has left this process."""
    while writer.transport.get_write_buffer_size():  # noqa: ASYNC110 - a transport tells nobody
        await asyncio.sleep(0.001)
