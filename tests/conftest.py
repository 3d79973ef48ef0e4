"""Fixtures of all tests: real servers for the run, a fresh database for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import redis.asyncio

from tests.support.databases import TestDatabases
from tests.support.product import product_folder
from vexmail.app.embedded import EmbeddedServers


@pytest_asyncio.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServers]:
    """PostgreSQL and Valkey for the whole run, as `make run` starts them."""
    embedded = EmbeddedServers(tmp_path_factory.mktemp("servers"), durable=False)
    try:
        async with embedded:
            yield embedded
    finally:
        embedded.remove_files()


@pytest.fixture(scope="session")
def databases(servers: EmbeddedServers) -> TestDatabases:
    """The source of databases, for tests that need more than one."""
    return TestDatabases(servers)


@pytest_asyncio.fixture
async def database_url(databases: TestDatabases) -> AsyncIterator[str]:
    """An empty database at the newest schema; its invariants must hold when the test ends."""
    async with databases.fresh() as url:
        yield url
        assert await databases.broken_invariants(url) == []


@pytest_asyncio.fixture
async def redis_url(servers: EmbeddedServers) -> AsyncIterator[str]:
    """A Valkey that holds nothing."""
    client = redis.asyncio.Redis.from_url(servers.redis_url)
    async with client:
        await client.flushall()
    yield servers.redis_url


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """The path of a data folder for the product; it does not exist yet."""
    with product_folder() as folder:
        yield folder
