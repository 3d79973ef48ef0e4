"""Transactions that nobody knows the end of, or that PostgreSQL gives up: nothing lost or doubled.

A connection dies with a COMMIT on it; a deadlock or a conflict ends a transaction in the middle.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from tests.integration.sync.filing import equal, on_server
from tests.support.commit_proxy import CommitProxy, Loss
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror, running_mirror
from tests.support.near_side import wishes_by_subject
from tests.support.waiting import eventually
from vexmail.domain.errors import TransientError
from vexmail.domain.ids import AccountId
from vexmail.usecases.act_on_emails import Action, Request

OFTEN = 9  # every so manieth COMMIT is lost
ENOUGH = 6  # losses that a story must have seen

_GIVE_UP = """
CREATE SEQUENCE given_up;
CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A sequence goes on whatever becomes of the transaction.
    IF nextval('given_up') % 4 = 0 THEN
        RAISE EXCEPTION 'given up by a test' USING ERRCODE = '{code}';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER give_up AFTER INSERT ON change_log FOR EACH STATEMENT EXECUTE FUNCTION give_up();
"""
_STAY = "DROP TRIGGER give_up ON change_log; DROP FUNCTION give_up; DROP SEQUENCE given_up"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again soon, and take no grace."""
    monkeypatch.setattr("vexmail.domain.backoff.FIRST_DELAY", 0.05)
    monkeypatch.setattr("vexmail.domain.backoff.LONGEST_DELAY", 0.2)
    monkeypatch.setattr("vexmail.store.driver._RETRY_AFTER", 0.1)
    monkeypatch.setattr("vexmail.usecases.wishes.DELETE_GRACE", 0.0)
    monkeypatch.setattr("vexmail.sync.intent_pusher.LOOK_AGAIN", 0.1)


@pytest_asyncio.fixture
async def folders() -> AsyncIterator[LiveMailbox]:
    """A server with an Archive beside the inbox."""
    async with LiveMailbox() as server:
        server.add_mailbox("Archive", "\\Archive")
        yield server


async def persistently(act: Callable[[], Awaitable[object]]) -> None:
    """Do as a client does that is told to try again."""

    async def done() -> bool:
        try:
            await act()
        except TransientError:
            return False
        return True

    await eventually(done, what="an answer")


async def story(
    mirror: Mirror, folders: LiveMailbox, trouble: Callable[[], Awaitable[bool]]
) -> None:
    """Add an account and act on its mail, over and over until there was trouble enough."""
    for number in range(3):
        folders.deliver(a_message(f"First {number}"))
    await mirror.add(folders.port)
    rounds = 0
    while not rounds or not await trouble():
        rounds += 1
        folders.deliver(a_message(f"Starred {rounds}"))
        folders.deliver(a_message(f"Archived {rounds}"))
        await _act(mirror, f"Starred {rounds}", Action.STAR)
        await _act(mirror, f"Archived {rounds}", Action.ARCHIVE)


async def _act(mirror: Mirror, subject: str, action: Action) -> None:
    async def here() -> bool:
        try:
            return subject in await mirror.subjects()
        except TransientError:
            return False

    await eventually(here, what=subject)
    key = await mirror.key_of(subject)
    await persistently(lambda: mirror.actions(mirror.owner, [key], Request(action)))


async def _until_told_right(mirror: Mirror, folders: LiveMailbox) -> None:
    """Wait until all is carried out; nothing may be there, or have been told, twice."""
    await eventually(mirror.settled, what="the wishes carried out")
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
    rounds = len(on_server(folders, "Archive"))
    assert on_server(folders, "Archive") == sorted(f"Archived {n + 1}" for n in range(rounds))
    starred = [m for m in folders.messages if "\\Flagged" in m.flags]
    assert len(starred) == rounds
    assert len(folders.messages) == rounds + 3
    arrivals = Counter(change["email"]["subject"] for change in await mirror.told("email_received"))
    assert set(arrivals.values()) <= {1}
    async with mirror.built.reader() as driver:
        (account,) = await driver.fetchval("SELECT array_agg(id) FROM accounts")
        wishes = await wishes_by_subject(driver, AccountId(account))
    for number in range(rounds):
        assert wishes[f"Archived {number + 1}"] == {("move", "settled"): 1}
        assert wishes[f"Starred {number + 1}"] == {("flags", "settled"): 1}


async def test_commits_that_nobody_knows_the_end_of_lose_and_double_nothing(
    folders: LiveMailbox, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with (
        CommitProxy(database_url) as way,
        running_mirror(way.url, redis_url, tmp_path) as mirror,
    ):
        way.lose_every(OFTEN)

        async def enough() -> bool:
            return len(way.lost) >= ENOUGH

        await story(mirror, folders, enough)

        way.lose_every(0)
        await _until_told_right(mirror, folders)
        assert set(way.lost) == set(Loss)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("40P01", id="deadlock"),
        pytest.param("40001", id="serialization failure", marks=pytest.mark.chaos),
        pytest.param("55P03", id="lock not available", marks=pytest.mark.chaos),
        pytest.param("53100", id="disk full", marks=pytest.mark.chaos),
    ],
)
async def test_transactions_that_the_database_gives_up_are_done_again(
    mirror: Mirror, folders: LiveMailbox, database_url: str, code: str
) -> None:
    driver = await asyncpg.connect(database_url)
    try:
        await driver.execute(_GIVE_UP.format(code=code))

        async def enough() -> bool:
            return bool(await driver.fetchval("SELECT last_value >= 16 FROM given_up"))

        await story(mirror, folders, enough)

        await driver.execute(_STAY)
        await _until_told_right(mirror, folders)
        state = await mirror.state()
        assert state["error"] is None or state["error"]["code"] == "database_unavailable"
    finally:
        await driver.close()
