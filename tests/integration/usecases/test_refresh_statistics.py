"""The planner hears of a first sync at once, and is left alone while tables change little."""

from tests.integration.usecases.desk import Desk, a_letter
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from vexmail.store import planner_statistics
from vexmail.usecases.refresh_statistics import FEWEST, RefreshStatistics

_BY_HAND = (
    "ALTER TABLE messages SET (autovacuum_enabled = off);"
    "ALTER TABLE mailbox_entries SET (autovacuum_enabled = off)"
)


async def test_tables_are_looked_at_again_when_they_have_doubled(desk: Desk) -> None:
    statistics = RefreshStatistics(desk.uow)

    async def known() -> int:
        async with desk.uow() as tx:
            return await planner_statistics.known_rows(tx)

    async with desk.uow() as tx:
        await tx.driver.execute(_BY_HAND)
    box = await desk.inbox(*(a_letter(uid, f"Letter {uid}") for uid in range(1, FEWEST + 1)))
    assert await known() == 0
    await statistics.after_adding(FEWEST - 1)
    assert await known() == 0, "any plan is quick for few rows"

    await statistics.after_adding(1)
    assert await known() == FEWEST

    await desk.arrive(box, *(a_letter(FEWEST + n, f"Later {n}") for n in range(1, 11)))
    await statistics.after_adding(FEWEST - 1)
    assert await known() == FEWEST, "not doubled yet"
    await statistics.after_adding(1)
    assert await known() == FEWEST + 10


async def test_another_process_or_a_restart_does_not_look_again_at_what_is_known(
    desk: Desk,
) -> None:
    async with desk.uow() as tx:
        await tx.driver.execute(_BY_HAND)
    letters = (a_letter(uid, f"Letter {uid}") for uid in range(1, 2 * FEWEST + 1))
    box = await desk.inbox(*letters)
    await RefreshStatistics(desk.uow).after_adding(2 * FEWEST)

    await desk.arrive(box, a_letter(2 * FEWEST + 1, "One more"))
    await RefreshStatistics(desk.uow).after_adding(FEWEST)

    async with desk.uow() as tx:
        assert await planner_statistics.known_rows(tx) == 2 * FEWEST


async def test_a_first_sync_lets_the_planner_know(mirror: Mirror, mailbox: LiveMailbox) -> None:
    async with mirror.built.uow() as tx:
        await tx.driver.execute(_BY_HAND)
    for number in range(FEWEST + 10):
        mailbox.deliver(a_message(f"Old {number}"))

    await mirror.add(mailbox.port)
    await mirror.until_live()

    async with mirror.built.uow() as tx:
        assert await planner_statistics.known_rows(tx) >= FEWEST
