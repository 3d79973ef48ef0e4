"""Reading and marking one email."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.integration.web.mail import ATTACHED
from tests.support.api_client import ApiClient


@pytest_asyncio.fixture
async def newest(api: ApiClient) -> dict[str, Any]:
    """The email with an attachment."""
    item: dict[str, Any] = (await api.get("/api/emails", limit=1))["items"][0]
    return item


@pytest_asyncio.fixture
async def one(api: ApiClient) -> AsyncIterator[str]:
    """Some email, unmarked before and after."""
    key = (await api.get("/api/emails", limit=1, offset=5))["items"][0]["id"]
    yield key
    await api.post(f"/api/emails/{key}/unread")
    await api.post(f"/api/emails/{key}/star", {"value": False})
    await api.post(f"/api/emails/{key}/flag", {"value": False})


async def test_a_whole_email_is_answered(api: ApiClient, newest: dict[str, Any]) -> None:
    email = await api.get(f"/api/email/{newest['id']}")

    assert email["subject"] == "The plan </script><script>alert(1)</script>"
    assert email["from"] == {"name": "Robin Fox", "address": "robin@fox.example"}
    assert [p["address"] for p in email["to"]] == ["ann@vex.example", "bob@vex.example"]
    assert email["cc"] == [{"name": "Cleo", "address": "cleo@vex.example"}]
    assert email["sent_at"] == "2026-11-22T10:00:00Z"
    assert email["internet_message_id"].strip("<>") == "plan@fox.example"
    assert email["in_reply_to"].strip("<>") == "before@fox.example"
    assert {"name": "Cc", "value": "Cleo <cleo@vex.example>"} in email["headers"]
    assert "See the plan" in email["text"]
    assert "<b>plan</b>" in email["html"]
    assert "script" not in email["html"]
    assert email["remote_images"] == 1
    assert 'src="https' not in email["html"].replace("data-vx-src", "")
    assert [(m["name"], m["role"]) for m in email["mailboxes"]] == [("INBOX", "inbox")]
    assert email["body_state"] == "parsed"
    (attachment,) = email["attachments"]
    assert (attachment["filename"], attachment["content_type"]) == ("plan.csv", "text/csv")
    listed = await api.get(f"/api/email/{newest['id']}/attachments")
    assert listed["items"] == email["attachments"]


async def test_an_attachment_is_a_file_to_save(api: ApiClient, newest: dict[str, Any]) -> None:
    email = await api.get(f"/api/email/{newest['id']}")

    answer = await api.http.get(email["attachments"][0]["download_url"])

    assert answer.content.strip() == b"a,b"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="plan.csv"')


async def test_the_raw_email_is_text_that_no_browser_runs(
    api: ApiClient, newest: dict[str, Any]
) -> None:
    email = await api.get(f"/api/email/{newest['id']}")

    answer = await api.http.get(email["raw_url"])

    assert answer.content == ATTACHED
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"


async def test_read_and_unread_are_kept_however_often_they_are_said(
    api: ApiClient, one: str
) -> None:
    for _ in range(2):
        assert (await api.post(f"/api/emails/{one}/read"))["is_read"] is True
    assert (await api.get(f"/api/email/{one}"))["is_read"] is True
    for _ in range(2):
        assert (await api.post(f"/api/emails/{one}/unread"))["is_read"] is False
    assert (await api.get(f"/api/email/{one}"))["is_read"] is False


@pytest.mark.parametrize(("mark", "field"), [("star", "is_starred"), ("flag", "is_flagged")])
async def test_a_mark_is_toggled_by_nothing_and_set_by_a_value(
    api: ApiClient, one: str, mark: str, field: str
) -> None:
    path = f"/api/emails/{one}/{mark}"

    toggled = [(await api.post(path))[field] for _ in range(3)]
    of_empty_objects = [(await api.post(path, {}))[field] for _ in range(2)]
    of_null = (await api.post(path, {"value": None}))[field]
    said = [(await api.post(path, {"value": v}))[field] for v in (True, True, False, False)]

    assert toggled == [True, False, True]
    assert of_empty_objects == [False, True]
    assert of_null is False
    assert said == [True, True, False, False]
    assert (await api.get(f"/api/email/{one}"))[field] is False
