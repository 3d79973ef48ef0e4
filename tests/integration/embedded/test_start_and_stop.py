"""One command starts everything, and ends everything, whatever happened before."""

import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.integration.embedded.starting import (
    interpreter_for_everybody,
    processes_of,
    started,
)
from tests.support.product import free_port
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow


@contextmanager
def somebody_listening() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


async def keep_a_row(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("create table kept as select 42 as answer")
    await connection.close()


async def kept_row(url: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval("select answer from kept")
    finally:
        await connection.close()


async def nothing_runs(folder: Path) -> None:
    async def nothing() -> bool:
        return not processes_of(folder)

    await eventually(nothing, what="the end of all processes")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_everything_in_order(open_folder: Path, number: signal.Signals):
    async with started(open_folder) as start:
        given = await start.given()
        assert given["DATABASE_URL"].startswith("postgresql://")
        assert given["VEXMAIL_ALLOW_PRIVATE_HOSTS"] == "True"

        start.process.send_signal(number)

        assert await start.ends(within=20) == 0
        assert not processes_of(open_folder)
        assert "Traceback" not in start.output
        assert not (open_folder / "data" / "instance.json").exists()


async def test_ctrl_c_during_the_first_preparation_leaves_a_folder_that_starts(open_folder: Path):
    async with started(open_folder) as start:

        async def is_preparing() -> bool:
            return "Preparing the database" in start.output

        await eventually(is_preparing, what="the preparation")
        start.process.send_signal(signal.SIGINT)
        assert await start.ends(within=20) == 0
        assert "Traceback" not in start.output
    await nothing_runs(open_folder)

    async with started(open_folder) as start:
        assert await start.given()


async def test_it_starts_again_after_kill_9_of_everything(open_folder: Path):
    async with started(open_folder) as start:
        await keep_a_row((await start.given())["DATABASE_URL"])
        for pid in {start.process.pid, *processes_of(open_folder)}:
            os.kill(pid, signal.SIGKILL)
        await start.ends()

    async with started(open_folder) as start:
        assert await kept_row((await start.given())["DATABASE_URL"]) == 42


@pytest.mark.skipif(sys.platform != "linux", reason="PDEATHSIG is Linux")
async def test_when_it_is_killed_its_servers_end_by_themselves(open_folder: Path):
    async with started(open_folder) as start:
        await start.url()
        assert processes_of(open_folder)

        start.process.kill()

        await nothing_runs(open_folder)


async def test_a_second_start_says_what_is_running(open_folder: Path):
    async with started(open_folder) as first:
        url = await first.url()

        async with started(open_folder) as second:
            assert await second.ends() == 3
            expected = f"VexMail is already running at {url} (process {first.process.pid})."
            assert second.output.startswith(expected)

        assert await first.given()


async def test_of_two_starts_at_the_same_moment_one_serves_and_the_other_says_where(
    open_folder: Path,
):
    async with started(open_folder) as one, started(open_folder) as other:

        async def one_ended() -> bool:
            return one.process.poll() is not None or other.process.poll() is not None

        await eventually(one_ended, within=120, what="the end of one of them")
        loser, winner = (one, other) if one.process.poll() is not None else (other, one)
        url = await winner.url()

        assert loser.process.returncode == 3
        assert f"already running at {url} (process {winner.process.pid})" in loser.output


async def test_a_taken_port_gives_the_next_free_one_and_a_line_about_it(open_folder: Path):
    async with started(open_folder) as first:
        await first.url()
        # Port 5000 is now taken, by the first or by somebody before it.
        elsewhere = open_folder / "elsewhere"
        elsewhere.mkdir(mode=0o755)
        async with started(elsewhere) as second:
            port = (await second.url()).rsplit(":", 1)[1]
            assert f"Port 5000 is taken, using {port}." in second.output


async def test_a_taken_port_that_was_asked_for_is_an_error(open_folder: Path):
    with somebody_listening() as port:
        async with started(open_folder, VEXMAIL_PORT=str(port)) as start:
            assert await start.ends() == 1
            assert f"Port {port} of 127.0.0.1 is taken." in start.output
            assert "Traceback" not in start.output


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("vexmail.json", '{"layout": 999}', "was made by a newer VexMail"),
        ("vexmail.json", "gibberish", "cannot be read"),
        ("pgdata18/PG_VERSION", "17\n", "was made by PostgreSQL 17"),
        ("pgdata17/PG_VERSION", "17\n", "was made by PostgreSQL 17"),
        ("holiday.jpg", "", "is not a VexMail data folder: it holds holiday.jpg"),
    ],
)
async def test_a_data_folder_of_another_version_is_left_alone(
    open_folder: Path, file: str, content: str, complaint: str
):
    data = open_folder / "data"
    data.mkdir(mode=0o755)
    if file.startswith("pgdata"):
        (data / "vexmail.json").write_text(json.dumps({"layout": 1}), encoding="utf-8")
    (data / file).parent.mkdir(exist_ok=True)
    (data / file).write_text(content, encoding="utf-8")

    async with started(open_folder) as start:
        assert await start.ends() == 1
        assert complaint in start.output
        assert "Traceback" not in start.output
    assert (data / file).read_text(encoding="utf-8") == content


