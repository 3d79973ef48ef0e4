"""A server that gives less than we would like: one connection, no inbox, news told twice."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.sync.filing import equal, on_server
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.sync import mailbox_watch
from vexmail.usecases.act_on_emails import Action, Request


@pytest_asyncio.fixture
async def server() -> AsyncIterator[LiveMailbox]:
    """A server with an Archive and a Work mailbox."""
    async with LiveMailbox() as running:
        running.add_mailbox("Archive", "\\Archive")
        running.add_mailbox("Work")
        yield running


async def test_one_connection_is_enough_for_everything(
    mirror: Mirror, server: LiveMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vexmail.sync.connection_pool.NEWS_EVERY", 0.5)
    monkeypatch.setattr("vexmail.sync.interactive.BURST", 0.3)
    server.room = 1
    for number in range(3):
        server.deliver(a_message(f"Old {number}"))
        server.deliver(a_message(f"Work {number}"), mailbox="Work")
    await mirror.add(server.port)

    await mirror.until_live()
    assert await mirror.subjects_in("Work") == ["Work 0", "Work 1", "Work 2"]
    server.deliver(a_message("New"))
    await eventually(lambda: mirror.told("email_received"), what="an arrival, live")
    raw = await mirror.messages(mirror.owner, await mirror.key_of("New"))
    assert raw["subject"] == "New"
    key = await mirror.key_of("Old 1")
    await mirror.actions(mirror.owner, [key], Request(Action.ARCHIVE))

    await eventually(mirror.settled, what="a wish carried out")
    assert on_server(server, "Archive") == ["Old 1"]
    assert (await mirror.state())["state"] == "live"
    assert sum(session.is_inside for session in server.sessions) <= 1
    server.room = None  # for the comparison
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")


async def test_an_inbox_that_does_not_open_is_said_and_the_other_mailboxes_work(
    mirror: Mirror, server: LiveMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox_watch, "SURVEY_EVERY", 0.3)
    monkeypatch.setattr(mailbox_watch, "SURVEY_SHARE", 1.0)
    server.refuse('SELECT "INBOX"', "the index file is damaged")
    server.deliver(a_message("Locked away"))
    server.deliver(a_message("Work 1"), mailbox="Work")
    await mirror.add(server.port)

    async def named() -> bool:
        account = await mirror.state()
        error = account["error"] or {"message": ""}
        return account["state"] == "needs_attention" and "INBOX" in error["message"]

    async def has(*subjects: str) -> bool:
        return await mirror.subjects_in("Work") == list(subjects)

    await eventually(lambda: has("Work 1"), what="mail of another mailbox")
    await eventually(named, what="the reason")
    server.deliver(a_message("Work 2"), mailbox="Work")
    await eventually(lambda: has("Work 1", "Work 2"), what="more of it")
    assert await named()
    tries = sum(command.startswith("AUTHENTICATE") for command in server.commands)
    assert tries < 10

    server.allow('SELECT "INBOX"')
    await mirror.until_live()
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
    assert (await mirror.state())["error"] is None


async def test_news_told_twice_is_taken_once(mirror: Mirror, server: LiveMailbox) -> None:
    server.deliver(a_message("Old"))
    await mirror.add(server.port)
    await mirror.until_live()
    await server.watched()
    for number in range(3):
        server.deliver(a_message(f"New {number}"))
        for _ in range(2):
            server.tell(server.inbox, lambda _: f"* {len(server.messages)} EXISTS")

    async def all_told() -> bool:
        return len(await mirror.told("email_received")) >= 3

    await eventually(all_told, what="the arrivals")
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
    told = await mirror.told("email_received")
    assert sorted(change["email"]["subject"] for change in told) == ["New 0", "New 1", "New 2"]
