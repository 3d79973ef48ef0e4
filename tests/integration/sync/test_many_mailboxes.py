"""An account with thousands of mailboxes: listed at once, a live inbox, and cheap surveys."""

import resource
import time

import pytest

from tests.support.live_mailbox import Box, LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.statement_count import counting_statements
from tests.support.waiting import eventually
from vexmail.sync import mailbox_watch

SHARE = 1000
ALL = 10_000
LOOKED_AT = 100  # passes that the share waits for
A_PASS = 60  # statements that a pass over a mailbox may take, and rows that it may read
_COUNT = """
SELECT count(*) AS listed, count(*) FILTER (WHERE sync_state = 'live') AS live,
       bool_or(role = 'inbox' AND sync_state = 'live') AS inbox FROM mailboxes
"""


def fill(mailbox: LiveMailbox, count: int) -> None:
    """Give a server so many mailboxes on two levels, and its inbox a message."""
    for number in range(1, count):
        parent = f"Shelf {number // 100}"
        name = f"{parent}/Book {number}" if number % 100 else parent
        mailbox.mailboxes[name] = Box(name, uid_validity=number + 1)
    mailbox.deliver(a_message("Here"))


async def _live(mirror: Mirror, at_least: int = 0) -> int:
    """Return how many mailboxes are live; 0 while they are too few."""
    async with mirror.built.reader() as driver:
        row = await driver.fetchrow(_COUNT)
    return row["live"] if row["live"] >= at_least else 0


async def _until_inbox_follows(mirror: Mirror, mailbox: LiveMailbox, count: int) -> None:
    async def shown() -> bool:
        async with mirror.built.reader() as driver:
            row = await driver.fetchrow(_COUNT)
        return row["listed"] == count and row["inbox"] and await mailbox.watched_now()

    await eventually(shown, what="all mailboxes in the list and the inbox followed")
    mailbox.deliver(a_message("New"))
    await eventually(lambda: mirror.told("email_received"), what="the arrival")


async def test_a_thousand_mailboxes_cost_each_what_one_costs(mirror: Mirror) -> None:
    async with LiveMailbox() as mailbox:
        fill(mailbox, SHARE)
        await mirror.add(mailbox.port)

        await _until_inbox_follows(mirror, mailbox, SHARE)

        before = await _live(mirror)
        with counting_statements() as count:
            after = await eventually(
                lambda: _live(mirror, before + LOOKED_AT), what="passes over the others"
            )
        assert count.statements < A_PASS * (after - before)
        # One survey may happen meanwhile; it reads the list.
        assert count.rows < A_PASS * (after - before) + SHARE
        tree = {box["path"]: box for box in await mirror.mailboxes()}
        assert tree["Shelf 3/Book 301"]["parent_id"] == tree["Shelf 3"]["id"]
        assert tree["Shelf 3"]["parent_id"] is None
        # So many are told as one.
        assert len(await mirror.told("reset")) == 1
        assert await mirror.told("mailbox_created") == []


@pytest.mark.chaos
@pytest.mark.timeout(1500)
async def test_ten_thousand_mailboxes_are_listed_at_once_and_surveyed_cheaply(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox_watch, "SURVEY_EVERY", 5.0)
    monkeypatch.setattr(mailbox_watch, "SURVEY_SHARE", 1.0)
    async with LiveMailbox() as mailbox:
        fill(mailbox, ALL)
        began = time.monotonic()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        await mirror.add(mailbox.port)

        await _until_inbox_follows(mirror, mailbox, ALL)
        assert time.monotonic() - began < 60
        await eventually(lambda: _live(mirror, ALL), within=900, what="all of them looked at")
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
        assert grown < 128 << 10  # KiB; the server of this test is in it

        async def surveyed(times: int) -> bool:
            return sum("STATUS (" in command for command in mailbox.commands) >= times

        # The first answer that is as the last one is not compared again.
        mailbox.commands.clear()
        await eventually(lambda: surveyed(3), what="quiet surveys")
        with counting_statements() as count:
            mailbox.commands.clear()
            await eventually(lambda: surveyed(3), what="more of them")
        assert count.rows < ALL
        mailbox.deliver(a_message("Elsewhere"), mailbox="Shelf 7/Book 777")
        with counting_statements() as count:

            async def here() -> bool:
                return await mirror.subjects_in("Shelf 7/Book 777") == ["Elsewhere"]

            await eventually(here, what="mail in one of them")
        assert count.statements < ALL / 10
