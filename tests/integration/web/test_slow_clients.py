"""Clients that do not read cost neither memory nor the end of the server."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from tests.support.api_client import ApiClient, api_client
from tests.support.databases import TestDatabases
from tests.support.product import TOKEN, Product, running_product
from tests.support.waiting import eventually
from tests.support.web import running_web
from vexmail.app.embedded import EmbeddedServers

CHANGES = 40_000  # in the log, a kilobyte each; far more than the buffers of a connection
STALLED = 8  # clients


@contextmanager
def a_stalled_stream(url: str) -> Iterator[None]:
    """Ask for the whole log and read nothing of it."""
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((host, int(port)))
        client.sendall(
            f"GET /api/events HTTP/1.1\r\nHost: {host}:{port}\r\nLast-Event-ID: 0\r\n"
            f"Authorization: Bearer {TOKEN}\r\n\r\n".encode()
        )
        yield


async def fill_the_log(database_url: str) -> None:
    """Write changes of a kilobyte each into the owner's log."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "WITH o AS (SELECT user_id FROM api_tokens WHERE name = 'VEXMAIL_TOKEN'),"
            " s AS (UPDATE users SET change_seq = change_seq + $1 FROM o WHERE id = o.user_id"
            " RETURNING id, change_seq)"
            " INSERT INTO change_log (user_id, seq, type, data)"
            " SELECT s.id, s.change_seq - n, 'reset', jsonb_build_object('reason',"
            " repeat('x', 1000), 'mailbox_id', null) FROM s, generate_series(0, $1 - 1) n",
            CHANGES,
        )
    finally:
        await connection.close()


async def streams(api: ApiClient) -> int:
    """Return how many streams are open."""
    found: int = (await api.get("/api/stats"))["sse_clients"]
    return found


async def until_open(api: ApiClient, count: int) -> None:
    """Wait for this number of streams."""

    async def are_open() -> bool:
        return await streams(api) == count

    await eventually(are_open, what=f"{count} streams")


async def test_a_client_that_does_not_read_is_dropped(
    databases: TestDatabases,
    servers: EmbeddedServers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("vexmail.web.routes.changes.SEND_TIMEOUT", 1.0)
    async with (
        databases.fresh() as url,
        running_web(url, servers.redis_url, tmp_path) as web,
        api_client(web.url) as api,
    ):
        await fill_the_log(url)
        with a_stalled_stream(web.url):
            await until_open(api, 1)
            await until_open(api, 0)
    logged = capsys.readouterr().out
    assert "web.stream_dropped" in logged
    assert "Traceback" not in logged, "it is nobody's fault of ours"


# ---- the whole product ----


@pytest_asyncio.fixture
async def database(databases: TestDatabases) -> AsyncIterator[str]:
    """A database of the product's own."""
    async with databases.fresh() as url:
        yield url


@pytest_asyncio.fixture
async def product(
    database: str, servers: EmbeddedServers, data_dir: Path
) -> AsyncIterator[Product]:
    """The product without a worker, with a log of many megabytes."""
    settings = {
        "DATABASE_URL": database,
        "REDIS_URL": servers.redis_url,
        "SECRET_KEY": "Zk3vW9qLx7RtB1nYc5HsD8fJ2mPa6GeU",
        "VEXMAIL_SERVE_WORKER": "false",
    }
    async with running_product(data_dir, **settings) as running:
        await fill_the_log(database)
        yield running


def resident(product: Product) -> int:
    """Return the memory of the web process, in megabytes."""
    status = Path(f"/proc/{product.process.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) >> 10


async def test_clients_that_do_not_read_do_not_fill_the_memory(product: Product) -> None:
    async with api_client(product.url) as api:
        with a_stalled_stream(product.url):  # what one page of the log takes
            await until_open(api, 1)
            await asyncio.sleep(1)
            before = resident(product)
        with contextlib.ExitStack() as stack:
            for _ in range(STALLED):
                stack.enter_context(a_stalled_stream(product.url))
            await until_open(api, STALLED)
            await asyncio.sleep(2)  # time in which they would be buffered
            grown = resident(product) - before

    # A page of 500 changes and what a socket takes for each, not the 40 MB that each asked for.
    assert grown < 6 * STALLED, f"{grown} MB for {STALLED} clients"


@pytest.mark.parametrize("is_stalled", [False, True], ids=["read", "not read"])
async def test_open_streams_do_not_hold_up_the_end(product: Product, *, is_stalled: bool) -> None:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(api_client(product.url))
        if is_stalled:
            stack.enter_context(a_stalled_stream(product.url))
            await until_open(api, 1)
        else:
            live = await stack.enter_async_context(api.events())
            assert live

        begun = time.monotonic()
        product.process.terminate()
        status = await asyncio.to_thread(product.process.wait, 60)
        took = time.monotonic() - begun

    assert status == 0, product.output[-2000:]
    assert took < (10 if is_stalled else 4), f"{took:.1f} s"
