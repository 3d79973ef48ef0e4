"""An account that breaks while it runs says why, comes back by itself, and pesters nobody."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import structlog
from structlog.testing import capture_logs

from tests.integration.accounts.login import PASSWORD, account, login, until
from tests.support.api_client import ApiClient, Item
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.scripted_imap import Peer, ScriptedImap
from tests.support.waiting import eventually

WINDOW = 5.0  # seconds in which attempts are counted
# Waits of at least 0.5, 1, 2, 4 s lie between attempts: see domain.backoff.
MOST_IN_WINDOW = 5
LANES = 3  # connections of one account


@pytest_asyncio.fixture
async def live(api: ApiClient, network: FaultProxy) -> Item:
    """An account that is live."""
    added: Item = await api.post("/api/accounts", account(network.port), status=201)
    await until(api, "live")
    return added


async def states_told(api: ApiClient) -> list[tuple[str, str | None]]:
    """Return the states that the log of changes tells, with their reasons."""
    return [
        (change["state"], (change["error"] or {}).get("code"))
        for change in await all_changes(api)
        if change["type"] == "account_state_changed"
    ]


async def all_changes(api: ApiClient) -> list[Item]:
    """Return the whole log."""
    found: list[Item] = []
    while True:
        since = found[-1]["seq"] if found else 0
        page = (await api.get("/api/changes", since=since, limit=500))["items"]
        if not page:
            return found
        found += page


async def test_a_wrong_password_is_tried_once_and_then_waits_for_a_person(
    api: ApiClient, mailbox: LiveMailbox, network: FaultProxy, live: Item
) -> None:
    with capture_logs() as logs:
        mailbox.password = "changed elsewhere"
        came = network.accepted
        network.cut()
        await until(api, "offline", "connection_lost")
        network.heal()
        told = await until(api, "needs_attention", "authentication_failed")
        refused_at = network.accepted
        await asyncio.sleep(WINDOW)

    assert network.accepted == refused_at, "nobody knocks while a person is awaited"
    assert refused_at - came <= MOST_IN_WINDOW + LANES
    assert "password" in told["error"]["message"]
    assert PASSWORD not in str(told)
    down = [entry for entry in logs if entry["event"] == "sync.account_down"]
    assert [e["code"] for e in down if e["code"] == "authentication_failed"] == [
        "authentication_failed"
    ]
    assert PASSWORD not in str(logs)
    assert (await states_told(api))[-1] == ("needs_attention", "authentication_failed")


async def test_the_right_password_is_tried_at_once(
    api: ApiClient, mailbox: LiveMailbox, network: FaultProxy, live: Item
) -> None:
    mailbox.password = "changed elsewhere"
    network.cut()
    await until(api, "offline", "connection_lost")
    network.heal()
    await until(api, "needs_attention", "authentication_failed")

    answer = await api.http.patch(
        f"/api/accounts/{live['id']}",
        json={"imap": login(network.port, password="changed elsewhere")},
    )

    assert (answer.status_code, answer.json()["state"]) == (200, "connecting")
    await until(api, "live")


async def test_a_look_now_tries_at_once(
    api: ApiClient, mailbox: LiveMailbox, network: FaultProxy, live: Item
) -> None:
    mailbox.password = "maintenance"
    network.cut()
    await until(api, "offline", "connection_lost")
    network.heal()
    await until(api, "needs_attention", "authentication_failed")
    mailbox.password = PASSWORD

    assert (await api.post("/api/sync", {"account_id": live["id"]}, status=202)) == {
        "accounts": [live["id"]]
    }

    await until(api, "live")


async def test_a_network_that_is_away_is_asked_less_and_less_and_found_again(
    api: ApiClient, mailbox: LiveMailbox, network: FaultProxy, live: Item
) -> None:
    came = network.accepted
    network.cut()
    offline = await until(api, "offline", "connection_lost")
    await asyncio.sleep(WINDOW)
    attempts = network.accepted - came

    assert 1 <= attempts <= MOST_IN_WINDOW + LANES
    assert "tried again" in offline["error"]["message"]
    status = await api.get("/api/status")
    assert status["accounts"][0]["error"]["code"] == "connection_lost"
    mailbox.deliver(a_message("Sent meanwhile"))
    network.heal()
    back = await until(api, "live")
    assert back["error"] is None
    assert (await api.get("/api/emails"))["items"][0]["subject"] == "Sent meanwhile"


async def test_a_body_that_cannot_be_fetched_now_says_when_to_ask_again(
    api: ApiClient, mailbox: LiveMailbox, network: FaultProxy, live: Item
) -> None:
    mailbox.deliver(a_message("Not yet read"))
    key = await eventually(lambda: _newest(api), what="the mail")
    network.cut()
    await until(api, "offline", "connection_lost")

    answer = await api.http.get(f"/api/email/{key}")

    # Its body may have come in the moment between.
    if answer.status_code != 200:
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert "cannot be fetched now" in answer.json()["detail"]


async def _newest(api: ApiClient) -> str | None:
    items = (await api.get("/api/emails", limit=1))["items"]
    return items[0]["id"] if items else None


FAREWELLS: list[tuple[str, str, str]] = [
    ("server_said_bye", "* BYE going down for maintenance", "going down for maintenance"),
    ("login_unavailable", "{tag} NO [UNAVAILABLE] later please", "later please"),
    ("protocol_violation", "220 this is no IMAP", ""),
]


@pytest.mark.parametrize(("code", "farewell", "words"), FAREWELLS)
async def test_a_server_that_turns_us_away_is_not_stormed(
    api: ApiClient, code: str, farewell: str, words: str
) -> None:
    turned_away = asyncio.Event()

    async def script(peer: Peer) -> None:
        hello = "* OK [CAPABILITY IMAP4rev1] hello"
        if turned_away.is_set() and "{tag}" not in farewell:
            await peer.send(farewell)
            return
        await peer.send(hello)
        await peer.command("LOGIN *")
        if turned_away.is_set():
            await peer.send(farewell)
            return
        await peer.send("{tag} OK [CAPABILITY IMAP4rev1] welcome")
        while not (command := await peer.command()).startswith("LOGOUT"):
            if command.startswith("LIST"):
                await peer.send('* LIST () "/" INBOX')
            await peer.send("{tag} OK done")
        turned_away.set()
        await peer.send("* BYE see you\r\n{tag} OK done")

    async with ScriptedImap(script) as server:
        with capture_logs() as logs:
            await api.post("/api/accounts", account(server.port), status=201)
            told = await until(api, "offline", code)
            before = server.connections
            await asyncio.sleep(WINDOW)
            attempts = server.connections - before

    assert attempts <= MOST_IN_WINDOW
    assert words in told["error"]["message"]
    down = [entry for entry in logs if entry["event"] == "sync.account_down"]
    assert {entry["code"] for entry in down} == {code}
    waits = [entry["retry_in_s"] for entry in down]
    assert waits[-1] > waits[0], "each wait is longer"


async def test_a_broken_account_is_told_live(
    api: ApiClient, network: FaultProxy, live: Item
) -> None:
    async with api.events() as events:

        async def next_state(wanted: str) -> dict[str, Any]:
            async with asyncio.timeout(60):
                async for change in events:
                    if change["type"] == "account_state_changed" and change["state"] == wanted:
                        return change
            raise AssertionError("the stream ended")

        network.cut()
        offline = await next_state("offline")
        network.heal()
        back = await next_state("live")

    assert offline["error"]["code"] == "connection_lost"
    assert offline["account"]["state"] == "offline"
    assert back["error"] is None
    assert back["account"]["state"] == "live"


@pytest_asyncio.fixture(autouse=True)
async def plain_logs() -> AsyncIterator[None]:
    """Loggers that were used before ignore ``capture_logs`` if they were cached."""
    cached = structlog.get_config()["cache_logger_on_first_use"]
    structlog.configure(cache_logger_on_first_use=False)
    yield
    structlog.configure(cache_logger_on_first_use=cached)
