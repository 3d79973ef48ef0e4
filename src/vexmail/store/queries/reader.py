"""Read-only access for queries: one pooled connection for a short while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from vexmail.store.driver import Driver, connected, driver_of


class Reader:
    """Lends connections for reading; each statement sees the latest commit."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Driver]:
        """Yield the driver's connection and give it back to the pool afterwards."""
        async with connected(self._engine) as connection:
            yield await driver_of(connection)
