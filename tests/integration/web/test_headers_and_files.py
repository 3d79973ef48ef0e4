"""What browsers are told to forbid, and the client's files."""

import dataclasses
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.support.api_client import ApiClient
from tests.support.browser import headless_browser
from tests.support.web import Web
from vexmail.web.static_files import StaticFiles

APP_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "frame-src": "'self'",
    "media-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
FRAME_POLICY = {
    "default-src": "'none'",
    "script-src": "'none'",
    "style-src": "'unsafe-inline'",
    "img-src": "{host}/api/proxy/ {host}/api/parts/ data:",
    "form-action": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'self'",
    "sandbox": "allow-same-origin allow-popups allow-popups-to-escape-sandbox",
}


def policy(answer: httpx.Response) -> dict[str, str]:
    """Return the directives of an answer's policy."""
    parts = answer.headers["content-security-policy"].split("; ")
    return {part.partition(" ")[0]: part.partition(" ")[2] for part in parts}


@pytest.mark.parametrize(
    "path",
    ["/", "/mailbox/1", "/mail-frame", "/healthz", "/docs", "/api/openapi.json", "/api/session"],
)
async def test_every_answer_forbids_what_none_needs(stranger: httpx.AsyncClient, path: str) -> None:
    answers = [await stranger.get(path), await stranger.put(path), await stranger.get(path + ".x")]

    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["x-frame-options"] in {"DENY", "SAMEORIGIN"}
        assert (answer.headers["x-frame-options"] == "DENY") or path == "/mail-frame"
        assert "server" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/mailbox/1", "/welcome"])
async def test_the_client_runs_under_a_strict_policy(
    stranger: httpx.AsyncClient, path: str
) -> None:
    answer = await stranger.get(path)

    assert policy(answer) == APP_POLICY
    assert answer.headers["cache-control"] == "no-store"


async def test_the_frame_of_a_message_may_do_nothing_but_show(
    web: Web, stranger: httpx.AsyncClient
) -> None:
    answer = await stranger.get("/mail-frame")

    host = web.url.removeprefix("http://")
    assert policy(answer) == {k: v.replace("{host}", host) for k, v in FRAME_POLICY.items()}
    assert '<div id="vx"></div>' in answer.text


@pytest.mark.parametrize(
    "host",
    [
        "evil.example; script-src *",
        "evil.example/path",
        "evil.example, other",
        "*",
        "a b",
        "'unsafe-inline'",
        "data:",
        "https://evil.example",
        "",
    ],
)
async def test_a_hostile_host_cannot_widen_the_frames_policy(
    stranger: httpx.AsyncClient, host: str
) -> None:
    answer = await stranger.get("/mail-frame", headers={"Host": host})

    if answer.status_code != 400:  # the HTTP layer may refuse it by itself
        assert policy(answer) == {**FRAME_POLICY, "img-src": "data:"}


# ---- the first paint ----


def boot_of(page: str) -> object:
    """Return what the page's data block holds, as a browser would find its end."""
    start = '<script type="application/json" id="boot">'
    return json.loads(page.partition(start)[2].partition("</script")[0])


async def test_a_stranger_gets_the_page_without_anything_in_it(
    stranger: httpx.AsyncClient,
) -> None:
    page = (await stranger.get("/")).text

    assert boot_of(page) == dict.fromkeys(
        ["session", "accounts", "mailboxes", "emails", "change_seq"]
    )


async def test_the_first_paint_has_what_the_api_answers(
    web: Web, api: ApiClient, browser_session: httpx.AsyncClient
) -> None:
    boot = boot_of((await browser_session.get("/")).text)

    assert isinstance(boot, dict)
    assert boot["session"] == await api.get("/api/session")
    assert boot["accounts"] == await api.get("/api/accounts")
    assert boot["mailboxes"] == await api.get("/api/mailboxes")
    assert boot["emails"] == await api.get("/api/emails", limit=100)
    assert (await api.get("/api/changes", since=boot["change_seq"]))["reset"] is False


