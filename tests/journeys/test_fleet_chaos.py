"""Web processes are frozen, killed and stopped at random; every wish is carried out once."""

import asyncio
import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.dovecot import Dovecot
from tests.support.imap_truth import compare
from tests.support.mail_account import MailAccount, a_message, an_account
from tests.support.waiting import GENEROUS, eventually
from tests.support.web_fleet import Member, WebFleet, running_web_fleet

pytestmark = [pytest.mark.dovecot, pytest.mark.slow, pytest.mark.chaos]

LETTERS = 120
ROUNDS = 8
SLEEP = (5.0, 40.0)  # seconds frozen; a lease of 20 s is lost in some rounds and not in others


@pytest.mark.timeout(3600)
async def test_random_sleep_and_death_of_web_processes_lose_and_double_nothing(
    database_url: str, redis_url: str, data_dir: Path, dovecot: Dovecot
) -> None:
    seed = int(os.environ.get("VEXMAIL_CHAOS_SEED", "1"))
    ann = an_account(dovecot, "ann")
    dovecot.fill("ann", [a_message(f"Letter {n}") for n in range(LETTERS)])
    async with running_web_fleet(3, database_url, redis_url, data_dir) as fleet:
        await fleet.members[0].api.post("/api/accounts", ann.request(), status=201)
        await fleet.live(1, ask=fleet.members[0])
        story = _Story(fleet, ann, random.Random(seed))
        for _ in range(ROUNDS):
            await story.play_a_round()
        await story.everything_is_well()


@dataclass
class _Story:
    """What was done, so that its outcome is known."""

    fleet: WebFleet
    account: MailAccount
    chance: random.Random
    copied: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    delivered: int = LETTERS
    told: list[str] = field(default_factory=list)

    async def play_a_round(self) -> None:
        """Act from all sides, with one process away or dying meanwhile."""
        holder = await self._holder()
        victim = holder if self.chance.random() < 0.7 else self.chance.choice(self.fleet.alive)
        fault = self.chance.choice(["freeze", "freeze", "kill", "stop"])
        self.told.append(f"{fault} {'the holder' if victim is holder else 'another'}")
        others = [m for m in self.fleet.alive if m is not victim]
        async with asyncio.TaskGroup() as together:
            together.create_task(self._act(others))
            together.create_task(self._fail(victim, fault))
        while len(self.fleet.alive) < 3:
            await self.fleet.start()

    async def everything_is_well(self) -> None:
        """Every wish is carried out, once; the mirror equals the server; the tables are sound."""
        asked = self.fleet.alive[0]
        await eventually(
            lambda: self._is_equal(asked), within=4 * GENEROUS, what=f"an end to {self.told}"
        )
        status, report = await asked.product.check()
        assert status == 0, report

    async def _is_equal(self, asked: Member) -> bool:
        open_wishes = await asked.api.all_items("/api/intents")
        assert [w["code"] for w in open_wishes] == []
        sizes = {"INBOX": self.delivered - len(self.moved), "Junk": len(self.copied)}
        sizes["Trash"] = len(self.moved)
        for mailbox, role in (("INBOX", "inbox"), ("Junk", "junk"), ("Trash", "trash")):
            view = await asyncio.to_thread(self.account.view, mailbox)
            assert len(view.messages) == sizes[mailbox], f"{mailbox} after {self.told}"
            assert compare(view, await asked.api.all_items("/api/emails", mailbox=role)) == []
        return True

    async def _act(self, members: list[Member]) -> None:
        for _ in range(6):
            member = self.chance.choice(members)
            inbox = [i["id"] for i in await member.api.all_items("/api/emails", mailbox="inbox")]
            some = self.chance.sample(inbox, min(6, len(inbox)))
            await self._wish(member, "star", some[:3])
            fresh = [i for i in some if i not in self.copied]
            await self._wish(member, "copy", fresh, mailbox="junk")
            self.copied.update(fresh)
            gone = some[:1]
            await self._wish(member, "delete", gone)
            self.moved.update(gone)
            await asyncio.to_thread(self.account.deliver, f"News {self.delivered}")
            self.delivered += 1
            await asyncio.sleep(self.chance.uniform(0, 2))  # the moment is the input

    async def _wish(self, member: Member, action: str, ids: list[str], mailbox: str = "") -> None:
        if not ids:
            return
        body: dict[str, object] = {"ids": ids, "action": action}
        if mailbox:
            boxes = (await member.api.get("/api/mailboxes"))["items"]
            (body["mailbox"],) = [b["id"] for b in boxes if b["role"] == mailbox]
        outcome = await member.api.post("/api/emails/batch", body)
        assert outcome["failures"] == []

    async def _fail(self, victim: Member, fault: str) -> None:
        await asyncio.sleep(self.chance.uniform(0, 3))  # the moment is the input
        if fault == "freeze":
            victim.freeze()
            began = time.monotonic()
            await asyncio.sleep(self.chance.uniform(*SLEEP))
            victim.thaw()
            self.told[-1] += f" for {time.monotonic() - began:.0f} s"
        elif fault == "kill":
            victim.product.kill()
        else:
            await victim.product.stop()

    async def _holder(self) -> Member:
        return await self.fleet.holder(self.account.email, ask=self.fleet.alive[0])
