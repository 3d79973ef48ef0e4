"""Lists are complete, in order and without doubles, however they are paged."""

import base64
import struct
from typing import Any

import pytest
from fastapi import routing
from fastapi.dependencies import utils as dependencies

from tests.integration.web.mail import ANN, BOB
from tests.support.api_client import ApiClient

ALL = ANN + 1 + BOB


async def _by_cursor(api: ApiClient, limit: int, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await api.get("/api/emails", limit=limit, **query, **cursor)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        assert len(page["items"]) == limit
        cursor = {"cursor": page["next_cursor"]}


async def _by_offset(api: ApiClient, limit: int, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while True:
        page = await api.get("/api/emails", limit=limit, offset=len(items), **query)
        if not page["items"]:
            return items
        items += page["items"]


async def _account(api: ApiClient, name: str) -> str:
    accounts = (await api.get("/api/accounts"))["items"]
    return str(next(a["id"] for a in accounts if a["email"].startswith(name)))


@pytest.mark.parametrize("limit", [7, 50, 200])
async def test_pages_by_cursor_and_by_offset_are_the_same_list(api: ApiClient, limit: int) -> None:
    whole = (await api.get("/api/emails", limit=200))["items"]

    assert len(whole) == len({item["id"] for item in whole}) == ALL
    assert await _by_cursor(api, limit) == whole
    assert await _by_offset(api, limit) == whole


async def test_the_inboxes_of_all_accounts_are_merged_newest_first(api: ApiClient) -> None:
    whole = (await api.get("/api/emails", limit=200))["items"]

    dates = [item["date"] for item in whole]
    assert dates == sorted(dates, reverse=True)
    assert len(set(dates)) < ALL / 3, "many share a date, so that the order within it matters"
    newest_shared = [item["account_id"] for item in whole if item["date"] == dates[-1]]
    assert len(set(newest_shared)) == 2
    by_role = await api.get("/api/emails", limit=200, mailbox="inbox")
    assert by_role["items"] == whole


@pytest.mark.parametrize("name", ["ann", "bob"])
async def test_a_list_is_narrowed_to_an_account_or_a_mailbox(api: ApiClient, name: str) -> None:
    account = await _account(api, name)
    (inbox,) = (await api.get("/api/mailboxes", account=account))["items"]

    of_account = await api.get("/api/emails", limit=200, account=account)
    of_mailbox = await api.get("/api/emails", limit=200, mailbox=inbox["id"])

    assert of_account == of_mailbox
    assert {item["account_id"] for item in of_account["items"]} == {account}
    assert of_account["total"] == inbox["total"] == len(of_account["items"])


async def test_a_mailbox_of_another_account_than_the_one_asked_for_is_not_there(
    api: ApiClient,
) -> None:
    ann, bob = await _account(api, "ann"), await _account(api, "bob")
    (inbox,) = (await api.get("/api/mailboxes", account=ann))["items"]

    answer = await api.http.get("/api/emails", params={"mailbox": inbox["id"], "account": bob})

    assert answer.status_code == 404


async def test_a_role_that_no_account_has_is_an_empty_list_and_a_word_that_is_none_is_not_there(
    api: ApiClient,
) -> None:
    assert await api.get("/api/emails", mailbox="sent") == {
        "items": [],
        "next_cursor": None,
        "total": 0,
    }
    for word in ("INBOX", "spam", ""):
        answer = await api.http.get("/api/emails", params={"mailbox": word})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("wanted", ["true", "false"])
@pytest.mark.parametrize(
    ("parameter", "field"),
    [
        ("unread", "is_read"),
        ("starred", "is_starred"),
        ("flagged", "is_flagged"),
        ("has_attachment", "has_attachments"),
    ],
)
async def test_a_filter_keeps_exactly_what_it_says(
    api: ApiClient, parameter: str, field: str, wanted: str
) -> None:
    whole = (await api.get("/api/emails", limit=200))["items"]
    some = [item["id"] for item in whole if item["account_id"] == await _account(api, "bob")][:9]
    for number, key in enumerate(some):
        if number % 3 == 0:
            await api.post(f"/api/emails/{key}/star", {"value": True})
        if number % 2 == 0:
            await api.post(f"/api/emails/{key}/flag", {"value": True})
    await api.get(f"/api/email/{whole[0]['id']}")  # its attachment is known once it was read
    whole = (await api.get("/api/emails", limit=200))["items"]
    is_wanted = (wanted == "true") != (parameter == "unread")
    expected = [item for item in whole if item[field] is is_wanted]

    page = await api.get("/api/emails", limit=200, **{parameter: wanted})

    assert expected, "the filter has something to find"
    assert page["items"] == expected
    assert page["total"] in {len(expected), None}
    if parameter in {"unread", "starred"}:
        assert page["total"] == len(expected)
    assert await _by_cursor(api, 25, **{parameter: wanted}) == expected
    assert await _by_offset(api, 50, **{parameter: wanted}) == expected
    for key in some:
        await api.post(f"/api/emails/{key}/star", {"value": False})
        await api.post(f"/api/emails/{key}/flag", {"value": False})


async def test_filters_add_up(api: ApiClient) -> None:
    whole = (await api.get("/api/emails", limit=200))["items"]
    expected = [i for i in whole if not i["is_read"] and not i["is_starred"]]

    page = await api.get("/api/emails", limit=200, unread="true", starred="false")

    assert page["items"] == expected
    assert page["total"] == len(expected)


async def test_the_total_is_the_same_on_every_page(api: ApiClient) -> None:
    first = await api.get("/api/emails", limit=10)
    second = await api.get("/api/emails", limit=10, cursor=first["next_cursor"])
    beyond = await api.get("/api/emails", limit=10, offset=10_000)

    assert first["total"] == second["total"] == beyond["total"] == ALL
    assert (beyond["items"], beyond["next_cursor"]) == ([], None)


def _a_cursor(micros: int, key: int) -> str:
    return base64.urlsafe_b64encode(struct.pack(">qq", micros, key)).decode()


@pytest.mark.parametrize(
    "cursor",
    ["x", "AAAA", "ü", "\u0000", "=", "A" * 22, _a_cursor(1 << 62, 1), _a_cursor(-(1 << 62), 1)],
)
async def test_a_cursor_that_is_none_is_refused_or_leads_nowhere(
    api: ApiClient, cursor: str
) -> None:
    answer = await api.http.get("/api/emails", params={"cursor": cursor})

    if cursor == "A" * 22:  # a position at the epoch: before all mail
        assert (answer.status_code, answer.json()["items"]) == (200, [])
    else:
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


async def test_cursor_and_offset_exclude_each_other(api: ApiClient) -> None:
    cursor = (await api.get("/api/emails", limit=1))["next_cursor"]

    answer = await api.http.get("/api/emails", params={"cursor": cursor, "offset": 0})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_mailboxes_are_listed_with_their_counts(api: ApiClient) -> None:
    boxes = (await api.get("/api/mailboxes"))["items"]

    assert [(b["name"], b["role"], b["total"]) for b in boxes] == [
        ("INBOX", "inbox", ANN + 1),
        ("INBOX", "inbox", BOB),
    ]
    unread = await api.get("/api/emails", unread="true", limit=1)
    assert sum(b["unread"] for b in boxes) == unread["total"]


@pytest.mark.parametrize("path", ["/api/emails", "/api/mailboxes", "/api/accounts", "/api/stats"])
async def test_what_a_screen_asks_for_is_answered_on_the_loop_alone(
    api: ApiClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[object] = []

    async def in_a_thread(function: object, *_: object, **__: object) -> None:
        called.append(function)

    monkeypatch.setattr(dependencies, "run_in_threadpool", in_a_thread)
    monkeypatch.setattr(routing, "run_in_threadpool", in_a_thread)

    await api.get(path)

    assert called == []
