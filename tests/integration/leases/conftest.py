"""Several processes, as far as the database can tell, over one account or more."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.leases.town import Town
from tests.integration.usecases.desk import open_desk


@pytest_asyncio.fixture
async def town(database_url: str, redis_url: str) -> AsyncIterator[Town]:
    """No process yet, and the desk's one account."""
    async with open_desk(database_url, redis_url) as desk:
        yield Town(desk)
