"""SIGKILL at random moments, of our process, of PostgreSQL, of Valkey: nothing is lost or doubled.

``VEXMAIL_CHAOS_SEED`` and ``VEXMAIL_CHAOS_KILLS`` choose the run; both are printed with it.
"""

import asyncio
import contextlib
import os
import random
import signal
from pathlib import Path

import pytest

from tests.support.databases import TestDatabases
from tests.support.far_live import LiveFarSide
from tests.support.fault_proxy import FaultProxy
from tests.support.ledger import Ledger
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.near_side import wishes_by_subject
from tests.support.proof_stage import Stage, proof_stage
from vexmail.app.embedded import EmbeddedServers
from vexmail.domain.errors import TransientError
from vexmail.domain.ids import AccountId, MessageId
from vexmail.usecases.act_on_emails import Action, Request

SEED = int(os.environ.get("VEXMAIL_CHAOS_SEED", "5"))
KILLS = int(os.environ.get("VEXMAIL_CHAOS_KILLS", "500"))
BETWEEN_RESTS = 8  # kills until both sides must agree
LONGEST_PAUSE = 0.4  # seconds of work between two kills
ACTS = (Action.READ, Action.STAR, Action.ARCHIVE, Action.SPAM, Action.NOT_SPAM, Action.DELETE)
VICTIMS = ("engine", "engine", "engine", "postgres", "valkey", "everything")


class Carnage:
    """One account that goes through many kills."""

    def __init__(
        self, stage: Stage, far: LiveFarSide, servers: EmbeddedServers, chance: random.Random
    ) -> None:
        self.stage = stage
        self.far = far
        self.servers = servers
        self.chance = chance
        self.ledger = Ledger()
        self.number = 0

    async def run(self, kills: int) -> None:
        """Kill so many times; between kills mail comes and wishes are made."""
        for _ in range(self.chance.randint(0, 300)):
            await self._mail_comes()
        self.stage.engine.start()
        account = await self.stage.account(self.far)
        for number in range(kills):
            for _ in range(self.chance.randint(0, 3)):
                await self._something_happens(account)
            await asyncio.sleep(self.chance.uniform(0, LONGEST_PAUSE))  # the moment is the input
            self._kill(self.chance.choice(VICTIMS))
            if not self.stage.engine.lives:
                self.stage.engine.kill()
                self.stage.engine.start()
            if number % BETWEEN_RESTS == BETWEEN_RESTS - 1 or number == kills - 1:
                await self._rest(account)
        await self.stage.accounts.remove(self.stage.owner, account)

    async def _mail_comes(self) -> None:
        self.number += 1
        subject = f"Mail {self.number}"
        await self.far.append(self.chance.choice(("INBOX", "Junk")), a_message(subject), ())
        self.ledger.added(subject)

    async def _something_happens(self, account: AccountId) -> None:
        if self.chance.random() < 0.4:
            await self._mail_comes()
            return
        # Without a database nothing can be wished for; a person is told so.
        with contextlib.suppress(TransientError):
            async with self.stage.built.reader() as driver:
                rows = await driver.fetch(
                    "SELECT DISTINCT e.message_id FROM mailbox_entries e JOIN messages m"
                    " ON m.id = e.message_id WHERE m.account_id = $1 AND e.hidden_by IS NULL"
                    " ORDER BY 1 DESC LIMIT 20",
                    account,
                )
                archive = await driver.fetchval(
                    "SELECT id FROM mailboxes WHERE account_id = $1 AND name = 'Archive'", account
                )
            keys = [MessageId(r["message_id"]) for r in rows]
            chosen = self.chance.sample(keys, min(len(keys), self.chance.randint(1, 5)))
            copies = self.chance.random() < 0.2
            act = self.chance.choice(ACTS)
            request = Request(Action.COPY, archive) if copies else Request(act)
            await self.stage.actions(self.stage.owner, chosen, request)

    def _kill(self, victim: str) -> None:
        if victim in ("engine", "everything"):
            self.stage.engine.kill()
        running = {"postgres": self.servers._postgres, "valkey": self.servers._valkey}
        for name, server in running.items():
            if victim in (name, "everything") and server is not None and server.process.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(server.process.pid, signal.SIGKILL)

    async def _rest(self, account: AccountId) -> None:
        await self.stage.agreement(account, self.far)
        async with self.stage.built.reader() as driver:
            wishes = await wishes_by_subject(driver, account)
        errors = self.ledger.errors(await self.far.truth(), wishes)
        assert not errors, str(errors)


@pytest.mark.chaos
@pytest.mark.timeout(7200)
async def test_random_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    print(  # noqa: T201 - how to replay a failure
        f"\nreplay: VEXMAIL_CHAOS_SEED={SEED} VEXMAIL_CHAOS_KILLS={KILLS}"
        f" .venv/bin/python -m pytest -s {__file__} -m chaos"
    )
    chance = random.Random(SEED)
    home = tmp_path / "servers"
    home.mkdir()
    servers = EmbeddedServers(home)  # as in production: what is committed stays
    try:
        async with servers, asyncio.TaskGroup() as group:
            supervisor = group.create_task(servers.supervise())
            async with TestDatabases(servers).fresh() as url:
                left = KILLS
                while left > 0:
                    part = min(left, 4 * BETWEEN_RESTS)
                    folder = tmp_path / f"left-{left}"
                    folder.mkdir()
                    async with (
                        proof_stage(url, servers.redis_url, folder) as stage,
                        LiveMailbox(move=chance.random() < 0.7) as server,
                        FaultProxy(server.port) as network,
                    ):
                        far = LiveFarSide(server, network)
                        await Carnage(stage, far, servers, chance).run(part)
                    left -= part
            supervisor.cancel()
    finally:
        servers.remove_files()
