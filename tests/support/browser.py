"""Headless Chromium for journeys, watched for everything that should not happen in a page."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, ConsoleMessage, Page, Response, async_playwright, expect

_EXECUTABLE = "/usr/bin/chromium"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PATIENCE_MS = 60_000.0  # what takes a minute on a loaded machine is broken, not slow


class Watch:
    """What went wrong in a page while nobody asserted anything about it."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self._excused: list[str] = []

    def excuse(self, part: str) -> None:
        """Expect complaints that contain ``part``: the test provokes them."""
        self._excused.append(part)

    @property
    def unexpected(self) -> list[str]:
        """Console errors, uncaught exceptions and 5xx answers that nobody excused."""
        return [c for c in self.complaints if not any(part in c for part in self._excused)]

    def follow(self, page: Page) -> None:
        """Listen to a page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text} ({message.location.get('url')})")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} from {response.url}")


@asynccontextmanager
async def headless_browser() -> AsyncIterator[Browser]:
    """Start Chromium; ``VEXMAIL_TEST_CHROMIUM`` names another executable."""
    executable = os.environ.get("VEXMAIL_TEST_CHROMIUM", _EXECUTABLE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=_FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def watched_page(browser: Browser, watch: Watch) -> AsyncIterator[Page]:
    """Open a page in a profile of its own (no cookies, no cache), 1280 by 800, light."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(_PATIENCE_MS)
    expect.set_options(timeout=_PATIENCE_MS)
    try:
        page = await context.new_page()
        watch.follow(page)
        yield page
    finally:
        await context.close()


async def keep_picture(page: Page, folder: Path, name: str) -> Path:
    """Save what the page shows, for a person who reads about a failure."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    await page.screenshot(path=path, full_page=True)
    return path
