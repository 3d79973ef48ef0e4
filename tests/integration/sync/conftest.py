"""A running engine and a mailbox that pushes at once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mirror import Mirror, running_mirror


@pytest_asyncio.fixture
async def mirror(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Mirror]:
    """The engine without accounts; its invariants are checked when the test is over."""
    async with running_mirror(database_url, redis_url, tmp_path) as running:
        yield running


@pytest_asyncio.fixture(params=[True, False], ids=["condstore", "plain"])
async def mailbox(request: pytest.FixtureRequest) -> AsyncIterator[LiveMailbox]:
    """An empty INBOX on a server with and without CONDSTORE."""
    async with LiveMailbox(condstore=request.param) as running:
        yield running


@pytest_asyncio.fixture
async def network(mailbox: LiveMailbox) -> AsyncIterator[FaultProxy]:
    """The way to the mailbox, which a test may cut."""
    async with FaultProxy(mailbox.port) as proxy:
        yield proxy


@pytest.fixture
def folders(mailbox: LiveMailbox) -> LiveMailbox:
    """The mailbox with an Archive, a Junk and a Trash beside the inbox."""
    for name in ("Archive", "Junk", "Trash"):
        mailbox.add_mailbox(name, f"\\{name}")
    return mailbox
