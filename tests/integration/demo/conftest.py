"""A demo that runs once for the tests that only read, and a client that is not ours."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import imapclient
import pytest
import pytest_asyncio

from vexmail.app.demo.demo_state import DemoAccount
from vexmail.app.demo.pace import DeliveryPace
from vexmail.app.demo.servers import DemoMailServers

SILENT = DeliveryPace(first_after=0)


@contextmanager
def a_client(account: DemoAccount) -> Iterator[imapclient.IMAPClient]:
    """Log a client in; blocking."""
    client = imapclient.IMAPClient(account.host, port=account.imap_port, ssl=False, timeout=60.0)
    client.login(account.username, account.password)
    try:
        yield client
    finally:
        client.shutdown()


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """State folder of the silent demo."""
    return tmp_path_factory.mktemp("silent-demo")


@pytest_asyncio.fixture(scope="session")
async def silent_demo(demo_folder: Path) -> AsyncIterator[DemoAccount]:
    """A seeded demo that brings no new mail."""
    async with DemoMailServers(demo_folder, pace=SILENT) as account:
        yield account
