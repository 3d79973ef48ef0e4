"""The mirror equals the server: an independent client reads the same mail as our API shows."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.api_client import ApiClient, api_client
from tests.support.dovecot import Dovecot
from tests.support.imap_truth import compare
from tests.support.mail_account import MailAccount, an_account
from tests.support.product import Product
from tests.support.waiting import GENEROUS, eventually

pytestmark = pytest.mark.dovecot


@pytest_asyncio.fixture
async def api(product: Product) -> AsyncIterator[ApiClient]:
    """A program with a token."""
    async with api_client(product.url) as client:
        yield client


@pytest_asyncio.fixture
async def account(dovecot: Dovecot) -> MailAccount:
    """Ann's account with 700 messages of all kinds, malformed and hostile ones too."""
    ann = an_account(dovecot, "ann")
    await asyncio.to_thread(dovecot.fill_generated, "ann", 700, 3)
    return ann


async def the_mirror_equals_the_server(api: ApiClient, account: MailAccount) -> None:
    """Assert, patiently, that no difference is left."""

    async def equal() -> bool:
        view = await asyncio.to_thread(account.view)
        differences = compare(view, await api.all_items("/api/emails"))
        assert differences == []
        return True

    await eventually(equal, within=4 * GENEROUS, what="a mirror equal to the server")


async def test_a_first_sync_misses_nothing_and_doubles_nothing(
    api: ApiClient, account: MailAccount
) -> None:
    await api.post("/api/accounts", account.request(), status=201)

    await the_mirror_equals_the_server(api, account)


async def test_every_body_is_stored_and_read(api: ApiClient, account: MailAccount) -> None:
    await api.post("/api/accounts", account.request(), status=201)

    async def read() -> bool:
        bodies = (await api.get("/api/stats"))["bodies"]
        return bool(bodies["parsed"] + bodies["unreadable"] == 700)

    await eventually(read, within=4 * GENEROUS, what="700 bodies read")


async def test_what_another_client_does_is_followed(api: ApiClient, account: MailAccount) -> None:
    await api.post("/api/accounts", account.request(), status=201)
    await the_mirror_equals_the_server(api, account)

    def turn_things_over() -> None:
        with account.another_client() as client:
            client.select_folder("INBOX")
            uids = client.search("ALL")
            client.add_flags(uids[::7], ["\\Seen", "\\Answered"])
            client.remove_flags(uids[::5], ["\\Seen"])
            client.add_flags(uids[::11], ["\\Flagged", "holiday"])
            client.delete_messages(uids[::13])
            client.expunge()

    await asyncio.to_thread(turn_things_over)
    await asyncio.to_thread(account.deliver, "After the turmoil")

    await the_mirror_equals_the_server(api, account)


async def test_a_new_message_is_told_to_listeners_within_moments(
    api: ApiClient, account: MailAccount
) -> None:
    await api.post("/api/accounts", account.request(), status=201)
    await the_mirror_equals_the_server(api, account)

    async with api.events() as events, asyncio.timeout(GENEROUS):
        await asyncio.to_thread(account.deliver, "Knock knock")
        delivered = time.monotonic()
        async for change in events:
            if change["type"] == "email_received":
                break

    assert change["email"]["subject"] == "Knock knock"
    assert time.monotonic() - delivered < 15, "noticed by polling, not by IDLE"


async def test_a_listener_that_was_away_hears_what_it_missed(
    api: ApiClient, account: MailAccount
) -> None:
    await api.post("/api/accounts", account.request(), status=201)
    await the_mirror_equals_the_server(api, account)
    before = (await api.get("/api/changes", since=0, limit=1))["next_since"]

    await asyncio.to_thread(account.deliver, "While you were out")
    await the_mirror_equals_the_server(api, account)

    async with api.events(last_event_id=before) as events, asyncio.timeout(GENEROUS):
        async for change in events:
            if change["type"] == "email_received":
                break
    assert change["email"]["subject"] == "While you were out"
