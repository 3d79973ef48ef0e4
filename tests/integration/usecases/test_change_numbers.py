"""The change log's numbers: no gap, and nobody sees a number before a smaller one."""

import asyncio
import random
from itertools import groupby

import pytest

from tests.integration.usecases.desk import Desk
from vexmail.domain.change import EmailRead
from vexmail.domain.ids import MessageId
from vexmail.store import change_log

WRITERS = 20


class Abandoned(Exception):
    """A transaction that is given up."""


async def test_twenty_writers_at_once_leave_no_gap_and_readers_see_no_hole(desk: Desk) -> None:
    start = await desk.last_seq()
    chance = random.Random(7)
    plans = [(n, chance.randint(1, 4), n % 5 == 4) for n in range(WRITERS)]
    writing = True
    snapshots: list[list[int]] = []

    async def write(number: int, changes: int, *, fails: bool) -> None:
        async with desk.uow() as tx:
            tx.tell(
                desk.owner,
                *(EmailRead(desk.account, MessageId(number * 10 + i)) for i in range(changes)),
            )
            if fails:
                # Numbered and given up: its numbers must come back.
                await tx.write_changes()
                raise Abandoned

    async def read() -> None:
        while writing:
            snapshots.append([change["seq"] for change in await desk.told(start)])

    async def write_all() -> None:
        nonlocal writing
        try:
            async with asyncio.TaskGroup() as group:
                for number, changes, fails in plans:
                    if fails:
                        group.create_task(expect_failure(number, changes))
                    else:
                        group.create_task(write(number, changes, fails=False))
        finally:
            writing = False

    async def expect_failure(number: int, changes: int) -> None:
        with pytest.raises(Abandoned):
            await write(number, changes, fails=True)

    async with asyncio.TaskGroup() as group:
        group.create_task(read())
        group.create_task(write_all())

    told = await desk.told(start)
    kept = [(n, changes) for n, changes, fails in plans if not fails]
    assert [change["seq"] for change in told] == list(
        range(start + 1, start + 1 + sum(changes for _, changes in kept))
    )
    assert all(seen == list(range(start + 1, start + 1 + len(seen))) for seen in snapshots)
    # Each transaction's changes stand together, in the order they were told.
    order = [int(change["email_id"]) // 10 for change in told]
    assert [n for n, _ in groupby(order)] == list(dict.fromkeys(order))
    for number, changes in kept:
        ids = [int(c["email_id"]) for c in told if int(c["email_id"]) // 10 == number]
        assert ids == [number * 10 + i for i in range(changes)]


async def test_a_number_is_only_given_when_every_smaller_one_is_committed(desk: Desk) -> None:
    start = await desk.last_seq()
    numbered, go_on = asyncio.Event(), asyncio.Event()
    ended: list[str] = []

    async def slow() -> None:
        async with desk.uow() as tx:
            change = EmailRead(desk.account, MessageId(1))
            await change_log.append(tx.driver, desk.owner, [change])
            numbered.set()
            await go_on.wait()
        ended.append("slow")

    async def quick() -> None:
        async with desk.uow() as tx:
            tx.tell(desk.owner, EmailRead(desk.account, MessageId(2)))
        ended.append("quick")

    async def waits_for_a_lock() -> bool:
        rows = await desk.rows(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND query LIKE 'UPDATE users SET change_seq%'"
        )
        return bool(rows)

    async with asyncio.TaskGroup() as group:
        group.create_task(slow())
        await numbered.wait()
        group.create_task(quick())
        async with asyncio.timeout(30):
            while not await waits_for_a_lock():
                assert ended == []
        assert await desk.told(start) == []
        go_on.set()

    assert ended == ["slow", "quick"]
    assert [c["email_id"] for c in await desk.told(start)] == ["1", "2"]
