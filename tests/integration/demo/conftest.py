"""A demo that runs once for the tests that only read, and a client that is not ours."""

import shutil
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


@pytest_asyncio.fixture(scope="session")
async def seeded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """State of a demo that was started once and stopped."""
    folder = tmp_path_factory.mktemp("seeded-demo")
    async with DemoMailServers(folder, pace=SILENT):
        return folder


@pytest.fixture
def state_dir(seeded_folder: Path, tmp_path: Path) -> Path:
    """A copy of it, for a test that changes things; saves each test the seeding."""
    return Path(shutil.copytree(seeded_folder, tmp_path / "demo"))


@pytest.fixture(scope="session")
def demo_folder(seeded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """State folder of the silent demo; it must choose ports of its own."""
    folder = tmp_path_factory.mktemp("silent-demo") / "demo"
    shutil.copytree(seeded_folder, folder)
    (folder / "demo.json").unlink()
    return folder


@pytest_asyncio.fixture(scope="session")
async def silent_demo(demo_folder: Path) -> AsyncIterator[DemoAccount]:
    """A seeded demo that brings no new mail."""
    async with DemoMailServers(demo_folder, pace=SILENT) as account:
        yield account
