"""The fleet keeps the contract of ``ports.account_sync``, on a mailbox behind a network to cut."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror, running_mirror
from tests.support.waiting import eventually
from vexmail.domain.errors import NotFound, TransientError
from vexmail.domain.flags import SEEN, FlagEdit
from vexmail.domain.ids import AccountId, MessageId
from vexmail.ports.account_sync import AccountSync

UNKNOWN = AccountId(2**40)


@pytest_asyncio.fixture
async def mirror(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Mirror]:
    """The engine without accounts."""
    async with running_mirror(database_url, redis_url, tmp_path) as running:
        yield running


@pytest_asyncio.fixture
async def mailbox() -> AsyncIterator[LiveMailbox]:
    """An INBOX with one message."""
    async with LiveMailbox() as running:
        running.deliver(a_message("Here already"))
        yield running


@pytest_asyncio.fixture
async def network(mailbox: LiveMailbox) -> AsyncIterator[FaultProxy]:
    """The way to the mailbox."""
    async with FaultProxy(mailbox.port) as proxy:
        yield proxy


@pytest.fixture
def sync(mirror: Mirror) -> AccountSync:
    """What the web side holds."""
    return mirror.fleet


async def offline(mirror: Mirror) -> bool:
    """Tell whether the account waits for a retry."""
    return bool((await mirror.state())["state"] == "offline")


async def test_an_account_that_was_added_is_run(mirror: Mirror, network: FaultProxy) -> None:
    await mirror.add(network.port)  # tells accounts_changed itself

    await mirror.until_live()

    assert await mirror.subjects() == ["Here already"]


async def test_an_account_that_was_removed_is_run_no_more(
    mirror: Mirror, sync: AccountSync, network: FaultProxy
) -> None:
    account = await mirror.add(network.port)
    await mirror.until_live()

    await mirror.accounts.remove(mirror.owner, account)
    sync.accounts_changed()

    async def nothing_runs() -> bool:
        return mirror.fleet.size == 0

    await eventually(nothing_runs, what="a fleet without runners")


async def test_sync_now_ends_a_wait_for_a_retry(
    mirror: Mirror, sync: AccountSync, network: FaultProxy
) -> None:
    account = await mirror.add(network.port)
    await mirror.until_live()
    network.cut()
    await eventually(lambda: offline(mirror), what="an account offline")
    network.heal()

    sync.sync_now(account)

    await mirror.until_live()


async def test_push_intents_carries_wishes_to_the_server(
    mirror: Mirror, sync: AccountSync, mailbox: LiveMailbox, network: FaultProxy
) -> None:
    account = await mirror.add(network.port)
    await mirror.until_live()
    key = await mirror.key_of("Here already")
    await mirror.intents(mirror.owner, key, FlagEdit(add=frozenset({SEEN})))

    sync.push_intents(account)

    async def seen() -> bool:
        return mailbox.messages[0].flags == {SEEN}

    await eventually(seen, what="the flag on the server")


async def test_a_body_that_no_mailbox_holds_is_not_found(
    mirror: Mirror, sync: AccountSync, network: FaultProxy
) -> None:
    account = await mirror.add(network.port)
    await mirror.until_live()

    with pytest.raises(NotFound):
        await sync.fetch_body(account, MessageId(2**40))


async def test_a_body_while_the_server_is_away_is_told_as_temporary(
    mirror: Mirror, sync: AccountSync, network: FaultProxy
) -> None:
    account = await mirror.add(network.port)
    await mirror.until_live()
    key = await mirror.key_of("Here already")
    network.cut()
    await eventually(lambda: offline(mirror), what="an account offline")

    with pytest.raises(TransientError):
        await sync.fetch_body(account, key)


async def test_calls_for_an_account_that_is_not_run_do_no_harm(sync: AccountSync) -> None:
    sync.sync_now(UNKNOWN)
    sync.push_intents(UNKNOWN)
    with pytest.raises(NotFound):
        await sync.fetch_body(UNKNOWN, MessageId(1))
