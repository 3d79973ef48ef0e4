"""Redis away from the first moment, or slow beyond patience: slower at most, and said so."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.api_client import ApiClient, api_client
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.waiting import eventually
from tests.support.web import running_web

SLOW = 6.0  # seconds that each answer of Redis takes
AT_ONCE = 15.0  # seconds for a request on a loaded machine; one that hangs takes for ever


async def _redis(api: ApiClient) -> dict[str, Any]:
    return dict((await api.get("/api/status"))["components"]["redis"])


@pytest.mark.parametrize("trouble", ["down", "slow"])
async def test_mail_comes_and_is_told_without_redis(
    database_url: str, redis_url: str, tmp_path: Path, trouble: str
) -> None:
    async with FaultProxy(urlsplit(redis_url).path) as way, LiveMailbox() as server:
        if trouble == "down":
            way.cut()
        else:
            way.delay = SLOW
        by_way = f"redis://127.0.0.1:{way.port}/0"
        server.deliver(a_message("Old"))
        async with (
            asyncio.timeout(120),
            running_web(database_url, by_way, tmp_path) as running,
            api_client(running.url) as api,
        ):
            imap = {"host": "127.0.0.1", "port": server.port, "security": "none"}
            login = {**imap, "username": "ann", "password": "pw"}
            body = {"email": "ann@vex.example", "imap": login}
            async with asyncio.timeout(AT_ONCE):
                await api.post("/api/accounts", body, status=201)

            async def listed() -> list[str]:
                async with asyncio.timeout(AT_ONCE):
                    return [e["subject"] for e in (await api.get("/api/emails"))["items"]]

            async def has_old() -> bool:
                return await listed() == ["Old"] and await server.watched_now()

            await eventually(has_old, what="the list")
            async with api.events(0) as stream:
                server.deliver(a_message("New"))
                async with asyncio.timeout(AT_ONCE):
                    async for change in stream:
                        if change["type"] == "email_received":
                            break
                (new, _) = (await api.get("/api/emails"))["items"]
                async with asyncio.timeout(AT_ONCE):
                    opened = await api.get(f"/api/email/{new['id']}")
                    await api.post(f"/api/emails/{new['id']}/read")
                    assert (await api.get("/healthz"))["status"] == "ok"
                assert opened["text"]

                async def is_read() -> bool:
                    return "\\Seen" in server.messages[-1].flags

                await eventually(is_read, what="the wish carried out")
            async with asyncio.timeout(AT_ONCE):
                assert (await _redis(api))["state"] == "down"
                assert (await api.get("/readyz"))["status"] == "ok"

            way.delay = 0.0
            way.heal()

            async def is_back() -> bool:
                return bool((await _redis(api))["state"] == "ok")

            await eventually(is_back, what="Redis")
