"""What the benchmarks about whole accounts stand on: a Dovecot and the product beside it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bench.raw_imap import RawImap
from tests.support.api_client import ApiClient, api_client
from tests.support.dovecot import Dovecot
from tests.support.product import Product, product_folder, running_product

PASSWORD = "correct-horse"
_LOOK_EVERY = 0.01


@dataclass(frozen=True, slots=True)
class Rig:
    """A mail server, the product with no account yet, and a client of its API."""

    dovecot: Dovecot
    product: Product
    api: ApiClient

    def raw(self, username: str) -> RawImap:
        """Log a bare client in."""
        return RawImap(self.dovecot.host, self.dovecot.port, username, PASSWORD)

    async def add_account(self, username: str, port: int = 0) -> dict[str, Any]:
        """Add an account as a person does; returns it once the connection test has passed.

        ``port`` names another server of this machine than Dovecot.
        """
        imap = {
            "host": self.dovecot.host,
            "port": port or self.dovecot.port,
            "security": "none",
            "username": username,
            "password": PASSWORD,
        }
        body = {"email": f"{username}@vex.example", "imap": imap}
        account: dict[str, Any] = await self.api.post("/api/accounts", body, status=201)
        return account

    async def seconds_until_listed(self, count: int, since: float, within: float = 600.0) -> float:
        """Wait until the default list can show ``count`` messages; return the seconds it took."""
        while time.monotonic() - since < within:
            page = await self.api.get("/api/emails", limit=min(count, 50))
            listed = len(page["items"]) if count <= 50 else page["total"] or 0
            if listed >= count:
                return time.monotonic() - since
            # Looking costs the same event loop time: often only while little is expected.
            await asyncio.sleep(_LOOK_EVERY if count <= 50 else 10 * _LOOK_EVERY)
        raise TimeoutError(f"{count} messages were not listed within {within:g} s")

    async def seconds_until_parsed(self, count: int, since: float, within: float = 900.0) -> float:
        """Wait until ``count`` bodies are stored and read; return the seconds it took."""
        while time.monotonic() - since < within:
            bodies = (await self.api.get("/api/stats"))["bodies"]
            if bodies["parsed"] + bodies["unreadable"] >= count:
                return time.monotonic() - since
            await asyncio.sleep(_LOOK_EVERY * 20)
        raise TimeoutError(f"{count} bodies were not read within {within:g} s")


@asynccontextmanager
async def a_rig(dovecot_extra: str = "", **settings: str) -> AsyncIterator[Rig]:
    """Start Dovecot and the product in a temporary folder.

    Args:
        dovecot_extra: more lines of Dovecot's configuration.
        settings: environment variables of the product.
    """
    with (
        product_folder() as data_dir,
        Dovecot(data_dir.with_name("dovecot"), extra=dovecot_extra) as dovecot,
    ):
        async with (
            running_product(data_dir, **settings) as product,
            api_client(product.url, checked=False) as api,
        ):
            yield Rig(dovecot, product, api)
