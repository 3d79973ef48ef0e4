"""A newcomer's first minutes: open the link, add an account, read, star, see mail arrive."""

import asyncio
import re

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.journeys.screens import add_account, message_list, row
from tests.support.dovecot import Dovecot
from tests.support.mail_account import MailAccount, an_account
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.dovecot]


@pytest_asyncio.fixture
async def account(dovecot: Dovecot) -> MailAccount:
    """Ann's account: sixty messages, the newest one from Robin."""
    ann = an_account(dovecot, "ann")
    dovecot.fill_generated("ann", 60)
    await asyncio.to_thread(ann.deliver, "Lunch on Friday?", "Shall we say one o'clock?")
    return ann


@pytest_asyncio.fixture
async def inbox(page: Page, product: Product, account: MailAccount) -> Locator:
    """Ann's inbox on the screen, reached through the printed link and the form."""
    await page.goto(product.link)
    await add_account(page, account)
    rows = message_list(page)
    await expect(row(page, "Lunch on Friday?")).to_be_visible()
    return rows


async def flags_on_the_server(account: MailAccount, subject: str) -> frozenset[str]:
    """Return the flags that the server holds for a subject."""
    view = await asyncio.to_thread(account.view)
    return next(m.flags for m in view.messages if m.subject == subject)


async def test_the_link_leads_to_an_inbox_with_mail(
    page: Page, inbox: Locator, account: MailAccount
) -> None:
    assert "#" not in page.url, "the one-time token stays out of the history"
    await expect(inbox).to_have_attribute("aria-rowcount", "61")


async def test_mail_from_another_client_appears_without_a_reload(
    page: Page, inbox: Locator, account: MailAccount
) -> None:
    await page.evaluate("window.notReloaded = true")

    await asyncio.to_thread(account.deliver, "It is snowing")

    await expect(row(page, "It is snowing")).to_be_visible()
    await expect(row(page, "It is snowing")).to_have_attribute("aria-rowindex", "1")
    assert await page.evaluate("window.notReloaded") is True


async def test_an_opened_message_shows_its_text_and_becomes_read_on_the_server(
    page: Page, inbox: Locator, account: MailAccount
) -> None:
    await row(page, "Lunch on Friday?").click()

    await expect(page.get_by_role("heading", name="Lunch on Friday?")).to_be_visible()
    await expect(page.get_by_text("Shall we say one o'clock?").last).to_be_visible()

    async def is_seen() -> bool:
        return "\\Seen" in await flags_on_the_server(account, "Lunch on Friday?")

    await eventually(is_seen, what="\\Seen on the server")


async def test_stars_and_unread_marks_go_to_the_server_and_come_from_it(
    page: Page, inbox: Locator, account: MailAccount
) -> None:
    await row(page, "Lunch on Friday?").hover()
    await row(page, "Lunch on Friday?").get_by_role("button", name="Add star").click()
    await expect(row(page, "Lunch on Friday?")).to_have_accessible_name(re.compile("starred"))

    async def is_starred() -> bool:
        return "\\Flagged" in await flags_on_the_server(account, "Lunch on Friday?")

    await eventually(is_starred, what="\\Flagged on the server")

    def read_and_unstar_elsewhere() -> None:
        with account.another_client() as client:
            client.select_folder("INBOX")
            uids = client.search(["SUBJECT", "Lunch on Friday?"])
            client.add_flags(uids, ["\\Seen"])
            client.remove_flags(uids, ["\\Flagged"])

    await asyncio.to_thread(read_and_unstar_elsewhere)

    await expect(row(page, "Lunch on Friday?")).not_to_have_accessible_name(re.compile("starred"))
    await expect(row(page, "Lunch on Friday?")).not_to_have_accessible_name(re.compile("Unread"))


async def test_a_message_deleted_elsewhere_leaves_the_list(
    page: Page, inbox: Locator, account: MailAccount
) -> None:
    def delete_elsewhere() -> None:
        with account.another_client() as client:
            client.select_folder("INBOX")
            client.delete_messages(client.search(["SUBJECT", "Lunch on Friday?"]))
            client.expunge()

    await asyncio.to_thread(delete_elsewhere)

    await expect(row(page, "Lunch on Friday?")).to_have_count(0)
    await expect(inbox).to_have_attribute("aria-rowcount", "60")


async def test_the_keyboard_is_enough(page: Page, inbox: Locator, account: MailAccount) -> None:
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("toolbar", name="Message actions")).to_be_visible()

    await page.keyboard.press("u")

    await expect(page.get_by_role("toolbar", name="Message actions")).not_to_be_visible()


async def test_html_of_a_message_cannot_reach_out_of_its_frame(
    page: Page, inbox: Locator, account: MailAccount
) -> None:
    hostile = (
        "<p id=seen>harmless words</p><script>parent.broken = 1</script>"
        "<img src=x onerror='parent.broken = 1'><a href='javascript:parent.broken=1'>press</a>"
    )
    await asyncio.to_thread(account.deliver, "A trap", "", hostile)

    await row(page, "A trap").click()

    frame = page.frame_locator("iframe[sandbox]")
    await expect(frame.get_by_text("harmless words")).to_be_visible()
    assert await page.evaluate("window.broken") is None
