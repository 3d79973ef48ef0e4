"""The asyncpg connection under SQLAlchemy: statements over arrays of rows go to it directly."""

from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

if TYPE_CHECKING:
    Driver: TypeAlias = asyncpg.Connection[Any]
else:  # asyncpg's class is generic for type checkers only
    Driver = asyncpg.Connection


async def driver_of(connection: AsyncConnection) -> Driver:
    """Return the asyncpg connection that ``connection`` stands on."""
    raw = await connection.get_raw_connection()
    driver: Driver = raw.driver_connection
    return driver
