"""Commands beside a running VexMail: they join its servers and change what it shows."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.support.api_client import ApiClient, api_client
from tests.support.databases import TestDatabases, product_environment, run_vexmail
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.waiting import eventually
from tests.support.web import Web, running_web
from vexmail.app.embedded import EmbeddedServers

PASSWORD = "open sesame"
SECRET_KEY = "Zk3vW9qLx7RtB1nYc5HsD8fJ2mPa6GeU"


@pytest_asyncio.fixture
async def web(
    databases: TestDatabases, servers: EmbeddedServers, tmp_path: Path
) -> AsyncIterator[Web]:
    """The application, empty; `check` plants differences, so its tables are not examined here."""
    async with (
        databases.fresh() as url,
        running_web(url, servers.redis_url, tmp_path / "web", secret_key=SECRET_KEY) as running,
    ):
        yield running


@pytest.fixture
def environment(web: Web, servers: EmbeddedServers, tmp_path: Path) -> dict[str, str]:
    """What a person has set who runs a command beside it."""
    return product_environment(
        DATABASE_URL=web.database_url,
        REDIS_URL=servers.redis_url,
        SECRET_KEY=SECRET_KEY,
        VEXMAIL_DATA_DIR=str(tmp_path / "commands"),
        VEXMAIL_PUBLIC_URL=web.url,
    )


@pytest_asyncio.fixture
async def api(web: Web) -> AsyncIterator[ApiClient]:
    """A program with a token."""
    async with api_client(web.url) as client:
        yield client


@pytest_asyncio.fixture
async def mailbox() -> AsyncIterator[LiveMailbox]:
    """A mailbox with two messages."""
    async with LiveMailbox(password=PASSWORD) as running:
        running.deliver(a_message("One"))
        running.deliver(a_message("Two"))
        yield running


def adding(mailbox: LiveMailbox, password: str) -> tuple[str, ...]:
    """Return the words of `vexmail account add`."""
    return (
        *("account", "add", "ann@vex.example", "--imap-server", "127.0.0.1"),
        *("--imap-port", str(mailbox.port), "--imap-security", "none"),
        *("--username", "ann", "--password", password),
    )


async def test_a_created_token_works_and_is_printed_alone(
    web: Web, environment: dict[str, str]
) -> None:
    status, said = await run_vexmail("token", "create", "backup", environment=environment)

    assert status == 0, said
    token = said.strip()
    assert re.fullmatch(r"vex_[\w-]{40,}", token)
    async with api_client(web.url, token) as api:
        assert (await api.get("/api/session"))["user"]["role"] == "owner"
    stored = await web.sql("SELECT name, token_hash FROM api_tokens WHERE name = 'backup'")
    assert token.encode() not in stored[0]["token_hash"]


async def test_a_printed_link_signs_in(web: Web, environment: dict[str, str]) -> None:
    status, said = await run_vexmail("login-link", environment=environment)

    assert status == 0, said
    address, _, token = said.strip().partition("#")
    assert address == f"{web.url}/welcome"
    async with httpx.AsyncClient(base_url=web.url, verify=False) as browser:
        answer = await browser.post(
            "/api/session",
            json={"link_token": token},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
    assert answer.status_code == 200


async def test_an_added_account_is_synced_by_the_vexmail_that_runs(
    api: ApiClient, mailbox: LiveMailbox, environment: dict[str, str]
) -> None:
    status, said = await run_vexmail(*adding(mailbox, PASSWORD), environment=environment)

    assert status == 0, said
    assert said.startswith("Added ann@vex.example")
    assert PASSWORD not in said

    async def has_mail() -> bool:
        return len((await api.get("/api/emails"))["items"]) == 2

    await eventually(has_mail, what="the mail of the added account")


async def test_a_wrong_password_adds_nothing_and_says_why(
    api: ApiClient, mailbox: LiveMailbox, environment: dict[str, str]
) -> None:
    status, said = await run_vexmail(*adding(mailbox, "guessed"), environment=environment)

    assert status == 1
    assert "refused the user name or password" in said
    assert "guessed" not in said
    assert len(said.strip().splitlines()) == 1, "a sentence, no traceback"
    assert (await api.get("/api/accounts"))["items"] == []


async def test_adding_an_account_twice_says_so(
    mailbox: LiveMailbox, environment: dict[str, str]
) -> None:
    await run_vexmail(*adding(mailbox, PASSWORD), environment=environment)

    status, said = await run_vexmail(*adding(mailbox, PASSWORD), environment=environment)

    assert status == 1
    assert "one of your accounts already" in said


async def test_a_security_that_is_none_is_a_wrong_use(environment: dict[str, str]) -> None:
    status, said = await run_vexmail(
        *("account", "add", "a@b.example", "--imap-server", "h", "--password", "p"),
        *("--imap-security", "ssl"),
        environment=environment,
    )

    assert status == 2
    assert "tls, starttls and none" in said


async def test_check_finds_an_equal_mirror_equal_and_names_a_planted_difference(
    web: Web, api: ApiClient, mailbox: LiveMailbox, environment: dict[str, str]
) -> None:
    imap = {"host": "127.0.0.1", "port": mailbox.port, "security": "none"}
    login = {**imap, "username": "ann", "password": PASSWORD}
    added = await api.post("/api/accounts", {"email": "ann@vex.example", "imap": login}, status=201)

    async def is_live() -> bool:
        (account,) = (await api.get("/api/accounts"))["items"]
        return account["state"] == "live"

    await eventually(is_live, what="a live account")

    status, said = await run_vexmail("check", environment=environment)
    assert (status, said.splitlines()[-1]) == (0, "All is well."), said
    assert "EQUAL   ann@vex.example" in said

    await web.sql(
        "UPDATE mailbox_entries SET flags = '{\\Seen}', server_flags = '{\\Seen}',"
        " is_read = true WHERE uid = 1"
    )
    await web.sql("UPDATE mailboxes SET unread = unread - 1")
    status, said = await run_vexmail("check", environment=environment)
    assert status == 1
    assert "DIFFERS ann@vex.example, INBOX: 1 messages with other flags (UID 1)" in said

    await web.sql("UPDATE mailboxes SET total = total + 5")
    status, said = await run_vexmail("check", "--no-server", environment=environment)
    assert status == 1
    assert re.search(r"^BROKEN  .+: \d+ rows, e\.g\. .+$", said, re.MULTILINE)
    assert "DIFFERS" not in said
    assert added["email"] == "ann@vex.example"


async def test_check_says_what_it_could_not_compare(
    api: ApiClient, environment: dict[str, str]
) -> None:
    async with LiveMailbox() as gone:
        imap = {"host": "127.0.0.1", "port": gone.port, "security": "none"}
        login = {**imap, "username": "ann", "password": "x"}
        await api.post("/api/accounts", {"email": "a@b.example", "imap": login}, status=201)

    status, said = await run_vexmail("check", environment=environment)

    assert status == 1
    assert re.search(r"^UNKNOWN a@b\.example: not compared\. .+\.$", said, re.MULTILINE)


async def test_the_printed_openapi_document_is_the_one_that_is_served(
    web: Web, environment: dict[str, str]
) -> None:
    status, said = await run_vexmail("openapi", environment=environment)

    async with httpx.AsyncClient(base_url=web.url, verify=False) as client:
        served = (await client.get("/api/openapi.json")).json()
    assert status == 0
    assert json.loads(said) == served
