"""PostgreSQL and Valkey from wheels: they start, survive, and keep what they were given."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import asyncpg
import pytest
import redis.asyncio

from tests.support.waiting import eventually
from vexmail.app.data_folder import prepare_data_folder
from vexmail.app.database_address import parse_database_url
from vexmail.app.embedded import EmbeddedServers

pytestmark = pytest.mark.slow


async def query(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def ping(url: str) -> bool:
    async with redis.asyncio.Redis.from_url(url) as client:
        return bool(await client.ping())


def pid_in(file: Path) -> int:
    return int(file.read_text(encoding="utf-8").splitlines()[0])


@contextmanager
def a_stranger() -> Iterator[int]:
    """Run a process that has nothing to do with us; give its id."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        yield process.pid
    finally:
        process.kill()
        process.communicate()


async def test_rows_are_still_there_after_a_restart(open_folder: Path):
    async with EmbeddedServers(open_folder) as servers:
        await query(servers.database_url, "create table kept as select 42 as answer")

    async with EmbeddedServers(open_folder) as servers:
        assert await query(servers.database_url, "select answer from kept") == 42
        assert await ping(servers.redis_url)


async def test_the_first_start_says_what_takes_long_and_later_starts_are_silent(open_folder: Path):
    said: list[str] = []

    async with EmbeddedServers(open_folder, progress=said.append):
        pass
    assert "Preparing the database (first start only) ..." in said

    said.clear()
    async with EmbeddedServers(open_folder, progress=said.append):
        assert said == []


async def test_no_tcp_port_opens_and_the_sockets_are_private(open_folder: Path):
    async with EmbeddedServers(open_folder) as servers:
        assert await query(servers.database_url, "show listen_addresses") == ""
        sockets = Path(parse_database_url(servers.database_url).host)
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700

    assert not sockets.exists()


async def test_a_data_folder_with_a_path_of_150_characters_works(open_folder: Path):
    folder = open_folder / ("x" * (149 - len(str(open_folder))))
    assert len(str(folder)) == 150
    prepare_data_folder(folder)

    async with EmbeddedServers(folder) as servers:
        assert await query(servers.database_url, "select 1") == 1
        assert await ping(servers.redis_url)


async def test_a_server_that_is_killed_comes_back_with_its_rows(open_folder: Path):
    async with EmbeddedServers(open_folder) as servers, asyncio.TaskGroup() as group:
        await query(servers.database_url, "create table kept as select 42 as answer")
        watch = group.create_task(servers.supervise())

        os.kill(pid_in(open_folder / "pgdata18" / "postmaster.pid"), signal.SIGKILL)
        os.kill(pid_in(open_folder / "valkey" / "valkey.pid"), signal.SIGKILL)

        async def answers() -> bool:
            try:
                kept = await query(servers.database_url, "select answer from kept")
                return kept == 42 and await ping(servers.redis_url)
            except (OSError, redis.exceptions.ConnectionError, asyncpg.PostgresError):
                return False

        # The first answers may still come from sessions that outlive their postmaster a moment.
        await eventually(lambda: pid_changed(open_folder), what="a new PostgreSQL")
        assert await eventually(answers, what="both servers")
        watch.cancel()


async def pid_changed(folder: Path) -> bool:
    """Whether the pid file names a postmaster that runs."""
    file = folder / "pgdata18" / "postmaster.pid"
    return file.exists() and b"postgres" in Path(f"/proc/{pid_in(file)}/cmdline").read_bytes()


@contextmanager
def a_zombie() -> Iterator[int]:
    """Keep a process that ended but was not reaped, as the first process of a container may."""
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    yield process.pid
    process.wait()


@pytest.mark.parametrize("somebody", [a_stranger, a_zombie])
async def test_a_pid_file_that_names_somebody_else_does_not_keep_the_servers_from_starting(
    open_folder: Path, somebody: Callable[[], AbstractContextManager[int]]
):
    async with EmbeddedServers(open_folder) as servers:
        await query(servers.database_url, "create table kept as select 42 as answer")
    with somebody() as pid:
        remains = f"{pid}\n{open_folder}/pgdata18\n1\n5432\n/tmp\n\n  1 2\n"
        (open_folder / "pgdata18" / "postmaster.pid").write_text(remains, encoding="utf-8")
        (open_folder / "valkey" / "valkey.pid").write_text(f"{pid}\n", encoding="utf-8")

        async with EmbeddedServers(open_folder) as servers:
            assert await query(servers.database_url, "select answer from kept") == 42
            assert await ping(servers.redis_url)

        os.kill(pid, 0)  # and whoever it is was left alone


async def test_an_unreadable_queue_is_set_aside_because_it_may_be_lost(open_folder: Path):
    said: list[str] = []
    async with EmbeddedServers(open_folder, postgres=False):
        pass
    for file in (open_folder / "valkey" / "appendonlydir").iterdir():
        file.write_bytes(b"garbage\r\n" * 100)

    async with EmbeddedServers(open_folder, postgres=False, progress=said.append) as servers:
        assert await ping(servers.redis_url)

    assert any("empty queue" in line for line in said)


async def test_a_kill_during_the_preparation_leaves_nothing_half_done(open_folder: Path):
    (open_folder / "unfinished-cluster-abc").mkdir()
    (open_folder / "unfinished-cluster-abc" / "PG_VERSION").write_text("18\n", encoding="utf-8")

    async with EmbeddedServers(open_folder) as servers:
        assert await query(servers.database_url, "select 1") == 1

    assert not list(open_folder.glob("unfinished-*"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as another user")
async def test_root_below_a_closed_folder_keeps_the_database_elsewhere_and_finds_it_again(
    open_folder: Path,
):
    open_folder.chmod(0o700)
    data = open_folder / "data"
    data.mkdir()
    said: list[str] = []

    first = EmbeddedServers(data, progress=said.append)
    try:
        async with first as servers:
            await query(servers.database_url, "create table kept as select 42 as answer")
        assert any("the database is kept in /var/lib/vexmail/" in line for line in said)
        async with EmbeddedServers(data) as servers:
            assert await query(servers.database_url, "select answer from kept") == 42
        assert stat.S_IMODE(open_folder.stat().st_mode) == 0o700
    finally:
        first.remove_files()


async def test_a_database_of_ones_own_for_a_test(servers: EmbeddedServers):
    url = await servers.create_database("made_for_a_moment")
    assert await query(url, "select current_database()") == "made_for_a_moment"

    await servers.drop_database("made_for_a_moment")

    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await query(url, "select 1")


async def test_a_warm_start_is_quick(open_folder: Path):
    async with EmbeddedServers(open_folder):
        pass

    began = time.monotonic()
    async with EmbeddedServers(open_folder):
        took = time.monotonic() - began

    assert took < 5.0  # a tenth of a second on an idle machine
