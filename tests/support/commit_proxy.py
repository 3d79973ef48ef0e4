"""The way to PostgreSQL, which may break while a COMMIT is on it.

A client whose connection dies there cannot know whether its transaction happened. Both endings
are played: the COMMIT arrives and its answer is lost, or it never arrives.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Self

from vexmail.app.database_address import parse_database_url

_CHUNK = 65536
# A simple query of the frontend protocol: its length counts itself, the text and the final NUL.
_COMMIT = b"Q\x00\x00\x00\x0cCOMMIT;\x00"
_DONE = b"COMMIT\x00"  # CommandComplete


class Loss(Enum):
    """What is lost with the connection."""

    ANSWER = "answer"
    REQUEST = "request"


@dataclass(slots=True, eq=False)
class _Way:
    """One connection."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    is_awaited: bool = False
    """The text that was waited for was said; its COMMIT is the one to lose."""
    is_mute: bool = False
    """The answer to its COMMIT is the one to lose."""

    def cut(self) -> None:
        self.near.transport.abort()
        self.far.transport.abort()


class CommitProxy:
    """Relays to a PostgreSQL server; use as ``async with CommitProxy(url) as proxy``.

    Args:
        url: of the database; ``proxy.url`` is the same through the proxy.
    """

    def __init__(self, url: str) -> None:
        self._address = parse_database_url(url)
        self._server: asyncio.Server | None = None
        self._every = 0
        self._after: tuple[bytes, Loss] | None = None
        self._ways: set[_Way] = set()
        self.commits = 0
        """COMMITs that clients sent so far."""
        self.lost: list[Loss] = []
        """What was lost so far."""

    @property
    def url(self) -> str:
        """The database's address by way of the proxy."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        login = self._address.user or ""
        if self._address.password is not None:
            login += f":{self._address.password}"
        return f"postgresql://{login}@127.0.0.1:{port}/{self._address.database}?sslmode=disable"

    def lose_every(self, count: int) -> None:
        """Lose every so manieth COMMIT from now on, by turns its answer and itself; 0: none."""
        self._every = count

    def lose_after(self, text: str, loss: Loss) -> None:
        """Lose the next COMMIT of a transaction in which a statement with ``text`` was sent.

        A statement that a connection has prepared already is not sent as text again.
        """
        self._after = (text.encode(), loss)

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
        self._server.close()
        for way in self._ways:
            way.cut()
        await self._server.wait_closed()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._address.host, self._address.port or 5432
        if host.startswith("/"):
            far_reader, far = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        else:
            far_reader, far = await asyncio.open_connection(host, port)
        way = _Way(writer, far)
        self._ways.add(way)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._to_server(way, reader))
                group.create_task(self._to_client(way, far_reader))
        finally:
            way.cut()
            self._ways.discard(way)

    async def _to_server(self, way: _Way, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(_CHUNK):
                if self._after is not None and self._after[0] in data:
                    way.is_awaited = True
                loss = self._loss_of(way) if _COMMIT in data else None
                if loss is Loss.REQUEST:
                    break
                way.is_mute = loss is Loss.ANSWER
                way.far.write(data)
                await way.far.drain()
        way.cut()

    async def _to_client(self, way: _Way, reader: asyncio.StreamReader) -> None:
        heard = b""
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(_CHUNK):
                if way.is_mute:
                    heard += data
                    if _DONE in heard:
                        break
                    continue
                way.near.write(data)
                await way.near.drain()
        way.cut()

    def _loss_of(self, way: _Way) -> Loss | None:
        """Decide what becomes of a COMMIT."""
        self.commits += 1
        loss = None
        if way.is_awaited and self._after is not None:
            loss, self._after = self._after[1], None
        elif self._every and self.commits % self._every == 0:
            loss = list(Loss)[len(self.lost) % 2]
        if loss is not None:
            self.lost.append(loss)
        return loss
