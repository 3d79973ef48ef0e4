"""Wrappers around our ports that fail the n-th call, once or from then on for a while.

They keep each port's contract: the errors are those it documents, and a session whose call
failed is over.
"""

import inspect
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from vexmail.blobs.local_folder import LocalFolderBlobStore
from vexmail.domain.errors import ConnectionLost, DatabaseUnavailable, TransientError
from vexmail.domain.ids import BlobId
from vexmail.ports.mail_server import MailServer, MailSession
from vexmail.store.unit_of_work import Transaction, UnitOfWork


@dataclass(slots=True)
class CallCount:
    """Counts calls and says which fail: those numbered ``first`` up to ``last``."""

    first: int
    last: int
    diary: int
    """A file to which one letter is written for every call that failed."""
    made: int = 0

    def fails(self) -> bool:
        """Count one call; tell whether it fails."""
        self.made += 1
        if not self.first <= self.made <= self.last:
            return False
        os.write(self.diary, b"x")
        return True


class FailingSession:
    """A session; every attribute is the real one's, every call is counted first."""

    def __init__(self, session: MailSession, count: CallCount) -> None:
        self._session = session
        self._count = count

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real one has
        real = getattr(self._session, name)
        if inspect.isasyncgenfunction(real):
            return self._counted_rows(real)
        if inspect.iscoroutinefunction(real):
            return self._counted(real)
        return real

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*args: object, **kwargs: object) -> object:
            self._may_fail()
            answer = await real(*args, **kwargs)
            self._may_fail()  # obeyed, and the answer lost
            return answer

        return call

    def _counted_rows(self, real: Callable[..., Any]) -> Callable[..., Any]:
        async def rows(*args: object, **kwargs: object) -> AsyncIterator[object]:
            self._may_fail()
            async for row in real(*args, **kwargs):
                yield row
            self._may_fail()

        return rows

    def _may_fail(self) -> None:
        if self._count.fails():
            self._session.abort()
            raise ConnectionLost("The connection was lost, as ordered.")


class FailingServer:
    """Implements ``MailServer`` around a real one."""

    def __init__(self, server: MailServer, count: CallCount) -> None:
        self._server = server
        self._count = count

    @asynccontextmanager
    async def connect(self, *args: Any) -> AsyncIterator[Any]:  # noqa: ANN401 - as the real one
        """Connect, unless it is the connection's turn to fail."""
        if self._count.fails():
            raise ConnectionLost("The connection was lost, as ordered.")
        async with self._server.connect(*args) as session:
            yield FailingSession(session, self._count)


def failing_uow(real: UnitOfWork, count: CallCount) -> UnitOfWork:
    """Return a unit of work that fails at its begin, before its commit, or after it."""

    class Failing(UnitOfWork):
        @override
        @asynccontextmanager
        async def __call__(self) -> AsyncIterator[Transaction]:
            _lose_database(count)
            async with super().__call__() as tx:
                yield tx
                _lose_database(count)
            _lose_database(count)

    return Failing(real._engine, real._feed)


def _lose_database(count: CallCount) -> None:
    if count.fails():
        raise DatabaseUnavailable("The database is gone, as ordered.", retry_after=0.1)


class FailingBlobs(LocalFolderBlobStore):
    """A blob store that is unreachable at times."""

    count: CallCount

    @override
    async def put_many(self, items: Sequence[bytes]) -> list[BlobId]:
        """Store, unless it is this call's turn to fail."""
        if self.count.fails():
            raise TransientError("The blob store is full, as ordered.", retry_after=0.1)
        return await super().put_many(items)
