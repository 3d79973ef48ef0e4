"""Requests for accounts, and what becomes of them."""

from typing import Any

from tests.support.api_client import ApiClient, Item
from tests.support.waiting import eventually

PASSWORD = "open sesame"


def login(port: int, /, **changes: object) -> Item:
    """Return the ``imap`` part of a request for a server on this machine."""
    imap = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "username": "ann",
        "password": PASSWORD,
    }
    return imap | changes


def account(port: int, /, **changes: object) -> Item:
    """Return the body of ``POST /api/accounts``."""
    return {"email": "ann@vex.example", "imap": login(port, **changes)}


async def only_account(api: ApiClient) -> Item:
    """Return the only account."""
    (found,) = (await api.get("/api/accounts"))["items"]
    item: Item = found
    return item


async def until(api: ApiClient, state: str, code: str | None = None) -> Item:
    """Wait until the only account is in this state for this reason, and return it."""

    async def look() -> Any:  # noqa: ANN401 - an account
        found = await only_account(api)
        assert (found["state"], (found["error"] or {}).get("code")) == (state, code), found
        return found

    item: Item = await eventually(look, what=f"an account that is {state} because of {code}")
    return item