async def test_a_database_of_a_newer_version_is_left_alone(open_folder: Path):
    async with started(open_folder) as start:
        url = (await start.given())["DATABASE_URL"]
        connection = await asyncpg.connect(url)
        await connection.execute("update alembic_version set version_num = 'fromthefuture'")
        await connection.close()

    async with started(open_folder) as start:
        assert await start.ends() == 1
        assert "changed by a newer VexMail" in start.output
        assert "Traceback" not in start.output


async def test_a_file_in_place_of_the_data_folder_is_an_error(open_folder: Path):
    (open_folder / "data").write_text("", encoding="utf-8")

    async with started(open_folder) as start:
        assert await start.ends() == 1
        assert "is not a folder" in start.output


@pytest.mark.skipif(os.geteuid() != 0, reason="a normal user runs all of these anyway")
async def test_a_normal_user_can_run_it(open_folder: Path):
    python = interpreter_for_everybody()
    setpriv = shutil.which("setpriv")
    if python is None or setpriv is None:
        pytest.skip("no interpreter that another user could run, or no setpriv")
    open_folder.chmod(0o777)
    interpreter, environment = python
    prefix = (setpriv, "--reuid=65534", "--regid=65534", "--clear-groups")

    async with started(
        open_folder, prefix=prefix, python=interpreter, HOME=str(open_folder), **environment
    ) as start:
        await keep_a_row((await start.given())["DATABASE_URL"])
        assert (open_folder / "data" / "pgdata18").stat().st_uid == 65534
        start.process.send_signal(signal.SIGINT)
        assert await start.ends(within=20) == 0


async def test_the_worker_beside_it_gets_the_settled_settings(open_folder: Path):
    port = free_port()
    async with started(open_folder, VEXMAIL_SERVE_WORKER="true", VEXMAIL_PORT=str(port)) as start:
        await start.url()

        async def worker() -> set[int]:
            return set(children_with(start.process.pid, b"worker"))

        (pid,) = await eventually(worker, what="a worker")
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        assert f"VEXMAIL_PORT={port}".encode() in environment
        assert any(line.startswith(b"SECRET_KEY=") for line in environment)

        os.kill(pid, signal.SIGKILL)

        async def another() -> bool:
            return bool(await worker() - {pid})

        await eventually(another, what="another worker")
        start.process.send_signal(signal.SIGINT)
        assert await start.ends(within=30) == 0
        assert not children_with(start.process.pid, b"worker")


def children_with(parent: int, word: bytes) -> list[int]:
    """Return the child processes of ``parent`` that have ``word`` as an argument."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            status = (entry / "stat").read_text(encoding="utf-8")
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
        except (OSError, NotADirectoryError):
            continue
        if int(status.rpartition(")")[2].split()[1]) == parent and word in arguments:
            found.append(int(entry.name))
    return found
