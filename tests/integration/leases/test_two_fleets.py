"""Two fleets over one database: each account in one of them, and what is asked of the other."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, fields
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror, running_mirror
from tests.support.waiting import eventually
from vexmail.domain.errors import NotFound, TransientError
from vexmail.domain.flags import SEEN, FlagEdit
from vexmail.domain.ids import AccountId, MessageId
from vexmail.store.unit_of_work import UnitOfWork

BEATS = {"vexmail_lease_seconds": 4}  # a beat each second; short waits, not short patience
READ = FlagEdit(add=frozenset({SEEN}))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two fleets, and two mailboxes that they share."""

    mirrors: tuple[Mirror, Mirror]
    mailboxes: tuple[LiveMailbox, LiveMailbox]

    def holder(self, account: AccountId) -> Mirror:
        """Return the one that runs an account."""
        (found,) = [m for m in self.mirrors if account in m.fleet._running]
        return found

    def other(self, account: AccountId) -> Mirror:
        """Return the one that does not."""
        (found,) = [m for m in self.mirrors if account not in m.fleet._running]
        return found

    async def spread(self) -> None:
        """Wait until each runs one account, and nobody follows a mailbox twice."""

        async def is_spread() -> bool:
            assert [m.fleet.size for m in self.mirrors] == [1, 1]
            assert [followers(m) for m in self.mailboxes] == [1, 1]
            return True

        await eventually(is_spread, what="one account for each fleet")
        await eventually(self.at_rest, what="both accounts live, with all bodies")

    async def at_rest(self) -> bool:
        """Tell whether both accounts are live and nothing is left to fetch."""
        async with self.mirrors[0].built.reader() as driver:
            rows = await driver.fetch("SELECT state FROM accounts")
            left = await driver.fetchval(
                "SELECT count(*) FROM messages WHERE body_state = 'remote'"
            )
        return [r["state"] for r in rows] == ["live", "live"] and not left

    def silence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Lose every knock from now on, as without Redis."""
        for mirror in self.mirrors:
            monkeypatch.setattr(mirror.built.bell, "ring", lambda _: None)


def followers(mailbox: LiveMailbox) -> int:
    """Count the sessions that idle."""
    return sum(session.idling for session in mailbox.sessions)


@pytest_asyncio.fixture
async def pair(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Pair]:
    """Both running, one account each."""
    async with (
        LiveMailbox() as ann,
        LiveMailbox() as bob,
        running_mirror(database_url, redis_url, tmp_path, **BEATS) as one,
        running_mirror(database_url, redis_url, tmp_path, **BEATS) as two,
    ):
        ann.deliver(a_message("To Ann"))
        bob.deliver(a_message("To Bob"))
        await one.add(ann.port, "ann")
        await one.add(bob.port, "bob")
        both = Pair((one, two), (ann, bob))
        await both.spread()
        yield both


async def account_of(pair: Pair, subject: str) -> tuple[AccountId, MessageId]:
    """Return a message and its account."""
    (item,) = [i for i in await pair.mirrors[0].inbox() if i["subject"] == subject]
    return AccountId(int(item["account_id"])), MessageId(int(item["id"]))


async def test_each_account_is_run_by_one_and_mail_arrives_for_both(pair: Pair) -> None:
    for mailbox in pair.mailboxes:
        mailbox.deliver(a_message("News"))

    async def arrived() -> bool:
        return (await pair.mirrors[1].subjects()).count("News") == 2

    await eventually(arrived, what="both messages")
    await pair.spread()  # still, and nobody follows twice


async def test_a_wish_recorded_elsewhere_is_carried_out_where_the_account_is_run(
    pair: Pair,
) -> None:
    account, letter = await account_of(pair, "To Ann")

    await pair.other(account).intents(pair.mirrors[0].owner, letter, READ)

    async def done() -> bool:
        return pair.mailboxes[0].messages[0].flags == {SEEN}

    await eventually(done, what="the flag on the server")


async def test_a_wish_is_carried_out_although_its_knock_was_lost(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, letter = await account_of(pair, "To Ann")
    pair.silence(monkeypatch)

    await pair.other(account).intents(pair.mirrors[0].owner, letter, READ)

    async def done() -> bool:
        return pair.mailboxes[0].messages[0].flags == {SEEN}

    await eventually(done, what="the flag on the server")


@pytest.mark.parametrize("knocks", ["heard", "lost"])
async def test_a_body_is_fetched_for_who_does_not_run_the_account(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, knocks: str
) -> None:
    account, letter = await account_of(pair, "To Bob")
    if knocks == "lost":
        pair.silence(monkeypatch)
    before = len([c for c in pair.mailboxes[1].commands if "BODY.PEEK[]" in c])

    await pair.other(account).fleet.fetch_body(account, letter)

    assert len([c for c in pair.mailboxes[1].commands if "BODY.PEEK[]" in c]) == before + 1


async def test_many_who_wait_for_one_body_elsewhere_all_get_it(pair: Pair) -> None:
    account, letter = await account_of(pair, "To Bob")
    elsewhere = pair.other(account)

    for _ in range(3):
        view = await elsewhere.messages(elsewhere.owner, letter)
        assert "Short and sweet." in view["text"]
        await elsewhere.fleet.fetch_body(account, letter)


async def test_a_body_that_is_gone_is_not_found_elsewhere_either(pair: Pair) -> None:
    account, letter = await account_of(pair, "To Bob")
    async with pair.mirrors[0].built.reader() as driver:
        await driver.execute("DELETE FROM mailbox_entries WHERE message_id = $1", letter)
        await driver.execute("UPDATE messages SET orphaned_at = now() WHERE id = $1", letter)
        await driver.execute(
            "UPDATE mailboxes SET total = 0, unread = 0 WHERE account_id = $1", account
        )

    with pytest.raises(NotFound):
        await pair.other(account).fleet.fetch_body(account, letter)


async def test_a_message_that_nobody_holds_is_not_found(pair: Pair) -> None:
    account, _ = await account_of(pair, "To Bob")

    with pytest.raises(NotFound):
        await pair.other(account).fleet.fetch_body(account, MessageId(2**40))


async def test_a_server_that_is_away_is_told_elsewhere_as_temporary(pair: Pair) -> None:
    account, letter = await account_of(pair, "To Bob")
    await pair.mailboxes[1].__aexit__()

    with pytest.raises(TransientError):
        await pair.other(account).fleet.fetch_body(account, letter)


async def test_sync_now_is_heard_where_the_account_is_run(pair: Pair) -> None:
    account, _ = await account_of(pair, "To Ann")
    pair.mailboxes[0].add_mailbox("Quiet")

    pair.other(account).fleet.sync_now(account)

    async def listed() -> bool:
        async with pair.mirrors[0].built.reader() as driver:
            return bool(await driver.fetchval("SELECT 1 FROM mailboxes WHERE name = 'Quiet'"))

    await eventually(listed, what="the new mailbox")


async def test_a_process_that_leaves_hands_its_account_over_at_once(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    # Twenty-five seconds of lease: only a release can bring the account over this soon.
    slow = {"vexmail_lease_seconds": 25}
    async with LiveMailbox() as mailbox, AsyncExitStack() as staying:
        async with running_mirror(database_url, redis_url, tmp_path, **slow) as leaves:
            await leaves.add(mailbox.port)
            await leaves.until_live()
            joining = running_mirror(database_url, redis_url, tmp_path, **slow)
            stays = await staying.enter_async_context(joining)
            began = time.monotonic()
        await mailbox.watched()
        assert time.monotonic() - began < 15
        assert (leaves.fleet.size, stays.fleet.size) == (0, 1)


async def test_an_account_added_or_removed_by_one_starts_and_ends_at_the_other(pair: Pair) -> None:
    account, _ = await account_of(pair, "To Ann")
    removed_by = pair.other(account)

    await removed_by.accounts.remove(removed_by.owner, account)

    async def ended() -> bool:
        return sorted(m.fleet.size for m in pair.mirrors) == [0, 1]

    await eventually(ended, what="the end of the removed account's runner")
    async with LiveMailbox() as cat:
        running_one = next(m for m in pair.mirrors if m.fleet.size == 1)
        await running_one.add(cat.port, "cat")  # it has an account already: the other's turn

        async def spread() -> bool:
            return [m.fleet.size for m in pair.mirrors] == [1, 1] and followers(cat) == 1

        await eventually(spread, what="the new account at the other fleet")


async def test_a_runner_that_may_say_nothing_more_ends_and_comes_back_with_the_right(
    pair: Pair,
) -> None:
    account, _ = await account_of(pair, "To Ann")
    fleet = pair.holder(account).fleet
    before = fleet._running[account].task
    fleet._keeper._held_until = 0.0  # as after a minute of sleep

    fleet.sync_now(account)

    async def ended() -> bool:
        return before.done() and not before.cancelled()

    await eventually(ended, what="the runner's own end")
    await pair.spread()
    pair.mailboxes[0].deliver(a_message("After the sleep"))

    async def arrived() -> bool:
        return (await pair.mirrors[1].subjects()).count("After the sleep") == 1

    await eventually(arrived, what="the message")


async def test_who_was_buried_alive_begins_anew_and_nothing_is_doubled(pair: Pair) -> None:
    async with pair.mirrors[0].built.reader() as driver:
        await driver.execute("DELETE FROM web_processes")
    for mailbox in pair.mailboxes:
        mailbox.deliver(a_message("Amid the funeral"))

    async def arrived() -> bool:
        return (await pair.mirrors[1].subjects()).count("Amid the funeral") == 2

    await eventually(arrived, what="both messages")
    await pair.spread()
    assert sorted(await pair.mirrors[0].subjects()) == [
        "Amid the funeral", "Amid the funeral", "To Ann", "To Bob",
    ]  # fmt: skip


async def test_everything_a_runner_can_write_with_is_fenced(pair: Pair) -> None:
    fleet = pair.mirrors[0].fleet
    (running,) = fleet._running.values()
    assert fleet._tools_for is not None
    tools = fleet._tools_for(running.held.lease)

    units = {
        f"{field.name}.{name}": unit
        for field in fields(tools)
        for name, unit in getattr(getattr(tools, field.name), "__dict__", {}).items()
        if isinstance(unit, UnitOfWork)
    }

    # The plan reads without a fence; what it writes goes through its own. Statistics write no mail.
    unfenced = {name for name, unit in units.items() if unit._lease != running.held.lease}
    assert unfenced == {"plan._uow", "statistics._uow"}
    assert len(units) > 6
