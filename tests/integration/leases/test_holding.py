"""Leases are taken by one, renewed, run out, are freed, and spread over those who live."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from tests.integration.leases.town import TERM, Town
from tests.integration.usecases.desk import a_letter
from tests.support.clock_shift import set_clock
from vexmail.domain.errors import LeaseLost
from vexmail.domain.flags import FLAGGED, FlagEdit
from vexmail.domain.ids import MessageId, ProcessId
from vexmail.usecases.hold_leases import WAIT_ANEW

STARRED = FlagEdit(add=frozenset({FLAGGED}))


async def test_a_process_alone_takes_every_account_with_its_first_beat(town: Town):
    await town.add_accounts(4)
    ann = await town.process("ann")

    beat = await town.beat(ann)

    assert len(beat.held) == 5
    assert set((await town.holders()).values()) == {ann}


async def test_renewing_keeps_the_fence_and_moves_the_end(town: Town):
    ann = await town.process("ann")
    first = await town.lease(ann)
    await town.desk.rows("UPDATE web_processes SET expires_at = now() RETURNING id")

    assert await town.lease(ann) == first
    (row,) = await town.desk.rows(
        "SELECT extract(epoch FROM expires_at - now())::float8 AS left FROM web_processes"
    )
    assert TERM - 10 < row["left"] <= TERM


async def test_a_held_account_is_not_taken_by_another(town: Town):
    ann, ben = await town.process("ann"), await town.process("ben")
    await town.beat(ann)

    beat = await town.beat(ben)

    assert beat.held == []
    assert list((await town.holders()).values()) == [ann]


async def test_a_dead_process_is_buried_and_its_account_taken_under_a_new_fence(town: Town):
    ann = await town.process("ann")
    old = await town.lease(ann)
    ben = await town.process("ben")
    await town.age(ann)

    beat = await town.beat(ben)

    assert beat.buried == [ann]
    assert [h.lease.holder for h in beat.held] == [ben]
    assert beat.held[0].lease.fence > old.fence


async def test_who_was_buried_learns_it_with_the_next_beat(town: Town):
    ann, ben = await town.process("ann"), await town.process("ben")
    await town.beat(ann)
    await town.age(ann)
    await town.beat(ben)

    assert await town.leases.beat(ann) is None


async def test_who_is_late_and_was_not_buried_goes_on_under_its_fence(town: Town):
    ann = await town.process("ann")
    lease = await town.lease(ann)
    await town.age(ann)

    assert await town.lease(ann) == lease


async def test_leaving_frees_everything_at_once(town: Town):
    await town.add_accounts(2)
    ann, ben = await town.process("ann"), await town.process("ben")
    await town.beat(ann)

    await town.leases.leave(ann)

    assert len((await town.beat(ben)).held) == 3


async def test_an_account_taken_again_by_the_same_process_has_a_new_fence(town: Town):
    ann = await town.process("ann")
    old = await town.lease(ann)
    await town.leases.give(ann, [town.desk.account])

    assert (await town.lease(ann)).fence > old.fence


async def test_a_process_that_joins_gets_its_share_within_a_few_beats(town: Town):
    await town.add_accounts(9)
    ann = await town.process("ann")
    await town.beat(ann)
    ben = await town.process("ben")

    for _ in range(8):
        await town.beat(ann)
        await town.beat(ben)

    assert Counter((await town.holders()).values()) == {ann: 5, ben: 5}


async def test_a_new_account_is_taken_with_the_next_beats_by_exactly_one(town: Town):
    processes = [await town.process(name) for name in ("ann", "ben", "cat")]
    await town.add_accounts(3)

    for process in processes:
        await town.beat(process)

    holders = await town.holders()
    assert None not in holders.values()
    assert max(Counter(holders.values()).values()) <= 2


async def test_the_lease_of_a_removed_account_is_gone(town: Town):
    ann = await town.process("ann")
    await town.beat(ann)

    await town.desk.accounts.remove(town.desk.owner, town.desk.account)

    assert (await town.beat(ann)).held == []
    assert await town.holders() == {}


async def test_who_knows_to_be_alone_waits_for_nobody(town: Town):
    ann = await town.process("ann")
    await town.beat(ann)

    await town.leases.join(ProcessId("ben"), "ben", alone=True)

    assert await town.leases.beat(ann) is None
    assert len((await town.beat(ProcessId("ben"))).held) == 1


async def test_processes_that_beat_at_once_never_hold_an_account_twice(town: Town):
    await town.add_accounts(20)
    processes = [await town.process(name) for name in ("ann", "ben", "cat", "dan")]

    for _ in range(12):
        async with asyncio.TaskGroup() as together:
            for process in processes:
                together.create_task(town.beat(process))

    # One row per account names one holder; the beats agree with it and nobody is left out.
    held = [h.account.id for p in processes for h in (await town.beat(p)).held]
    assert len(held) == len(set(held)) == 21
    assert max(Counter((await town.holders()).values()).values()) <= 6


async def test_a_clock_set_forward_leaves_one_holder_under_a_new_fence(
    town: Town, database_url: str
):
    await town.add_accounts(3)
    ann, ben = await town.process("ann"), await town.process("ben")
    for process in (ann, ben, ann, ben):
        await town.beat(process)
    assert Counter((await town.holders()).values()) == {ann: 2, ben: 2}
    old = {h.account.id: h.lease for h in (await town.beat(ben)).held}

    await set_clock(database_url, timedelta(days=1))

    beat = await town.beat(ann)  # who is first takes the other for dead
    assert beat.buried == [ben]
    fences = {h.account.id: h.lease.fence for h in beat.held}
    assert len(fences) == 4
    assert all(fences[account] > lease.fence for account, lease in old.items())
    assert await town.leases.beat(ben) is None  # and ben learns it before he writes
    with pytest.raises(LeaseLost):
        async with town.desk.uow.fenced(next(iter(old.values())))():
            pass


async def test_a_clock_set_back_lets_nobody_live_on_for_as_long(town: Town, database_url: str):
    ann, ben = await town.process("ann"), await town.process("ben")
    lease = await town.lease(ann)

    await set_clock(database_url, timedelta(hours=-1))

    # The living keep what they hold; who died meanwhile has one term left, not an hour.
    assert await town.lease(ann) == lease
    assert (await town.beat(ann)).buried == []
    rows = await town.desk.rows(
        "SELECT extract(epoch FROM expires_at - now())::float8 AS left FROM web_processes"
        " WHERE id = $1",
        ben,
    )
    assert rows[0]["left"] <= TERM


async def test_wishes_wait_no_longer_when_the_clock_was_set_back(town: Town, database_url: str):
    ann = await town.process("ann")
    await town.desk.inbox(a_letter(1))
    (email,) = await town.desk.listed((await town.desk.plan.mailboxes(town.desk.account))[0].id)
    await town.desk.wish(town.desk.owner, MessageId(int(email["id"])), STARRED)
    await town.beat(ann)
    await town.desk.rows(
        "UPDATE intents SET next_attempt_at = now() + interval '30 seconds',"
        " created_at = now() - interval '2 hours' RETURNING id"
    )

    await set_clock(database_url, timedelta(hours=-1))

    assert town.desk.account in (await town.beat(ann)).with_wishes
    wait = await town.desk.plan.seconds_until_due(town.desk.account)
    assert wait is not None
    assert wait <= WAIT_ANEW
    assert town.desk.account not in (await town.beat(ann)).with_wishes