async def test_a_hostile_subject_stays_data(browser_session: httpx.AsyncClient) -> None:
    page = (await browser_session.get("/")).text

    boot = boot_of(page)
    assert isinstance(boot, dict)
    assert boot["emails"]["items"][0]["subject"] == "The plan </script><script>alert(1)</script>"
    block = page.partition('id="boot">')[2].partition("</script>")[0]
    assert "<" not in block


@pytest.mark.browser
async def test_a_browser_runs_nothing_of_a_hostile_subject(web: Web) -> None:
    link = await web.sign_in.make_link()
    said: list[str] = []
    async with headless_browser() as browser:
        page = await browser.new_page()
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
        await page.goto(f"{web.url}/welcome#{link}")
        subject = page.get_by_text("The plan </script><script>alert(1)</script>").first
        await subject.wait_for()
        await page.reload()  # now the subject comes inside the page itself
        await subject.wait_for()
        scripts = await page.locator("script").count()
        inside = await page.evaluate("document.getElementById('boot').textContent")

    assert json.loads(inside)["emails"]["items"][0]["subject"].endswith("alert(1)</script>")
    assert scripts == 2, "the data block and the client"
    assert said == []


# ---- files ----


@pytest_asyncio.fixture
async def files(web: Web, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application whose built files are known."""
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<html><head></head><body>client</body></html>")
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "assets" / "index-abc.js").write_text("plain")
    (folder / "assets" / "index-abc.js.br").write_bytes(b"as brotli")
    (folder / "assets" / "index-abc.js.gz").write_bytes(b"as gzip")
    (folder / ".hidden").write_text("secret")
    (tmp_path / "secret.txt").write_text("secret")
    before = web.services
    web.app.state.services = dataclasses.replace(before, static=StaticFiles(folder))
    async with httpx.AsyncClient(base_url=web.url, verify=False) as client:
        yield client
    web.app.state.services = before


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br; q=0.0, gzip;q=0", None),
        ("GZIP", "gzip"),
        ("identity", None),
        ("", None),
        ("vibrant, xgzip", None),
    ],
)
async def test_files_come_compressed_as_the_client_takes_them(
    files: httpx.AsyncClient, accepted: str, sent: str | None
) -> None:
    async with files.stream(
        "GET", "/assets/index-abc.js", headers={"Accept-Encoding": accepted}
    ) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])

    assert answer.headers.get("content-encoding") == sent
    assert raw == {"br": b"as brotli", "gzip": b"as gzip", None: b"plain"}[sent]
    assert answer.headers["vary"] == "Accept-Encoding"
    assert re.match(r"text/javascript|application/javascript", answer.headers["content-type"])


async def test_hashed_files_are_kept_for_ever_and_others_asked_for_again(
    files: httpx.AsyncClient,
) -> None:
    hashed = await files.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
    icon = await files.get("/icon.svg")
    page = await files.get("/mailbox/7")

    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert icon.headers["cache-control"] == "no-cache"
    assert icon.headers["content-type"].startswith("image/svg+xml")
    assert page.headers["cache-control"] == "no-store"
    assert "client" in page.text


@pytest.mark.parametrize(
    "path",
    [
        b"/../secret.txt",
        b"/assets/../../secret.txt",
        b"/..%2fsecret.txt",
        b"/assets/..%2f..%2fsecret.txt",
        b"/%2e%2e/secret.txt",
        b"/..\\secret.txt",
        b"/assets/..%5c..%5csecret.txt",
        b"/.hidden",
        b"//etc/passwd.txt",
        b"/%00.txt",
        b"/assets/index-abc.js.br",
        b"/assets/missing.js",
        b"/index.html",
    ],
)
async def test_nothing_outside_the_folder_and_nothing_hidden_can_be_named(
    files: httpx.AsyncClient, path: bytes
) -> None:
    # httpx would tidy the path; it is sent as it stands.
    url = httpx.URL(str(files.base_url)).copy_with(raw_path=path)

    answer = await files.send(files.build_request("GET", url))

    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_pages_and_files_answer_head(files: httpx.AsyncClient) -> None:
    for path in ("/", "/icon.svg", "/mail-frame"):
        answer = await files.head(path)
        assert (answer.status_code, answer.content) == (200, b"")
