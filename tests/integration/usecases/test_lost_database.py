"""A connection to the database that was confused by its own end is not lent again."""

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from vexmail.app.database_address import parse_database_url
from vexmail.domain.errors import DatabaseUnavailable
from vexmail.store.driver import connected, driver_of


async def test_a_statement_that_met_the_end_of_its_connection_is_an_outage(
    database_url: str,
) -> None:
    url = parse_database_url(database_url).sqlalchemy_url
    engine = create_async_engine(url, pool_size=1, max_overflow=0)
    pids: list[int] = []

    async def confuse() -> None:
        async with connected(engine) as connection:
            pids.append((await driver_of(connection)).get_server_pid())
            # What asyncpg raises when PostgreSQL is killed between two steps of a query.
            raise asyncpg.InternalClientError("cannot switch to state 12")

    try:
        with pytest.raises(DatabaseUnavailable):
            await confuse()
        async with connected(engine) as connection:
            assert (await driver_of(connection)).get_server_pid() != pids[0]
    finally:
        await engine.dispose()
