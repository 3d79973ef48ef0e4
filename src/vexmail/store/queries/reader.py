"""Read-only access for queries: one pooled connection for a short while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine


class Reader:
    """Lends connections for reading; each statement sees the latest commit."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[asyncpg.Connection[Any]]:
        """Yield the driver's connection and give it back to the pool afterwards."""
        async with self._engine.connect() as connection:
            raw = await connection.get_raw_connection()
            driver = raw.driver_connection
            assert isinstance(driver, asyncpg.Connection)  # noqa: S101 - the URL names asyncpg
            yield driver
