"""An application of the test's own, a mailbox, and the network between them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.integration.accounts.login import PASSWORD
from tests.support.api_client import ApiClient, api_client
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.product import free_port
from tests.support.web import Web, running_web
from vexmail.app.embedded import EmbeddedServers


@pytest_asyncio.fixture
async def web(database_url: str, servers: EmbeddedServers, tmp_path: Path) -> AsyncIterator[Web]:
    """The application, empty."""
    async with running_web(database_url, servers.redis_url, tmp_path) as running:
        yield running


@pytest_asyncio.fixture
async def api(web: Web) -> AsyncIterator[ApiClient]:
    """A program with a token."""
    async with api_client(web.url) as client:
        yield client


@pytest_asyncio.fixture
async def mailbox() -> AsyncIterator[LiveMailbox]:
    """A mailbox that takes one password."""
    async with LiveMailbox(password=PASSWORD) as running:
        yield running


@pytest_asyncio.fixture
async def network(mailbox: LiveMailbox) -> AsyncIterator[FaultProxy]:
    """The way to the mailbox; it counts who comes, and a test may cut it."""
    async with FaultProxy(mailbox.port) as proxy:
        yield proxy


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    return free_port()
