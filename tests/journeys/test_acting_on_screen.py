"""What a person does on the screen with many messages, and learns of what did not go through."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.journeys.screens import message_list, row
from tests.support.api_client import api_client
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.product import Product, running_product
from tests.support.waiting import eventually

pytestmark = pytest.mark.browser

NAMES = ("Ash", "Birch", "Cedar", "Dogwood", "Elm")


@pytest_asyncio.fixture
async def server() -> AsyncIterator[LiveMailbox]:
    """A mail server with an inbox of trees, an archive and a trash."""
    async with LiveMailbox() as running:
        for name in ("Archive", "Trash"):
            running.add_mailbox(name, f"\\{name}")
        for number, name in enumerate(NAMES):
            running.deliver(a_message(name), received=1_790_000_000 - 60 * number)
        yield running


@pytest_asyncio.fixture
async def product(data_dir: Path, server: LiveMailbox) -> AsyncIterator[Product]:
    """The product without accounts; at the end it must equal what it mirrors."""
    async with running_product(data_dir) as running:
        yield running

        async def is_consistent() -> bool:
            status, report = await running.check()
            assert status == 0, report
            return True

        await eventually(is_consistent, what="`vexmail check`")


async def add_account(product: Product, server: LiveMailbox) -> None:
    """Let the product mirror the server."""
    imap = {"host": "127.0.0.1", "port": server.port, "security": "none"}
    login = {"username": "ann", "password": "pw"}
    async with api_client(product.url) as api:
        body = {"email": "ann@vex.example", "imap": {**imap, **login}}
        await api.post("/api/accounts", body, status=201)


async def on_server(server: LiveMailbox, mailbox: str, *names: str) -> None:
    """Wait until a mailbox of the server holds messages of these subjects."""

    async def there() -> bool:
        held = [stored.raw.split(b"Subject: ")[1] for stored in server.mailboxes[mailbox].messages]
        assert sorted(rest.split(b"\r\n")[0].decode() for rest in held) == sorted(names)
        return True

    await eventually(there, what=f"{names} in {mailbox}")


async def test_many_are_chosen_archived_and_brought_back(
    page: Page, product: Product, server: LiveMailbox
) -> None:
    await add_account(product, server)
    await page.goto(product.link)
    await expect(row(page, "Elm")).to_be_visible()

    await row(page, "Ash").hover()
    await row(page, "Ash").get_by_role("checkbox").click()
    await row(page, "Cedar").click(modifiers=["Shift"])
    await expect(page.get_by_text("3 chosen")).to_be_visible()
    await expect(row(page, "Birch")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("e")

    await expect(row(page, "Ash")).to_have_count(0)
    await expect(row(page, "Cedar")).to_have_count(0)
    await on_server(server, "Archive", "Ash", "Birch", "Cedar")
    toast = page.get_by_role("alert").filter(has_text="3 messages moved to Archive")
    await toast.get_by_role("button", name="Undo").click()
    await expect(row(page, "Birch")).to_be_visible()
    await on_server(server, "Archive")
    await on_server(server, "INBOX", *NAMES)

    await message_list(page).press("*")
    await page.keyboard.press("a")
    await expect(page.get_by_text("5 chosen")).to_be_visible()
    await page.keyboard.press("Shift+I")
    await expect(page.get_by_text("5 messages marked as read")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    await expect(page.get_by_text("chosen")).to_have_count(0)

    async def read() -> bool:
        return all("\\Seen" in stored.flags for stored in server.messages)

    await eventually(read, what="five read messages on the server")


async def test_a_refused_wish_is_shown_tried_again_and_another_one_dropped(
    page: Page, product: Product, server: LiveMailbox
) -> None:
    for command in ("UID MOVE", "UID COPY"):
        server.refuse(command, "[OVERQUOTA] the archive is full")
    server.refuse("UID STORE", "[NOPERM] read-only today")
    await add_account(product, server)
    await page.goto(product.link)

    await row(page, "Ash").hover()
    await row(page, "Ash").get_by_role("button", name="Archive").click()
    await row(page, "Elm").get_by_role("button", name="Add star").click()
    await expect(page.get_by_role("link", name="Not done yet 2")).to_be_visible()
    await expect(row(page, "Ash")).to_be_visible()  # taken back where it was shown
    await page.reload()
    await page.get_by_role("link", name="Not done yet 2").click()

    moves = page.get_by_role("region", name="Moves")
    await expect(moves.get_by_text("Move to Archive", exact=True)).to_be_visible()
    await expect(moves.get_by_text(re.compile("the archive is full"))).to_be_visible()
    await expect(moves.get_by_text("1 try")).to_be_visible()
    for command in ("UID MOVE", "UID COPY", "UID STORE"):
        server.allow(command)
    await moves.get_by_role("button", name="Try again: Move to Archive, Ash").click()
    await expect(moves).to_have_count(0)
    await on_server(server, "Archive", "Ash")

    await page.get_by_role("button", name="Drop: Add a star, Elm").click()
    await expect(page.get_by_text(re.compile("Everything you wanted"))).to_be_visible()
    await page.get_by_role("link", name="Back to your mail").click()
    await expect(page.get_by_role("link", name=re.compile("Not done yet"))).to_have_count(0)
    await expect(row(page, "Ash")).to_have_count(0)
    assert not any("\\Flagged" in stored.flags for stored in server.messages)


async def test_a_first_sync_shows_how_far_it_is_while_mail_is_read(
    page: Page, product: Product, server: LiveMailbox
) -> None:
    is_held = True
    asked = 0

    def hold(command: str) -> None:
        nonlocal asked
        # The inbox's five are let through, and the first of Archive's.
        asked += "BODY.PEEK[]" in command and not re.search(r"FETCH [1-5](:5)? ", command)
        if is_held and asked > 1:
            raise ConnectionResetError("not now")

    server.on_command = hold
    for number in range(120):
        server.deliver(a_message(f"Old {number}"), mailbox="Archive", received=1_700_000_000)
    await add_account(product, server)
    await page.goto(product.link)

    status = page.get_by_role("button", name=re.compile("Fetching contents, [0-9]+ %"))
    await expect(status).to_be_visible()
    await row(page, "Ash").click()
    await expect(page.get_by_text("Short and sweet.").last).to_be_visible()
    await status.click()
    panel = page.get_by_role("dialog", name="Fetching mail")
    await expect(panel.get_by_text(re.compile("of 12[05]"))).to_be_visible()
    await expect(panel.get_by_role("progressbar")).to_be_visible()

    is_held = False
    await panel.get_by_role("button", name="Sync now").click()
    await expect(page.get_by_role("button", name="Up to date")).to_be_visible()
