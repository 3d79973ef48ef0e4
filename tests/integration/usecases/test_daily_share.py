"""An account whose provider counts downloads rests when the day's share is used up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.usecases.desk import Desk, lane_context
from tests.integration.usecases.test_lost_connections import until_here
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror, running_mirror
from tests.support.waiting import eventually
from vexmail.app.embedded import EmbeddedServers
from vexmail.domain.ids import AccountId
from vexmail.usecases.meter_downloads import MeterDownloads

EVENING = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
SHARE = 1_000_000


class SetClock:
    """A clock that shows what the test sets."""

    def __init__(self) -> None:
        self.moment = EVENING

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment

    def monotonic(self) -> float:
        """Return the seconds."""
        return self.moment.timestamp()


async def test_a_share_that_is_used_up_lasts_until_the_next_day_of_utc(desk: Desk) -> None:
    clock = SetClock()
    meter = MeterDownloads(desk.uow, clock)
    await meter.record(desk.account, SHARE - 1)
    assert await meter.room(desk.account, SHARE) == 1
    since = await desk.last_seq()

    await meter.record(desk.account, 1)
    assert await meter.room(desk.account, SHARE) == 0
    restarted = MeterDownloads(desk.uow, clock)
    assert await restarted.room(desk.account, SHARE) == 0

    (told,) = await desk.told(since, "account_state_changed")
    paused = told["account"]["paused"]
    assert paused["until"] == "2026-11-23T00:00:00Z"
    assert "1 MB of the 1 MB" in paused["reason"]

    clock.moment += timedelta(minutes=30)
    assert await meter.room(desk.account, SHARE) == SHARE
    *_, told = await desk.told(since, "account_state_changed")
    assert told["account"]["paused"] is None


async def test_an_account_that_nobody_counts_is_never_paused(desk: Desk) -> None:
    meter = MeterDownloads(desk.uow, SetClock())
    await meter.record(desk.account, 10**12)

    assert await meter.room(desk.account, None) > 10**12


async def test_sums_of_long_ago_are_dropped(desk: Desk) -> None:
    clock = SetClock()
    meter = MeterDownloads(desk.uow, clock)
    await meter.record(desk.account, 1)
    clock.moment += timedelta(days=40)
    await meter.record(desk.account, 2)
    await meter.record(desk.account, 3)

    assert [row["bytes"] for row in await desk.rows("SELECT bytes FROM downloads")] == [5]


@pytest.mark.parametrize(("chosen", "share"), [(None, None), (0, None), (7, 7)])
async def test_what_the_person_set_counts_more_than_what_the_provider_allows(
    desk: Desk, tmp_path: Path, chosen: int | None, share: int | None
) -> None:
    context = await lane_context(desk, 1, tmp_path)
    tools = replace(context.tools, daily_bytes=chosen)

    assert replace(context, tools=tools).daily_bytes == share


async def test_the_backfill_stops_at_the_share_and_what_is_opened_comes_all_the_same(
    database_url: str, servers: EmbeddedServers, tmp_path: Path, mailbox: LiveMailbox
) -> None:
    sizes = [10_000] * 3 + [400_000] * 3  # oldest first: the second day has room for what is left
    letters = [a_message(f"Letter {n}", text="x" * size) for n, size in enumerate(sizes)]
    for letter in letters:
        mailbox.deliver(letter)
    async with running_mirror(
        database_url, servers.redis_url, tmp_path, vexmail_daily_download_mb=1
    ) as mirror:
        await mirror.add(mailbox.port)

        async def rests() -> bool:
            return (await mirror.state())["paused"] is not None

        await eventually(rests, what="the pause")
        await mirror.until_live()
        assert await bodies_here(mirror) < len(letters)
        downloaded = await total(mirror)
        assert 1_000_000 <= downloaded <= sum(map(len, letters)) + 500_000

        oldest = await mirror.key_of("Letter 0")
        assert (await mirror.messages(mirror.owner, oldest))["body_state"] == "parsed"

        async with mirror.built.uow() as tx:  # the next day, for all that anybody can tell
            await tx.driver.execute("UPDATE downloads SET day = day - 1")
        await sync_until_here(mirror, len(letters))

        async def works() -> bool:
            return not await rests()

        await eventually(works, what="the end of the pause")


async def bodies_here(mirror: Mirror) -> int:
    """Count the bodies that are here."""
    async with mirror.built.reader() as driver:
        count = "SELECT count(*) FROM messages WHERE body_state <> 'remote'"
        return int(await driver.fetchval(count))


async def total(mirror: Mirror) -> int:
    """Return what was counted."""
    async with mirror.built.reader() as driver:
        return int(await driver.fetchval("SELECT sum(bytes)::bigint FROM downloads"))


async def sync_until_here(mirror: Mirror, count: int) -> None:
    """Ask for a look at everything, and wait for the bodies."""
    mirror.fleet.sync_now(AccountId(int((await mirror.state())["id"])))
    await until_here(mirror, count)
