"""What a person sees when a mail server says no: beside the right field, with what to do."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.journeys.screens import row
from tests.support.api_client import api_client
from tests.support.browser import Watch
from tests.support.dovecot import Dovecot
from tests.support.fault_proxy import FaultProxy
from tests.support.mail_account import PASSWORD, MailAccount, an_account
from tests.support.product import Product, free_port
from tests.support.scripted_imap import ScriptedImap, transcript

pytestmark = [pytest.mark.browser, pytest.mark.dovecot]

FIELDS = ("Email address", "Password", "IMAP server", "Port", "Security", "User name")


@pytest.fixture
def account(dovecot: Dovecot) -> MailAccount:
    """Ann's account with one message."""
    ann = an_account(dovecot, "ann")
    ann.deliver("Lunch on Friday?")
    return ann


@pytest_asyncio.fixture
async def network(dovecot: Dovecot) -> AsyncIterator[FaultProxy]:
    """The way to the mail server, which a test may cut."""
    async with FaultProxy(dovecot.port) as proxy:
        yield proxy


async def send(page: Page, **changes: str) -> None:
    """Correct the fields with these labels and try again."""
    for name, value in changes.items():
        field = page.get_by_label(name)
        if name == "Security":
            await field.select_option(value)
        else:
            await field.fill(value)
    await page.get_by_role("button", name="Add account").click()


async def complaint(page: Page, label: str | None, words: str) -> None:
    """Expect a sentence beside one field and no other, or for the whole form if None."""
    if label is None:
        await expect(page.locator("form").get_by_role("alert")).to_contain_text(re.compile(words))
    else:
        field = page.get_by_label(label)
        await expect(field).to_have_accessible_description(re.compile(words))
    for other in FIELDS:
        marked = page.get_by_label(other).and_(page.locator("[aria-invalid=true]"))
        await expect(marked).to_have_count(int(other == label))


async def test_each_mistake_in_the_form_has_its_own_words_beside_its_field(
    page: Page, product: Product, account: MailAccount, watch: Watch
) -> None:
    watch.excuse("/api/accounts")  # the browser logs each 422 that is provoked here
    dovecot = account.dovecot
    await page.goto(product.link)

    await send(
        page,
        **{"Email address": account.email, "Password": "guessed", "Security": "none"},
        **{"IMAP server": "imap.nowhere.invalid", "User name": "ann"},
    )
    await complaint(page, "IMAP server", "imap.nowhere.invalid.*[Cc]heck the spelling")

    closed = str(free_port())
    await send(page, **{"IMAP server": dovecot.host, "Port": closed})
    await complaint(page, "Port", f"{closed} refused the connection.*Check the port")

    await send(page, Security="tls", Port=str(dovecot.tls_port))
    await complaint(page, "IMAP server", "certificate of 127.0.0.1 cannot be trusted.*Check")

    await send(page, Port=str(dovecot.port))
    await complaint(page, "Security", "did not set up an encrypted connection.*try STARTTLS")

    async with ScriptedImap(transcript("S: * BYE closed for today\n! close")) as server:
        await send(page, Security="none", Port=str(server.port))
        await complaint(page, None, "closed for today")

    await send(page, Port=str(dovecot.port))
    await complaint(page, "Password", "refused the user name or password.*Check both")

    await send(page, Password=PASSWORD)
    await expect(row(page, "Lunch on Friday?")).to_be_visible()


async def test_an_account_that_goes_offline_says_why_and_comes_back_by_itself(
    network: FaultProxy, page: Page, product: Product, account: MailAccount
) -> None:
    async with api_client(product.url) as api:
        await api.post("/api/accounts", account.request(port=network.port), status=201)
    await page.goto(product.link)
    await expect(row(page, "Lunch on Friday?")).to_be_visible()
    menu = page.get_by_role("button", name=re.compile("^Accounts"))
    await menu.click()
    entry = page.get_by_role("menuitem", name=re.compile(re.escape(account.email)))
    await expect(entry).to_contain_text("Live")

    network.cut()

    await expect(entry).to_contain_text(re.compile("connection.*tried again"))
    await page.keyboard.press("Escape")
    notice = page.get_by_text(re.compile(f"{re.escape(account.email)}.*connection"))
    await expect(notice.first).to_be_visible()

    network.heal()

    await expect(notice).to_have_count(0)
    await menu.click()
    await expect(entry).to_contain_text("Live")
