"""Mailboxes changed and emails added over HTTP: answers, codes, one answer for one request."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.support.api_client import ApiClient, api_client
from tests.support.databases import TestDatabases
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.waiting import eventually
from tests.support.web import running_web
from vexmail.app.embedded import EmbeddedServers

LETTER = {"Content-Type": "message/rfc822"}
MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Desk:
    """An account of one's own, and the server it lies on."""

    api: ApiClient
    server: LiveMailbox
    account: str

    @property
    def http(self) -> httpx.AsyncClient:
        """The client, for statuses that are no success."""
        return self.api.http

    async def tree(self) -> dict[str, dict[str, Any]]:
        """Return the mailboxes by path."""
        return {box["path"]: box for box in (await self.api.get("/api/mailboxes"))["items"]}

    async def create(self, name: str, parent: str | None = None, *, status: int = 201) -> Any:  # noqa: ANN401 - JSON
        """Create a mailbox."""
        body = {"account_id": self.account, "name": name, "parent_id": parent}
        return await self.api.post("/api/mailboxes", body, status=status)

    async def settled(self) -> bool:
        """Tell whether nothing is on its way any more."""
        return (await self.api.get("/api/intents", state="pending"))["total"] == 0


@pytest_asyncio.fixture
async def mine(
    databases: TestDatabases, servers: EmbeddedServers, tmp_path: Path
) -> AsyncIterator[Desk]:
    """An application with one synced account; the invariants hold when the test is over."""
    server = LiveMailbox()
    server.add_mailbox("Archive", "\\Archive")
    server.add_mailbox("Trash", "\\Trash")
    async with (
        databases.fresh() as url,
        server,
        running_web(url, servers.redis_url, tmp_path) as running,
        api_client(running.url) as api,
    ):
        imap = {"host": "127.0.0.1", "port": server.port, "security": "none"}
        login = {**imap, "username": "ann", "password": "pw"}
        body = {"email": "ann@vex.example", "imap": login}
        account = (await api.post("/api/accounts", body, status=201))["id"]
        desk = Desk(api, server, account)

        async def is_live() -> bool:
            boxes = (await desk.tree()).values()
            return len(boxes) == 3 and all(box["sync"]["state"] == "live" for box in boxes)

        await eventually(is_live, what="a synced account")
        yield desk
        await eventually(desk.settled, what="the wishes closed")
        assert await databases.broken_invariants(url) == []


async def test_a_mailbox_is_created_changed_and_deleted(mine: Desk) -> None:
    made = await mine.create("Work")
    below = await mine.create("Bills", made["mailbox"]["id"])
    edit = f"/api/mailboxes/{below['mailbox']['id']}"

    assert made["mailbox"]["namespace"] == "personal"
    assert below["mailbox"]["parent_id"] == made["mailbox"]["id"]
    moved = (await mine.http.patch(edit, json={"parent_id": None, "name": "Paid"})).json()
    assert (moved["mailbox"]["path"], moved["mailbox"]["parent_id"]) == ("Paid", None)
    ended = (await mine.http.patch(edit, json={"subscribed": False})).json()
    assert not ended["mailbox"]["subscribed"]
    await eventually(mine.settled, what="the wishes carried out")
    assert not mine.server.mailboxes["Paid"].subscribed
    gone = await mine.http.delete(edit)
    assert (gone.status_code, gone.json()["mailbox"]) == (200, None)
    assert "Paid" not in await mine.tree()
    undone = await mine.api.post(f"/api/operations/{gone.json()['operation_id']}/undo")
    assert undone["failures"] == []
    await eventually(mine.settled, what="the wishes carried out")
    assert {"Work", "Paid"} <= mine.server.mailboxes.keys()
    told = [c["type"] for c in (await mine.api.get("/api/changes", since=0, limit=500))["items"]]
    assert {"mailbox_created", "mailbox_updated", "mailbox_deleted"} <= set(told)


async def test_a_mailbox_that_is_chosen_is_followed_live(mine: Desk) -> None:
    archive = (await mine.tree())["Archive"]["id"]

    chosen = await mine.http.patch(f"/api/mailboxes/{archive}", json={"watched": True})

    assert (chosen.status_code, chosen.json()["mailbox"]["watched"]) == (200, True)
    await mine.server.watched("Archive")
    left = await mine.http.patch(f"/api/mailboxes/{archive}", json={"watched": False})
    assert not left.json()["mailbox"]["watched"]
    assert not (await mine.tree())["Archive"]["watched"]

    async def is_left() -> bool:
        box = mine.server.mailboxes["Archive"]
        return not any(one.idling and one.box is box for one in mine.server.sessions)

    await eventually(is_left, what="an end of following")


