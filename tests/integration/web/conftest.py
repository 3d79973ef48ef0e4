"""One application with two accounts for all tests that only read, or undo what they do."""

import hashlib
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from tests.integration.web.mail import ANN, ATTACHED, BOB, START
from tests.support.api_client import ApiClient, api_client
from tests.support.databases import TestDatabases
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.waiting import eventually
from tests.support.web import Web, a_stranger, running_web
from vexmail.app.embedded import EmbeddedServers


@pytest_asyncio.fixture(scope="session")
async def web(
    databases: TestDatabases, servers: EmbeddedServers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Web]:
    """The application, synced; afterwards the invariants must hold."""
    ann, bob = LiveMailbox(), LiveMailbox()
    # Three messages share each date, within and across the accounts.
    for number in range(ANN):
        ann.deliver(a_message(f"Ann {number}"), received=START + 60 * (number // 3))
    for number in range(BOB):
        flags = ["\\Seen"] if number % 2 else []
        bob.deliver(a_message(f"Bob {number}"), flags, received=START + 60 * (number // 3))
    ann.deliver(ATTACHED, received=START + 100_000)
    data_dir = tmp_path_factory.mktemp("web")
    async with (
        databases.fresh() as url,
        ann,
        bob,
        running_web(url, servers.redis_url, data_dir) as running,
        api_client(running.url) as api,
    ):
        await _add(api, "ann", ann.port, ANN + 1)
        await _add(api, "bob", bob.port, BOB)
        yield running
        assert await databases.broken_invariants(url) == []


@pytest_asyncio.fixture
async def api(web: Web) -> AsyncIterator[ApiClient]:
    """A program with a token."""
    async with api_client(web.url) as client:
        yield client


@pytest_asyncio.fixture
async def stranger(web: Web) -> AsyncIterator[httpx.AsyncClient]:
    """A client without credentials."""
    async with a_stranger(web) as client:
        yield client


@pytest_asyncio.fixture
async def browser_session(web: Web, stranger: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client signed in by a link, that sends what a browser sends from our own pages."""
    stranger.headers["Sec-Fetch-Site"] = "same-origin"
    link = await web.sign_in.make_link()
    answer = await stranger.post("/api/session", json={"link_token": link})
    assert answer.status_code == 200, answer.text
    return stranger


@pytest_asyncio.fixture(scope="session")
async def foreign(web: Web) -> AsyncIterator[dict[str, str]]:
    """Ids of all that another user has, by kind, and the user's token."""
    token = "vex_somebody_else"
    rows = await web.sql(
        """
        WITH u AS (INSERT INTO users (name, role) VALUES ('Eve', 'member') RETURNING id),
        t AS (INSERT INTO api_tokens (user_id, name, token_hash) SELECT id, 'eve', $1 FROM u),
        a AS (INSERT INTO accounts (user_id, email, imap_host, imap_port, imap_security,
                                    imap_username, imap_password_sealed, state)
              SELECT id, 'eve@vex.example', '127.0.0.1', 1, 'none', 'eve', '', 'offline' FROM u
              RETURNING id),
        b AS (INSERT INTO mailboxes (account_id, name, server_name, wire_name, role, total,
                                     unread, uid_next, uid_validity)
              SELECT id, 'INBOX', 'INBOX', 'INBOX', 'inbox', 1, 1, 2, 1 FROM a RETURNING id),
        m AS (INSERT INTO messages (account_id, fingerprint, subject, received_at, body_state,
                                    has_attachments)
              SELECT id, 'f', 'Secret', now(), 'parsed', true FROM a RETURNING id, received_at),
        p AS (INSERT INTO message_bodies (message_id, text) SELECT id, 'secret' FROM m),
        e AS (INSERT INTO mailbox_entries (mailbox_id, uid, message_id, received_at)
              SELECT b.id, 1, m.id, m.received_at FROM b, m),
        f AS (INSERT INTO attachments (message_id, part_id, filename, content_type)
              SELECT id, '2', 'secret.txt', 'text/plain' FROM m RETURNING id),
        o AS (INSERT INTO operations (user_id, action) SELECT id, 'read' FROM u RETURNING id),
        i AS (INSERT INTO intents (account_id, message_id, state)
              SELECT a.id, m.id, 'rejected' FROM a, m RETURNING id)
        SELECT a.id AS account, b.id AS mailbox, m.id AS email, f.id AS attachment,
               o.id AS operation, i.id AS wish
          FROM a, b, m, f, o, i
        """,
        hashlib.sha256(token.encode()).digest(),
    )
    yield {name: str(value) for name, value in rows[0].items()} | {"token": token}
    await web.sql("DELETE FROM users WHERE name = 'Eve'")


async def _add(api: ApiClient, name: str, port: int, messages: int) -> None:
    imap = {"host": "127.0.0.1", "port": port, "security": "none"}
    account = await api.post(
        "/api/accounts",
        {"email": f"{name}@vex.example", "imap": {**imap, "username": name, "password": "pw"}},
        status=201,
    )

    async def is_synced() -> bool:
        page = await api.get("/api/emails", account=account["id"], limit=1)
        (now,) = [a for a in (await api.get("/api/accounts"))["items"] if a["id"] == account["id"]]
        return page["total"] == messages and now["state"] == "live"

    await eventually(is_synced, what=f"the mail of {name}")
