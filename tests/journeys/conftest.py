"""What journeys stand on: a browser for the run, a watched page for each test."""

from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.support.browser import Watch, headless_browser, keep_picture, watched_page
from tests.support.dovecot import Dovecot
from tests.support.product import Product, product_folder, running_product
from tests.support.repository import ROOT
from tests.support.waiting import eventually

_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember that a test failed, so that its page's picture is kept."""
    report = yield
    if call.when == "call":
        item.stash[_failed] = report.failed
    return report


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot of the test's own, without users.

    Not below pytest's folder: every other run of pytest on the machine closes that one again.
    """
    with product_folder() as folder, Dovecot(folder.with_name("dovecot")) as server:
        yield server


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the run."""
    async with headless_browser() as chromium:
        yield chromium


@pytest.fixture
def watch() -> Watch:
    """What goes wrong in the page; ``watch.excuse`` names what a test provokes."""
    return Watch()


@pytest_asyncio.fixture
async def product(data_dir: Path, dovecot: Dovecot) -> AsyncIterator[Product]:
    """The product, started in an empty folder; at the end it must equal what it mirrors.

    It asks for Dovecot so that the comparison still finds it running.
    """
    async with running_product(data_dir) as running:
        yield running

        async def is_consistent() -> bool:
            status, report = await running.check()
            assert status == 0, report
            return True

        await eventually(is_consistent, what="`vexmail check`")


@pytest_asyncio.fixture
async def page(
    product: Product, browser: Browser, watch: Watch, request: pytest.FixtureRequest
) -> AsyncIterator[Page]:
    """A fresh page, nowhere yet; afterwards nothing unexpected may have happened in it.

    It asks for the product so that it is closed before the product is.
    """
    async with watched_page(browser, watch) as fresh:
        yield fresh
        if request.node.stash.get(_failed, True):
            picture = await keep_picture(fresh, ROOT / "test-results", request.node.name)
            request.node.add_report_section(
                "teardown", "page", f"picture: {picture}\ncomplaints: {watch.unexpected}"
            )
        else:
            assert watch.unexpected == []
