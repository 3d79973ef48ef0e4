"""Progress is told at a pace that a bar can follow."""

import asyncio

from tests.integration.usecases.desk import GENERATION, Desk, a_letter
from vexmail.domain.delta import MailboxDelta
from vexmail.domain.ids import Uid
from vexmail.usecases.progress_pace import TOLD_EVERY

BATCHES = 30


async def test_many_batches_tell_little_progress_and_the_last_one_is_told(desk: Desk) -> None:
    box = await desk.inbox()
    since = await desk.last_seq()
    loop = asyncio.get_running_loop()
    began = loop.time()

    for uid in range(BATCHES, 0, -1):
        await desk.apply(
            box, MailboxDelta(GENERATION, (a_letter(uid),), sync_total=BATCHES, rate=1.0)
        )

    passed = loop.time() - began
    told = await desk.told(since, "sync_progress")
    assert len(told) <= passed / TOLD_EVERY + 2
    assert (told[-1]["done"], told[-1]["total"]) == (BATCHES, BATCHES)
    assert len(await desk.told(since, "mailbox_updated")) == BATCHES, "counts are always told"

    await desk.apply(box, MailboxDelta(GENERATION, uid_next=Uid(99), sync_total=0, complete=True))
    assert await desk.told(since, "sync_progress") == told
