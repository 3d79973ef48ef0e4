"""The asyncpg connection under SQLAlchemy: statements over arrays of rows go to it directly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from vexmail.domain.errors import DatabaseUnavailable

if TYPE_CHECKING:
    Driver: TypeAlias = asyncpg.Connection[Any]
else:  # asyncpg's class is generic for type checkers only
    Driver = asyncpg.Connection

# After a server's sudden end asyncpg may find itself between two states of its protocol.
_OUT_OF_STEP = asyncpg.InternalClientError
_LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError, _OUT_OF_STEP)
_RETRY_AFTER = 2.0  # seconds; a restarted PostgreSQL is usually back by then
# Conditions in which PostgreSQL gave a transaction up though nothing was wrong with it: class 40
# (deadlock, serialization failure), class 53 (no memory, disk or connections left), a lock that
# was waited for too long. https://www.postgresql.org/docs/current/errcodes-appendix.html
_PASSING = ("40", "53", "55P03")


async def driver_of(connection: AsyncConnection) -> Driver:
    """Return the asyncpg connection that ``connection`` stands on."""
    raw = await connection.get_raw_connection()
    driver: Driver = raw.driver_connection
    return driver


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Lend a connection that is alive, and see to it that nobody gets it once it is dead.

    SQLAlchemy notices a lost connection by errors of its own statements only; ours go past it.

    Raises:
        DatabaseUnavailable: there is no connection to be had, it was lost in between, or the
            database gave the transaction up for reasons of its own.
    """
    connection = await _open(engine)
    try:
        yield connection
    except _LOST as error:
        if isinstance(error, _OUT_OF_STEP) or await _is_lost(connection):
            await connection.invalidate()
        elif not _is_passing(error):
            raise
        raise _unavailable(error) from error
    finally:
        await connection.close()


async def _open(engine: AsyncEngine) -> AsyncConnection:
    try:
        connection = await engine.connect()
        if await _is_lost(connection):
            await connection.invalidate()  # and with it all that is older in the pool
            await connection.close()
            connection = await engine.connect()
    except (*_LOST, PoolExhausted) as error:
        raise _unavailable(error) from error
    return connection


async def _is_lost(connection: AsyncConnection) -> bool:
    return connection.invalidated or (await driver_of(connection)).is_closed()


def _is_passing(error: BaseException) -> bool:
    """Tell whether the same transaction may well succeed when it is tried again."""
    state = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None)
    return isinstance(state, str) and state.startswith(_PASSING)


def _unavailable(error: Exception) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        f"The database does not answer ({type(error).__name__}). It will be tried again.",
        retry_after=_RETRY_AFTER,
    )