async def test_what_cannot_be_is_refused_with_a_stable_code(mine: Desk) -> None:
    tree = await mine.tree()
    inbox, archive = tree["INBOX"]["id"], tree["Archive"]["id"]

    for name, status, code in (
        ("a/b", 422, "mailbox_name_invalid"),
        (" ", 422, "mailbox_name_invalid"),
        ("Archive", 409, "mailbox_exists"),
        ("inbox", 409, "mailbox_exists"),
    ):
        assert (await mine.create(name, status=status))["code"] == code, name
    assert (await mine.create("x", "999999999999", status=404))["code"] == "not_found"
    for key in (inbox, archive):
        for answer in (
            await mine.http.delete(f"/api/mailboxes/{key}"),
            await mine.http.patch(f"/api/mailboxes/{key}", json={"name": "Else"}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "mailbox_protected")
    wrong = await mine.http.patch(f"/api/mailboxes/{archive}", json={"colour": "red"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_request")


async def test_an_email_is_added_with_flags_and_date(mine: Desk) -> None:
    archive = (await mine.tree())["Archive"]["id"]
    raw = a_message("From the attic")

    answer = await mine.http.post(
        f"/api/mailboxes/{archive}/emails",
        params={"flag": ["read", "starred"], "label": "attic", "received_at": "2001-02-03T04:05Z"},
        content=raw,
        headers=LETTER,
    )

    assert answer.status_code == 201, answer.text
    email = answer.json()["email"]
    assert (email["is_read"], email["is_starred"], email["labels"]) == (True, True, ["attic"])
    assert email["date"] == "2001-02-03T04:05:00Z"
    await eventually(mine.settled, what="the email added")
    (stored,) = mine.server.mailboxes["Archive"].messages
    assert stored.raw == raw
    assert (await mine.http.get(f"/api/email/{email['id']}/raw")).content == raw
    assert (await mine.api.get("/api/emails", mailbox=archive))["items"][0]["id"] == email["id"]


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"Subject: x\r\n\r\n", "application/json", 415, "unsupported_media_type"),
        (b"", "message/rfc822", 422, "not_an_email"),
        (b"no email", "message/rfc822", 422, "not_an_email"),
        (b"Subject: x\r\n\r\n" + b"y" * (50 * MEBIBYTE), "message/rfc822", 413, "too_large"),
    ],
    ids=["json", "nothing", "noise", "too large"],
)
async def test_what_is_no_email_is_refused_with_a_stable_code(
    mine: Desk, content: bytes, kind: str, status: int, code: str
) -> None:
    archive = (await mine.tree())["Archive"]["id"]

    answer = await mine.http.post(
        f"/api/mailboxes/{archive}/emails", content=content, headers={"Content-Type": kind}
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_email_of_many_mebibytes_is_taken(mine: Desk) -> None:
    archive = (await mine.tree())["Archive"]["id"]
    raw = b"Subject: large\r\nMessage-ID: <large@vex.example>\r\n\r\n" + b"y" * 70 * 100 + b"\r\n"
    raw += (b"z" * 70 + b"\r\n") * (5 * MEBIBYTE // 72)

    answer = await mine.http.post(f"/api/mailboxes/{archive}/emails", content=raw, headers=LETTER)

    assert answer.status_code == 201, answer.text
    await eventually(mine.settled, what="the email added")
    assert mine.server.mailboxes["Archive"].messages[0].raw == raw


# ---- the same request twice ----


async def test_twenty_requests_with_one_key_are_one_email_and_one_answer(mine: Desk) -> None:
    archive = (await mine.tree())["Archive"]["id"]
    headers = {**LETTER, "Idempotency-Key": "attic-1"}
    raw = a_message("Once")

    async def send() -> httpx.Response:
        path = f"/api/mailboxes/{archive}/emails"
        return await mine.http.post(path, content=raw, headers=headers)

    async with asyncio.TaskGroup() as group:
        sent = [group.create_task(send()) for _ in range(20)]
    answers = [task.result() for task in sent]

    assert {answer.status_code for answer in answers} == {201}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert (await mine.api.get("/api/emails", mailbox=archive))["total"] == 1
    other = await mine.http.post(
        f"/api/mailboxes/{archive}/emails", content=a_message("Else"), headers=headers
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    await eventually(mine.settled, what="the email added")
    assert len(mine.server.mailboxes["Archive"].messages) == 1


async def test_a_repeated_creation_is_answered_alike_and_a_failed_one_tried_again(
    mine: Desk,
) -> None:
    headers = {"Idempotency-Key": "k" * 255}
    taken = {"account_id": mine.account, "name": "Archive"}
    body = {"account_id": mine.account, "name": "Work"}

    refused = await mine.http.post("/api/mailboxes", json=taken, headers=headers)
    first = await mine.http.post("/api/mailboxes", json=body, headers=headers)
    again = await mine.http.post("/api/mailboxes", json=body, headers=headers)

    assert refused.status_code == 409
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert list(await mine.tree()).count("Work") == 1


async def test_an_account_added_twice_with_one_key_is_one_account(mine: Desk) -> None:
    async with LiveMailbox() as other:
        imap = {"host": "127.0.0.1", "port": other.port, "security": "none"}
        login = {**imap, "username": "bob", "password": "hunter2"}
        body = {"email": "bob@vex.example", "imap": login}
        headers = {"Idempotency-Key": "bob"}

        first = await mine.http.post("/api/accounts", json=body, headers=headers)
        again = await mine.http.post("/api/accounts", json=body, headers=headers)

        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert (await mine.api.get("/api/accounts"))["total"] == 2
        assert (await mine.http.delete(f"/api/accounts/{first.json()['id']}")).status_code == 204


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_that_is_none_is_refused(mine: Desk, key: str) -> None:
    answer = await mine.http.post(
        "/api/mailboxes",
        json={"account_id": mine.account, "name": "Work"},
        headers={"Idempotency-Key": key},
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
