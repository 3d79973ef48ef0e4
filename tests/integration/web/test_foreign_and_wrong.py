"""What is another user's does not exist; every error is a problem document with a stable code."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.support.answer_shapes import api_routes
from tests.support.api_client import ApiClient, api_client
from tests.support.product import TOKEN
from tests.support.web import Web

NOWHERE = "999999999999"
BY_ID = [
    ("GET", "/api/email/{}", "email"),
    ("GET", "/api/email/{}/raw", "email"),
    ("GET", "/api/email/{}/attachments", "email"),
    ("POST", "/api/emails/{}/read", "email"),
    ("POST", "/api/emails/{}/unread", "email"),
    ("POST", "/api/emails/{}/star", "email"),
    ("POST", "/api/emails/{}/flag", "email"),
    ("DELETE", "/api/emails/{}", "email"),
    ("GET", "/api/operations/{}", "operation"),
    ("POST", "/api/operations/{}/undo", "operation"),
    ("POST", "/api/intents/{}/retry", "wish"),
    ("DELETE", "/api/intents/{}", "wish"),
    ("GET", "/api/attachment/{}/download", "attachment"),
    ("PATCH", "/api/accounts/{}", "account"),
    ("DELETE", "/api/accounts/{}", "account"),
    ("GET", "/api/mailboxes?account={}", "account"),
    ("GET", "/api/emails?account={}", "account"),
    ("GET", "/api/emails?mailbox={}", "mailbox"),
    ("GET", "/api/intents?account={}", "account"),
    ("POST", "/api/sync", "account"),
    ("POST", "/api/mailboxes", "account"),
    ("PATCH", "/api/mailboxes/{}", "mailbox"),
    ("DELETE", "/api/mailboxes/{}", "mailbox"),
    ("POST", "/api/mailboxes/{}/emails", "mailbox"),
]


@pytest_asyncio.fixture
async def eve(web: Web, foreign: dict[str, str]) -> AsyncIterator[ApiClient]:
    """The other user."""
    async with api_client(web.url, foreign["token"]) as client:
        yield client


async def _ask(client: httpx.AsyncClient, method: str, path: str, key: str) -> tuple[int, Any]:
    if path.endswith("/emails") and method == "POST":
        letter = {"Content-Type": "message/rfc822"}
        content = b"Subject: not for you\r\n\r\n"
        answer = await client.post(path.format(key), content=content, headers=letter)
        return answer.status_code, answer.json()
    bodies = {"/api/sync": {"account_id": key}, "/api/mailboxes": {"account_id": key, "name": "x"}}
    body = bodies.get(path) if method == "POST" else {} if method == "PATCH" else None
    answer = await client.request(method, path.format(key), json=body)
    return answer.status_code, answer.json() if answer.content else None


@pytest.mark.parametrize(("method", "path", "kind"), BY_ID)
async def test_what_is_anothers_is_answered_like_what_is_not_there(
    api: ApiClient, foreign: dict[str, str], method: str, path: str, kind: str
) -> None:
    anothers = await _ask(api.http, method, path, foreign[kind])
    nobodys = await _ask(api.http, method, path, NOWHERE)

    assert anothers == nobodys
    assert (anothers[0], anothers[1]["code"]) == (404, "not_found")


@pytest.mark.parametrize(("method", "path", "kind"), BY_ID)
async def test_an_id_that_is_none_is_not_there(
    api: ApiClient, method: str, path: str, kind: str
) -> None:
    for key in ("abc", "-1", "1.5", "9" * 30, "²", "%00", "1%2F2", "٣"):
        status, problem = await _ask(api.http, method, path, key)
        assert (status, problem["code"]) == (404, "not_found"), key


def test_every_route_with_an_id_was_tried() -> None:
    tried = {(method, path.partition("?")[0]) for method, path, _ in BY_ID}
    for route in api_routes():
        if "{" in route.path:
            (method,) = route.methods
            head, _, tail = route.path.partition("{")
            assert (method, head + "{}" + tail.partition("}")[2]) in tried


async def test_the_other_user_sees_hers_and_only_hers(
    eve: ApiClient, foreign: dict[str, str]
) -> None:
    page = await eve.get("/api/emails")

    assert [item["id"] for item in page["items"]] == [foreign["email"]]
    assert [a["id"] for a in (await eve.get("/api/accounts"))["items"]] == [foreign["account"]]
    assert (await eve.get("/api/stats"))["emails"] == 1
    changes = (await eve.get("/api/changes"))["items"]
    assert {change["account_id"] for change in changes} <= {foreign["account"]}
    assert len((await eve.get("/api/status"))["accounts"]) == 1
    assert (await eve.get(f"/api/email/{foreign['email']}"))["text"] == "secret"


@pytest.mark.parametrize("path", ["/api/nothing", "/api/", "/api/accounts/1/x", "/api/email/"])
async def test_an_unknown_endpoint_is_a_problem_and_not_a_page(
    api: ApiClient, stranger: httpx.AsyncClient, path: str
) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        for client in (api.http, stranger):
            answer = await client.request(method, path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), method


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/accounts", "GET, POST"),
        ("GET", "/api/sync", "POST"),
        ("DELETE", "/api/emails", "GET"),
        ("POST", "/api/email/1", "GET"),
        ("PUT", "/api/accounts/1", "DELETE, PATCH"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(
    api: ApiClient, method: str, path: str, allowed: str
) -> None:
    answer = await api.http.request(method, path)

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("/api/session", {}, {"link_token"}),
        ("/api/session", {"link_token": 5}, {"link_token"}),
        ("/api/session", {"link_token": "x", "more": 1}, {"more"}),
        ("/api/accounts", {}, {"email", "imap"}),
        ("/api/accounts", {"email": "nobody", "imap": {}}, None),
        ("/api/emails/1/star", {"value": "perhaps"}, {"value"}),
        ("/api/emails/1/star", {"vallue": True}, {"vallue"}),
        ("/api/sync", {"account_id": 5}, {"account_id"}),
        ("/api/sync", [], None),
    ],
)
async def test_a_wrong_body_is_told_field_by_field(
    api: ApiClient, path: str, body: object, fields: set[str] | None
) -> None:
    problem = await api.post(path, body, status=422)

    assert problem["code"] == "invalid_request"
    assert problem["errors"]
    assert all(error["message"] for error in problem["errors"])
    if fields is not None:
        assert {error["field"] for error in problem["errors"]} == fields


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("imap.host", ""),
        ("imap.host", "imap example"),
        ("imap.host", "imap.example/path"),
        ("imap.host", "x" * 300),
        ("imap.port", 0),
        ("imap.port", 65536),
        ("imap.port", "many"),
        ("imap.security", "ssl"),
        ("imap.username", ""),
        ("imap.username", "ann\r\nA1 LOGOUT"),
        ("imap.password", ""),
        ("email", "nobody"),
        ("email", "a@b\u0000"),
        ("name", "nul \u0000 inside"),
        ("name", "x" * 400),
    ],
)
async def test_a_wrong_value_of_an_account_names_its_field(
    api: ApiClient, field: str, value: object
) -> None:
    imap: dict[str, object] = {"host": "h", "port": 1, "username": "u", "password": "hunter2"}
    body: dict[str, object] = {"email": "a@b", "imap": imap}
    (imap if field.startswith("imap.") else body)[field.rpartition(".")[2]] = value

    problem = await api.post("/api/accounts", body, status=422)

    assert [error["field"] for error in problem["errors"]] == [field]
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize("content", [b"{", b"\xff", b'"\\ud800"', b"[" * 100_000, b"nul"])
async def test_a_body_that_is_no_json_is_a_problem(api: ApiClient, content: bytes) -> None:
    answer = await api.http.post(
        "/api/session", content=content, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "invalid_request"


@pytest.mark.parametrize(
    "query",
    [
        "/api/emails?limit=0",
        "/api/emails?limit=201",
        "/api/emails?limit=many",
        "/api/emails?offset=-1",
        "/api/emails?unread=perhaps",
        "/api/changes?since=-1",
        "/api/changes?limit=501",
    ],
)
async def test_a_wrong_query_names_its_parameter(api: ApiClient, query: str) -> None:
    answer = await api.http.get(query)

    parameter = query.partition("?")[2].partition("=")[0]
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [error["field"] for error in answer.json()["errors"]] == [parameter]


async def test_a_defect_is_a_problem_that_tells_nothing_of_the_inside(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("vexmail.web.routes.system.statistics.statistics", broken)
    async with api_client(web.url) as api:
        answer = await api.http.get("/api/stats")

    assert (answer.status_code, answer.json()["code"]) == (500, "defect")
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


# ---- size ----

_MEBIBYTE = 1 << 20


@pytest.mark.parametrize("token", ["", TOKEN], ids=["a stranger", "a program"])
@pytest.mark.parametrize("is_chunked", [False, True])
async def test_a_body_above_a_mebibyte_is_refused(
    stranger: httpx.AsyncClient, token: str, *, is_chunked: bool
) -> None:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = b'{"link_token": "' + b"x" * _MEBIBYTE + b'"}'

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    content = in_pieces() if is_chunked else body
    answer = await stranger.post("/api/session", content=content, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_body_of_a_mebibyte_is_read(stranger: httpx.AsyncClient) -> None:
    body = b'{"link_token": "' + b"x" * (_MEBIBYTE - 18) + b'"}'
    assert len(body) == _MEBIBYTE

    answer = await stranger.post(
        "/api/session", content=body, headers={"Content-Type": "application/json"}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
