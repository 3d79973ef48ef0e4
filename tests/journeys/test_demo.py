"""A newcomer without any account: one button, and live mail within a minute."""

import re
import time

import pytest
from playwright.async_api import Page, expect

from tests.journeys.screens import message_list
from tests.support.api_client import api_client
from tests.support.product import Product
from tests.support.waiting import GENEROUS, eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEEDED = 1_800  # of "some 2,000"; what lies in the inbox is less


async def test_the_demo_button_leads_to_a_full_inbox(page: Page, product: Product) -> None:
    await page.goto(product.link)
    pressed = time.monotonic()

    await page.get_by_role("button", name="Try the demo").click()

    await expect(message_list(page).get_by_role("row").nth(5)).to_have_accessible_name(
        re.compile(r"\w+, ")
    )
    assert time.monotonic() - pressed < GENEROUS
    async with api_client(product.url) as api:

        async def mirrored() -> bool:
            return bool((await api.get("/api/stats"))["emails"] >= SEEDED)

        await eventually(mirrored, within=3 * GENEROUS, what="the whole demo mailbox")
        (account,) = (await api.get("/api/accounts"))["items"]
        assert account["is_demo"]
