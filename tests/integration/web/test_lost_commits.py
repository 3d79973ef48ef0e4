"""Requests whose COMMIT was on a connection that died: asked again, they are answered as one."""

from pathlib import Path

import pytest

from tests.support.api_client import api_client
from tests.support.commit_proxy import CommitProxy, Loss
from tests.support.live_mailbox import LiveMailbox
from tests.support.waiting import eventually
from tests.support.web import running_web

PROMISE = "UPDATE idempotency_keys SET status"  # part of the work of each request with a key
WISH = "INSERT INTO intents"


@pytest.mark.parametrize("loss", list(Loss), ids=lambda loss: loss.value)
async def test_a_request_that_is_repeated_after_a_lost_commit_is_done_once(
    database_url: str, redis_url: str, tmp_path: Path, loss: Loss
) -> None:
    async with (
        LiveMailbox() as server,
        CommitProxy(database_url) as way,
        running_web(way.url, redis_url, tmp_path, vexmail_lease_seconds=4) as running,
        api_client(running.url) as api,
    ):
        imap = {"host": "127.0.0.1", "port": server.port, "security": "none"}
        login = {**imap, "username": "ann", "password": "pw"}
        key = {"Idempotency-Key": "once"}
        body = {"email": "ann@vex.example", "imap": login}
        way.lose_after(PROMISE, loss)

        lost = await api.http.post("/api/accounts", json=body, headers=key)
        again = await api.http.post("/api/accounts", json=body, headers=key)
        third = await api.http.post("/api/accounts", json=body, headers=key)

        assert (lost.status_code, lost.json()["code"]) == (503, "database_unavailable")
        assert int(lost.headers["Retry-After"]) >= 1
        assert again.status_code == 201, again.text
        assert (third.status_code, third.json()) == (201, again.json())
        assert way.lost == [loss]
        (account,) = (await api.get("/api/accounts"))["items"]

        async def is_live() -> bool:
            boxes = (await api.get("/api/mailboxes"))["items"]
            return [box["sync"]["state"] for box in boxes] == ["live"]

        await eventually(is_live, what="a synced account")
        way.lose_after(WISH, loss)
        name = {"account_id": account["id"], "name": "Work"}
        key = {"Idempotency-Key": "made once"}

        lost = await api.http.post("/api/mailboxes", json=name, headers=key)
        if loss is Loss.ANSWER:
            # It happened, and nobody was woken: it is carried out all the same.
            async def is_made() -> bool:
                return "Work" in server.mailboxes

            await eventually(is_made, what="the mailbox on the server")
        again = await api.http.post("/api/mailboxes", json=name, headers=key)
        third = await api.http.post("/api/mailboxes", json=name, headers=key)

        assert lost.status_code == 503, lost.text
        assert (again.status_code, third.json()) == (201, again.json())
        assert way.lost == [loss, loss]

        async def settled() -> bool:
            return (await api.get("/api/intents", state="pending"))["total"] == 0

        await eventually(settled, what="the wish carried out")
        assert sum(command.startswith("CREATE") for command in server.commands) == 1
        paths = [box["path"] for box in (await api.get("/api/mailboxes"))["items"]]
        assert sorted(paths) == ["INBOX", "Work"]
