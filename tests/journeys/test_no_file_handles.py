"""A process that may open nothing more says so, and goes on by itself when it may again."""

import resource
from pathlib import Path

import asyncpg
import pytest

from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.waiting import eventually
from tests.support.web_fleet import running_web_fleet

FEW = 16  # file handles; fewer than any process of ours has open already


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_no_file_handles_left_is_said_and_got_over(
    database_url: str, redis_url: str, data_dir: Path
) -> None:
    async with (
        LiveMailbox() as server,
        running_web_fleet(1, database_url, redis_url, data_dir) as fleet,
    ):
        (member,) = fleet.members
        server.deliver(a_message("Before"))
        imap = {"host": "127.0.0.1", "port": server.port, "security": "none"}
        login = {**imap, "username": "ann", "password": "pw"}
        body = {"email": "ann@vex.example", "imap": login}
        await member.api.post("/api/accounts", body, status=201)
        await fleet.live(1, ask=member)
        await server.watched()
        allowed = resource.prlimit(member.pid, resource.RLIMIT_NOFILE)
        database = await asyncpg.connect(database_url)
        try:
            resource.prlimit(member.pid, resource.RLIMIT_NOFILE, (FEW, allowed[1]))
            for session in list(server.sessions):
                session.hang_up()
            server.deliver(a_message("Meanwhile"))

            # The database may be out of reach just when the state is to be written, too.
            async def said() -> bool:
                told = await database.fetch(
                    "SELECT data FROM change_log WHERE type = 'account_state_changed'"
                )
                return any("too_many_open_files" in row["data"] for row in told)

            await eventually(said, within=180, what="the reason")
            assert member.is_alive
            resource.prlimit(member.pid, resource.RLIMIT_NOFILE, allowed)
        finally:
            await database.close()

        async def here() -> bool:
            found = (await member.api.get("/api/emails"))["items"]
            return sorted(email["subject"] for email in found) == ["Before", "Meanwhile"]

        await eventually(here, within=180, what="mail that came meanwhile")
        await fleet.live(1, ask=member)
        assert member.is_alive
        status, report = await member.product.check()
        assert status == 0, report
