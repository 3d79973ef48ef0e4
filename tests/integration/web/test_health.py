"""Health, numbers, and what is said when a part is away."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest_asyncio
import redis.asyncio

from tests.integration.web.mail import ANN, BOB
from tests.support.api_client import ApiClient, api_client
from tests.support.databases import TestDatabases, product_environment
from tests.support.product import TOKEN
from tests.support.waiting import eventually
from tests.support.web import Web, a_stranger, running_web
from vexmail.app.embedded import EmbeddedServers
from vexmail.jobs.worker_loop import HEARTBEAT_KEY


async def test_the_process_answers_without_credentials(stranger: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await stranger.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert (await stranger.head("/healthz")).status_code == 200


async def test_numbers_add_up(api: ApiClient) -> None:
    stats = await api.get("/api/stats")

    assert stats["emails"] == sum(stats["bodies"].values()) == ANN + 1 + BOB
    assert (stats["accounts"], stats["mailboxes"]) == (2, 2)
    unread = await api.get("/api/emails", unread="true", limit=1)
    assert stats["unread"] == unread["total"]
    assert [s["done"] for s in stats["sync"]] == [s["total"] for s in stats["sync"]]


async def test_status_tells_of_every_part_and_account(api: ApiClient) -> None:
    status = await api.get("/api/status")

    assert set(status["components"]) >= {"database", "redis", "worker", "storage"}
    assert status["components"]["database"]["state"] == "ok"
    assert status["components"]["database"]["latency_ms"] > 0
    assert [(a["email"], a["state"]) for a in status["accounts"]] == [
        ("ann@vex.example", "live"),
        ("bob@vex.example", "live"),
    ]
    assert status["uptime_s"] > 0


async def test_status_tells_which_process_runs_which_account(api: ApiClient) -> None:
    async def run_here() -> bool:
        status = await api.get("/api/status")
        return [a["run_by"] for a in status["accounts"]] == [status["process"]] * 2

    await eventually(run_here, what="both accounts at this process")
    sync = (await api.get("/api/status"))["components"]["sync"]["detail"]
    # Another user of this process may have an account, too.
    assert re.match(r"[2-9] accounts run here, 0 elsewhere, 0 wait; 1 ", sync)


async def _worker(api: ApiClient) -> tuple[str, str]:
    status = await api.get("/api/status")
    return status["status"], status["components"]["worker"]["state"]


async def test_a_killed_worker_is_a_degraded_service_that_still_serves_mail(
    web: Web, api: ApiClient, servers: EmbeddedServers, tmp_path: Path
) -> None:
    client = redis.asyncio.Redis.from_url(servers.redis_url)
    async with client:
        await client.delete(HEARTBEAT_KEY)
    assert await _worker(api) == ("degraded", "down")
    environment = product_environment(
        DATABASE_URL=web.database_url,
        REDIS_URL=servers.redis_url,
        SECRET_KEY="Zk3vW9qLx7RtB1nYc5HsD8fJ2mPa6GeU",
        VEXMAIL_DATA_DIR=str(tmp_path),
    )
    worker = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "vexmail"), "worker", env=environment, cwd=tmp_path
    )

    async def is_well() -> bool:
        return await _worker(api) == ("ok", "ok")

    async def is_noticed() -> bool:
        return await _worker(api) == ("degraded", "down")

    try:
        await eventually(is_well, what="a worker that works")
    finally:
        worker.kill()
        await worker.wait()
    async with client:  # its last sign of life grows old; a test need not wait for that
        await client.pexpire(HEARTBEAT_KEY, 500)

    await eventually(is_noticed, what="the dead worker noticed")
    assert len((await api.get("/api/emails"))["items"]) == 50


# ---- a database that is away ----


@pytest_asyncio.fixture
async def without_database(
    databases: TestDatabases, servers: EmbeddedServers, tmp_path: Path
) -> AsyncIterator[Web]:
    """An application whose database refuses everybody since a moment ago."""
    async with databases.fresh() as url, running_web(url, servers.redis_url, tmp_path) as web:
        name = web.database
        admin = await asyncpg.connect(servers.database_url)
        try:
            await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
                name,
            )
            yield web
        finally:
            await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
            await admin.close()


async def test_without_its_database_it_lives_and_is_not_ready(without_database: Web) -> None:
    async with a_stranger(without_database) as stranger:
        alive = await stranger.get("/healthz")
        ready = await stranger.get("/readyz")

    assert alive.status_code == 200
    assert (ready.status_code, ready.json()["code"]) == (503, "not_ready")
    assert int(ready.headers["retry-after"]) > 0


async def test_without_its_database_it_asks_programs_to_come_back(without_database: Web) -> None:
    async with api_client(without_database.url) as api:
        answers = [await api.http.get(p) for p in ("/api/emails", "/api/status", "/api/changes")]

    assert TOKEN not in answers[0].text
    assert [(a.status_code, a.json()["code"]) for a in answers] == [
        (503, "database_unavailable")
    ] * 3
    assert all(int(a.headers["retry-after"]) > 0 for a in answers)


async def test_it_serves_again_when_the_database_is_back(
    without_database: Web, servers: EmbeddedServers
) -> None:
    admin = await asyncpg.connect(servers.database_url)
    await admin.execute(f'ALTER DATABASE "{without_database.database}" ALLOW_CONNECTIONS true')
    await admin.close()

    async with api_client(without_database.url) as api:

        async def serves() -> bool:
            return (await api.http.get("/api/emails")).status_code == 200

        await eventually(serves, what="answers")
