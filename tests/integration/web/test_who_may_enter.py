"""Nothing is answered to strangers; links work once; other sites cannot act for us."""

import re
from pathlib import Path

import httpx
import pytest

from tests.support.answer_shapes import api_routes
from tests.support.api_client import ApiClient
from tests.support.databases import TestDatabases
from tests.support.product import TOKEN
from tests.support.web import Web, a_stranger, running_web
from vexmail.app.embedded import EmbeddedServers

ROUTES = [
    (method, re.sub(r"\{.*?\}", "1", route.path))
    for route in api_routes()
    for method in sorted(route.methods)
    if route.path.startswith("/api/") and (method, route.path) != ("POST", "/api/session")
]


WRONG = [
    {},
    {"Authorization": "Bearer wrong"},
    {"Authorization": f"Basic {TOKEN}"},
    {"Authorization": "Bearer"},
    {"Cookie": "vexmail_session=wrong"},
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_a_stranger_learns_nothing(
    stranger: httpx.AsyncClient, method: str, path: str
) -> None:
    body: dict[str, object] | None = None
    if path in {"/api/accounts", "/api/accounts/1"} and method in {"POST", "PATCH"}:
        imap = {"host": "h", "port": 1, "username": "u", "password": "p"}
        body = {"imap": imap, **({"email": "a@b"} if method == "POST" else {})}

    for headers in WRONG:
        answer = await stranger.request(method, path, json=body, headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), headers
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["cache-control"] == "no-store"


def test_every_route_was_tried() -> None:
    assert len(ROUTES) >= 20


async def test_a_token_made_for_a_program_lets_it_in(web: Web, stranger: httpx.AsyncClient) -> None:
    token = await web.sign_in.make_token("a script")

    for scheme in ("Bearer", "bearer"):
        headers = {"Authorization": f"{scheme} {token}"}
        answer = await stranger.get("/api/session", headers=headers)
        assert answer.json()["user"]["role"] == "owner"


async def test_the_token_of_the_environment_lets_in_and_an_earlier_one_no_more(
    databases: TestDatabases, servers: EmbeddedServers, tmp_path: Path
) -> None:
    async with databases.fresh() as url:
        old, new = "old-token-0123456789abcdef", "new-token-0123456789abcdef"
        async with running_web(url, servers.redis_url, tmp_path, vexmail_token=old) as web:
            assert await _status_with(web, old) == 200
        async with running_web(url, servers.redis_url, tmp_path, vexmail_token=new) as web:
            assert [await _status_with(web, t) for t in (old, new)] == [401, 200]
        async with running_web(url, servers.redis_url, tmp_path, vexmail_token=None) as web:
            assert [await _status_with(web, t) for t in (old, new)] == [401, 401]


async def test_a_link_lets_in_once(web: Web, stranger: httpx.AsyncClient) -> None:
    link = await web.sign_in.make_link()

    first = await stranger.post(
        "/api/session", json={"link_token": link}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    stranger.cookies.clear()
    second = await stranger.post(
        "/api/session", json={"link_token": link}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert first.status_code == 200
    assert (second.status_code, second.json()["code"]) == (401, "link_invalid")
    assert "set-cookie" not in second.headers
    assert "vexmail login-link" in second.json()["detail"]


@pytest.mark.parametrize("link", ["wrong", "\u0000", "ü" * 200])
async def test_a_wrong_link_lets_nobody_in(stranger: httpx.AsyncClient, link: str) -> None:
    answer = await stranger.post(
        "/api/session", json={"link_token": link}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "link_invalid")


async def test_a_link_out_of_date_lets_nobody_in(web: Web, stranger: httpx.AsyncClient) -> None:
    link = await web.sign_in.make_link()
    await web.sql("UPDATE login_links SET expires_at = now() WHERE used_at IS NULL")

    answer = await stranger.post(
        "/api/session", json={"link_token": link}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "link_invalid")


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    web: Web, stranger: httpx.AsyncClient
) -> None:
    answer = await stranger.post(
        "/api/session",
        json={"link_token": await web.sign_in.make_link()},
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    name, *rest = answer.headers["set-cookie"].split("; ")
    assert name.startswith("vexmail_session=")
    assert {part.lower() for part in rest} == {
        "httponly",
        "samesite=lax",
        "path=/",
        "max-age=2592000",
    }


async def test_behind_https_the_cookie_is_bound_to_the_host(
    databases: TestDatabases, servers: EmbeddedServers, tmp_path: Path
) -> None:
    public = {"vexmail_public_url": "https://mail.example.org"}
    async with (
        databases.fresh() as url,
        running_web(url, servers.redis_url, tmp_path, **public) as web,
        a_stranger(web) as stranger,
    ):
        stranger.headers["Sec-Fetch-Site"] = "same-origin"
        answer = await stranger.post(
            "/api/session", json={"link_token": await web.sign_in.make_link()}
        )
        cookie = answer.headers["set-cookie"]
        secret = cookie.partition("=")[2].partition(";")[0]
        again = await stranger.get(
            "/api/session", headers={"Cookie": f"__Host-vexmail_session={secret}"}
        )

    assert cookie.startswith("__Host-vexmail_session=")
    assert "; Secure" in cookie
    assert "Domain" not in cookie
    assert again.status_code == 200


async def test_signing_out_ends_the_session_on_the_server(
    web: Web, browser_session: httpx.AsyncClient
) -> None:
    stolen = dict(browser_session.cookies)

    answer = await browser_session.delete("/api/session")
    browser_session.cookies.clear()
    later = await browser_session.get("/api/session", headers={"Cookie": _header(stolen)})

    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert later.status_code == 401


async def test_a_session_out_of_date_is_over(web: Web, browser_session: httpx.AsyncClient) -> None:
    assert (await browser_session.get("/api/session")).status_code == 200

    await web.sql("UPDATE sessions SET expires_at = now()")

    assert (await browser_session.get("/api/session")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "{own}"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "{own}.evil.example"},
        {},
    ],
)
async def test_writes_of_other_sites_are_refused(
    web: Web, browser_session: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    del browser_session.headers["Sec-Fetch-Site"]
    sent = {name: value.replace("{own}", web.url) for name, value in headers.items()}

    answers = [
        await browser_session.post("/api/sync", headers=sent),
        await browser_session.delete("/api/session", headers=sent),
        await browser_session.post("/api/session", headers=sent, json={"link_token": "x"}),
    ]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(403, "cross_site")] * 3
    assert (await browser_session.get("/api/session", headers=sent)).status_code == 200


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "{own}"}])
async def test_writes_of_our_own_pages_are_taken(
    web: Web, browser_session: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    del browser_session.headers["Sec-Fetch-Site"]
    sent = {name: value.replace("{own}", web.url) for name, value in headers.items()}

    assert (await browser_session.post("/api/sync", headers=sent)).status_code == 202


async def test_a_program_with_a_token_needs_no_origin(api: ApiClient) -> None:
    await api.post("/api/sync", status=202)


async def _status_with(web: Web, token: str) -> int:
    async with a_stranger(web) as client:
        headers = {"Authorization": f"Bearer {token}"}
        return (await client.get("/api/session", headers=headers)).status_code


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
