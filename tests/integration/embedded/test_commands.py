"""The commands of ``vexmail`` that start nothing, or join what runs."""

import json
from pathlib import Path

import pytest

from tests.integration.embedded.starting import started
from tests.support.databases import product_environment, run_vexmail

pytestmark = pytest.mark.slow


async def test_bad_settings_are_lines_without_a_traceback_and_exit_2(open_folder: Path):
    environment = product_environment(
        VEXMAIL_DATA_DIR=str(open_folder), VEXMAIL_PORT="abc", IMAP_SECURITY="ssl"
    )

    code, said = await run_vexmail("serve", environment=environment)

    assert code == 2
    assert sorted(line.split(":")[0] for line in said.splitlines()) == [
        "IMAP_SECURITY",
        "VEXMAIL_PORT",
    ]


async def test_openapi_is_printed_without_any_server(open_folder: Path):
    environment = product_environment(VEXMAIL_DATA_DIR=str(open_folder / "data"))

    code, said = await run_vexmail("openapi", environment=environment)

    assert code == 0
    assert "/api/emails" in json.loads(said)["paths"]
    assert not (open_folder / "data").exists()


async def test_the_doctor_finds_nothing_wrong_before_the_first_start(open_folder: Path):
    environment = product_environment(VEXMAIL_DATA_DIR=str(open_folder / "data"))

    _, said = await run_vexmail("doctor", environment=environment)

    # The browser client may not be built where only the Python tests run.
    wrong = [line for line in said.splitlines() if line.startswith("FAIL")]
    assert [line for line in wrong if "Browser client" not in line] == []
    assert "made at the first start" in said
    assert not (open_folder / "data").exists()


async def test_the_doctor_names_what_is_wrong_and_fails(open_folder: Path):
    environment = product_environment(
        VEXMAIL_DATA_DIR=str(open_folder / "data"),
        DATABASE_URL="postgresql://me:hunter2@127.0.0.1:1/mail",
        REDIS_URL="redis://127.0.0.1:1/0",
        SECRET_KEY="Zk3vW9qLx7RtB1nYc5HsD8fJ2mPa6GeU",
    )

    code, said = await run_vexmail("doctor", environment=environment)

    assert code == 1
    assert "FAIL  PostgreSQL: 127.0.0.1:1/mail does not let us in" in said
    assert "FAIL  Redis: REDIS_URL does not answer" in said
    assert "hunter2" not in said


async def test_a_command_joins_the_servers_of_a_vexmail_that_runs(open_folder: Path):
    async with started(open_folder) as start:
        url = await start.url()
        environment = product_environment(VEXMAIL_DATA_DIR=str(open_folder / "data"))

        code, said = await run_vexmail("migrate", environment=environment)
        assert (code, said) == (0, "The database is up to date.\n")

        _, said = await run_vexmail("doctor", environment=environment)
        assert f"ok    VexMail: runs at {url} (process {start.process.pid})" in said
        assert "ok    PostgreSQL: 18" in said
        assert "ok    Redis: " in said


async def test_a_command_without_a_running_vexmail_starts_the_servers_for_itself(
    open_folder: Path,
):
    environment = product_environment(VEXMAIL_DATA_DIR=str(open_folder / "data"))

    code, said = await run_vexmail("migrate", environment=environment)

    assert code == 0
    assert said.endswith("The database is up to date.\n")
    assert not (open_folder / "data" / "instance.json").exists()


async def test_a_database_that_does_not_answer_is_a_sentence(open_folder: Path):
    environment = product_environment(
        VEXMAIL_DATA_DIR=str(open_folder / "data"),
        DATABASE_URL="postgresql://me:hunter2@127.0.0.1:1/mail",
        REDIS_URL="redis://127.0.0.1:1/0",
        SECRET_KEY="Zk3vW9qLx7RtB1nYc5HsD8fJ2mPa6GeU",
    )

    code, said = await run_vexmail("migrate", environment=environment)

    assert code == 1
    assert said.startswith("DATABASE_URL: the database 127.0.0.1:1/mail does not let us in")
    assert "hunter2" not in said
