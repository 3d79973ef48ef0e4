"""Folders made, renamed, moved and deleted on the screen are so on the mail server, and back."""

import asyncio
import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.journeys.screens import add_account
from tests.support.browser import Watch
from tests.support.dovecot import Dovecot
from tests.support.mail_account import MailAccount, an_account
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = [pytest.mark.dovecot, pytest.mark.browser]


@pytest.fixture
def account(dovecot: Dovecot) -> MailAccount:
    """Ann's account with one message."""
    ann = an_account(dovecot, "ann")
    ann.deliver("Kept")
    return ann


def folder(page: Page, name: str) -> Locator:
    """One folder of the rail."""
    return page.get_by_role("navigation", name="Mailboxes").get_by_role(
        "link", name=name, exact=True
    )


async def choose(page: Page, name: str, action: str) -> None:
    """Choose an action of a folder's menu."""
    await folder(page, name).hover()
    await page.get_by_role("button", name=f"Actions for {name}").click()
    await page.get_by_role("menuitem", name=action).click()


async def on_server(account: MailAccount, *names: str) -> None:
    """Wait until these are the server's folders with a tree's name, slashes between levels."""

    def listed() -> set[str]:
        with account.another_client() as client:
            return {
                name.replace(delimiter.decode(), "/")
                for _, delimiter, name in client.list_folders()
            }

    async def there() -> bool:
        trees = {n for n in await asyncio.to_thread(listed) if re.match("Ash|Birch|Cedar", n)}
        assert trees == set(names)
        return True

    await eventually(there, what=f"{names} on the server")


async def test_a_folder_is_created_renamed_moved_and_deleted_on_both_sides(
    page: Page, product: Product, account: MailAccount, watch: Watch
) -> None:
    watch.excuse("/api/mailboxes")  # the browser logs the 409 that is provoked here
    await page.goto(product.link)
    await add_account(page, account)
    await page.get_by_role("button", name="New folder").click()
    await page.get_by_role("textbox", name="Name").fill("Ash")
    await page.keyboard.press("Enter")

    await expect(folder(page, "Ash")).to_be_visible()
    await on_server(account, "Ash")

    await page.get_by_role("button", name="New folder").click()
    await page.get_by_role("textbox", name="Name").fill("Ash")
    await page.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("dialog").get_by_text(re.compile("already"))).to_be_visible()
    await page.get_by_role("textbox", name="Name").fill("Cedar")
    await page.get_by_role("button", name="Create").click()
    await expect(folder(page, "Cedar")).to_be_visible()

    await folder(page, "Ash").hover()
    await page.get_by_role("button", name="Actions for Ash").click()
    await page.get_by_role("menuitemcheckbox", name="Followed live").click()
    await page.get_by_role("button", name="Actions for Ash").click()
    live = page.get_by_role("menuitemcheckbox", name="Followed live")
    await expect(live).to_have_attribute("aria-checked", "true")
    await page.keyboard.press("Escape")
    await choose(page, "Ash", "Rename")
    await page.get_by_role("textbox", name="Name").fill("Birch")
    await page.keyboard.press("Enter")
    await expect(folder(page, "Birch")).to_be_visible()
    await expect(folder(page, "Ash")).to_have_count(0)
    await on_server(account, "Birch", "Cedar")

    await folder(page, "Birch").focus()
    await page.keyboard.press("Shift+F10")
    await page.get_by_role("menuitem", name="Move below another folder").press("Enter")
    await page.get_by_label("Below").select_option("Cedar")
    await page.get_by_role("button", name="Move", exact=True).click()
    await on_server(account, "Cedar", "Cedar/Birch")

    await choose(page, "Cedar", "Delete")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text(re.compile("and the 1 folder below it"))).to_be_visible()
    await dialog.get_by_role("button", name="Delete folder").click()
    await expect(folder(page, "Cedar")).to_have_count(0)
    await on_server(account)


async def test_the_tree_follows_what_another_client_does(
    page: Page, product: Product, account: MailAccount, watch: Watch
) -> None:
    watch.excuse("/api/emails?mailbox=")  # a look at the open folder in the moment it goes
    await page.goto(product.link)
    await add_account(page, account)
    await expect(page.get_by_role("region", name="Messages")).to_be_visible()

    def act(what: str, *names: str) -> None:
        with account.another_client() as client:
            getattr(client, what)(*names)

    await asyncio.to_thread(act, "create_folder", "Ash")
    await page.get_by_role("button", name="Check for new mail").click()
    await folder(page, "Ash").click()
    await expect(page.get_by_role("heading", name="Ash")).to_be_visible()
    await asyncio.to_thread(act, "delete_folder", "Ash")

    await page.get_by_role("button", name="Check for new mail").click()
    await expect(folder(page, "Ash")).to_have_count(0)
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
