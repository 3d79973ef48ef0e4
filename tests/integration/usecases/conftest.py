"""A desk for tests without a mail server, an engine for those with one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.integration.usecases.desk import Desk, open_desk
from tests.support.live_mailbox import LiveMailbox
from tests.support.mirror import Mirror, running_mirror


@pytest_asyncio.fixture
async def desk(database_url: str, redis_url: str) -> AsyncIterator[Desk]:
    """One account, nothing in it; the invariants are checked when the test is over."""
    async with open_desk(database_url, redis_url) as opened:
        yield opened


@pytest_asyncio.fixture
async def mailbox() -> AsyncIterator[LiveMailbox]:
    """An empty INBOX on a server that tells at once."""
    async with LiveMailbox() as running:
        yield running


@pytest_asyncio.fixture
async def mirror(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Mirror]:
    """The running engine without accounts."""
    async with running_mirror(database_url, redis_url, tmp_path) as running:
        yield running
