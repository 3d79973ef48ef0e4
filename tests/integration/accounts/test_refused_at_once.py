"""Every way in which a new login can fail has its own code and its own advice."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from tests.integration.accounts.login import PASSWORD, account, login, only_account, until
from tests.support.api_client import ApiClient
from tests.support.certificates import server_context, write_certificate
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.product import free_port
from tests.support.scripted_imap import ScriptedImap, transcript

Place = Callable[[Path], AbstractAsyncContextManager[dict[str, object]]]


def _script(text: str) -> Place:
    @asynccontextmanager
    async def place(_: Path) -> AsyncIterator[dict[str, object]]:
        async with ScriptedImap(transcript(text)) as server:
            yield {"port": server.port}

    return place


@asynccontextmanager
async def _no_host(_: Path) -> AsyncIterator[dict[str, object]]:
    yield {"host": "imap.nowhere.invalid", "port": 993, "security": "tls"}


@asynccontextmanager
async def _no_listener(_: Path) -> AsyncIterator[dict[str, object]]:
    yield {"port": free_port()}


@asynccontextmanager
async def _unknown_certificate(folder: Path) -> AsyncIterator[dict[str, object]]:
    write_certificate(folder)
    script = transcript("S: * OK hello\n! silence")
    async with ScriptedImap(script, context=server_context(folder)) as server:
        yield {"port": server.port, "security": "tls", "host": "localhost"}


CLEAR = "S: * OK [CAPABILITY IMAP4rev1] hello\n"
LOGIN = CLEAR + "C: LOGIN *\n"
WAYS: list[tuple[str, Place, list[str]]] = [
    ("host_not_found", _no_host, ["imap.nowhere.invalid", "spelling"]),
    ("connection_refused", _no_listener, ["127.0.0.1:", "port"]),
    ("certificate_rejected", _unknown_certificate, ["localhost", "certificate", "Check"]),
    (
        "authentication_failed",
        _script(LOGIN + "S: {tag} NO [AUTHENTICATIONFAILED] no such user\n! silence"),
        ["user name or password", "no such user", "Check"],
    ),
    (
        "login_unavailable",
        _script(LOGIN + "S: {tag} NO [UNAVAILABLE] directory is down\n! silence"),
        ["directory is down", "just now"],
    ),
    (
        "server_said_bye",
        _script("S: * BYE closed for today\n! close"),
        ["closed for today"],
    ),
    (
        "server_said_bye",
        _script(LOGIN + "S: * BYE too many of you\n! close"),
        ["too many of you"],
    ),
    ("protocol_violation", _script("S: 220 mail ESMTP\n! silence"), ["IMAP"]),
    ("connection_lost", _script("! close"), ["connection"]),
    ("connection_lost", _script(LOGIN + "! reset"), []),
]


@pytest.mark.parametrize(("code", "place", "words"), WAYS)
async def test_a_login_that_fails_is_refused_with_its_reason(
    api: ApiClient, tmp_path: Path, code: str, place: Place, words: list[str]
) -> None:
    async with place(tmp_path) as changes:
        problem = await api.post("/api/accounts", account(0, **changes), status=422)

    assert problem["code"] == code
    for word in words:
        assert word in problem["detail"]
    assert problem["detail"].rstrip().endswith(".")
    assert PASSWORD not in str(problem)
    assert (await api.get("/api/accounts"))["items"] == []


async def test_tls_asked_of_a_server_without_it_names_the_setting(api: ApiClient) -> None:
    async with ScriptedImap(transcript("S: * OK hello\n! silence")) as server:
        problem = await api.post("/api/accounts", account(server.port, security="tls"), status=422)

    assert problem["code"] == "tls_failed"
    assert "STARTTLS" in problem["detail"]


async def test_starttls_asked_of_a_server_without_it_sends_no_password(api: ApiClient) -> None:
    async with ScriptedImap(transcript(CLEAR + "! silence")) as server:
        problem = await api.post(
            "/api/accounts", account(server.port, security="starttls"), status=422
        )

    assert problem["code"] == "tls_failed"
    assert "The password was not sent" in problem["detail"]


@pytest.mark.parametrize(("code", "place", "words"), WAYS)
async def test_a_change_that_fails_keeps_the_account_as_it_was(
    api: ApiClient,
    mailbox: LiveMailbox,
    tmp_path: Path,
    code: str,
    place: Place,
    words: list[str],
) -> None:
    added = await api.post("/api/accounts", account(mailbox.port), status=201)
    await until(api, "live")

    async with place(tmp_path) as changes:
        problem = await _patch(api, added["id"], {"imap": login(0, **changes)}, status=422)

    assert problem["code"] == code
    after = await only_account(api)
    assert (after["imap"], after["state"]) == (added["imap"], "live")


async def test_an_account_is_added_once(api: ApiClient, mailbox: LiveMailbox) -> None:
    await api.post("/api/accounts", account(mailbox.port), status=201)

    problem = await api.post("/api/accounts", account(mailbox.port), status=409)

    assert problem["code"] == "conflict"
    assert "ann@vex.example" in problem["detail"]


async def test_a_new_name_needs_no_password(
    api: ApiClient, mailbox: LiveMailbox, network: FaultProxy
) -> None:
    added = await api.post("/api/accounts", account(network.port), status=201)
    await until(api, "live")
    came = network.accepted

    renamed = await _patch(api, added["id"], {"name": "Work"})

    assert (renamed["name"], renamed["state"]) == ("Work", "live")
    assert network.accepted == came


async def test_a_removed_account_takes_its_mail_along_and_nothing_from_the_server(
    api: ApiClient, mailbox: LiveMailbox
) -> None:
    mailbox.deliver(b"Subject: Stays there\r\n\r\nhello\r\n")
    added = await api.post("/api/accounts", account(mailbox.port), status=201)
    await until(api, "live")

    answer = await api.http.delete(f"/api/accounts/{added['id']}")

    assert answer.status_code == 204
    assert (await api.get("/api/accounts"))["items"] == []
    assert (await api.get("/api/emails"))["items"] == []
    last = (await api.get("/api/changes", limit=500))["items"][-1]
    assert (last["type"], last["state"], last["account"]) == (
        "account_state_changed",
        "removed",
        None,
    )
    assert len(mailbox.messages) == 1


async def _patch(
    api: ApiClient, key: str, body: dict[str, object], *, status: int = 200
) -> dict[str, object]:
    answer = await api.http.patch(f"/api/accounts/{key}", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, object] = answer.json()
    return found
