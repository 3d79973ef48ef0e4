"""All mailboxes are watched, on one connection, and what did not change costs nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.sync.filing import equal
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.sync import backfill, mailbox_watch


@pytest_asyncio.fixture
async def telling() -> AsyncIterator[LiveMailbox]:
    """A server with NOTIFY, an Archive and a Work mailbox."""
    async with LiveMailbox(notify=True) as running:
        running.add_mailbox("Archive", "\\Archive")
        running.add_mailbox("Work")
        yield running


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Surveys several times a second, and no connection kept without need."""
    monkeypatch.setattr(mailbox_watch, "SURVEY_EVERY", 0.2)
    monkeypatch.setattr(mailbox_watch, "SURVEY_BESIDE_NOTIFY", 0.2)
    monkeypatch.setattr(backfill, "LINGER", 0.05)


async def at_rest(mirror: Mirror, server: LiveMailbox) -> None:
    """Wait until only the follower is connected."""
    await mirror.until_live()

    async def one_left() -> bool:
        return [session.idling for session in server.sessions] == [True]

    await eventually(one_left, what="one idling connection")


def surveys(server: LiveMailbox) -> int:
    """Return how often all mailboxes were counted."""
    return sum("STATUS (" in command for command in server.commands)


async def until_surveyed(server: LiveMailbox, times: int) -> None:
    """Wait for so many more surveys."""
    wanted = surveys(server) + times

    async def enough() -> bool:
        return surveys(server) >= wanted

    await eventually(enough, what="surveys")


async def test_an_account_at_rest_holds_one_connection_and_only_surveys(
    mirror: Mirror, mailbox: LiveMailbox, hurried: None
) -> None:
    mailbox.add_mailbox("Archive", "\\Archive")
    for number in range(3):
        mailbox.deliver(a_message(f"Old {number}"), mailbox="Archive")
    await mirror.add(mailbox.port)
    await at_rest(mirror, mailbox)

    mailbox.commands.clear()
    await until_surveyed(mailbox, 4)

    verbs = {command.split()[0] for command in mailbox.commands}
    assert verbs == {"IDLE", "LIST", "NOOP"}
    assert len(mailbox.sessions) == 1


async def test_notify_brings_mail_of_other_mailboxes_without_a_survey(
    mirror: Mirror, telling: LiveMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "LINGER", 0.05)
    await mirror.add(telling.port)
    await at_rest(mirror, telling)
    telling.commands.clear()

    telling.deliver(a_message("Filed elsewhere"), mailbox="Archive")

    async def here() -> bool:
        return await mirror.subjects_in("Archive") == ["Filed elsewhere"]

    await eventually(here, what="the mail")
    assert surveys(telling) == 0
    assert not any("Work" in command for command in telling.commands)
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")


async def test_notify_tells_of_mailboxes_that_come_and_go(
    mirror: Mirror, telling: LiveMailbox
) -> None:
    await mirror.add(telling.port)
    await mirror.until_live()
    await eventually(telling.watched_now, what="an idling follower")

    telling.add_mailbox("Fresh")
    telling.deliver(a_message("First"), mailbox="Fresh")

    async def came() -> bool:
        created = [change["mailbox"]["path"] for change in await mirror.told("mailbox_created")]
        return "Fresh" in created and await mirror.subjects_in("Fresh") == ["First"]

    await eventually(came, what="the new mailbox with its mail")
    telling.delete_mailbox("Fresh")
    await eventually(lambda: mirror.told("mailbox_deleted"), what="its end")
    assert await mirror.differences() == []


async def test_the_inbox_is_heard_of_beside_notify(mirror: Mirror, telling: LiveMailbox) -> None:
    stays = telling.deliver(a_message("Stays"))
    goes = telling.deliver(a_message("Goes"))
    await mirror.add(telling.port)
    await mirror.until_live()
    await eventually(telling.watched_now, what="an idling follower")

    telling.deliver(a_message("Comes"))
    telling.set_flags(stays, ["\\Flagged"])
    telling.expunge(goes)

    async def followed() -> bool:
        shown = {item["subject"]: item["is_starred"] for item in await mirror.inbox()}
        return shown == {"Stays": True, "Comes": False}

    await eventually(followed, what="all three changes")


async def test_vanished_names_what_went_and_no_list_is_asked_for(
    mirror: Mirror, telling: LiveMailbox
) -> None:
    uids = [telling.deliver(a_message(f"Number {n}")) for n in range(5)]
    await mirror.add(telling.port)
    await mirror.until_live()
    await eventually(telling.watched_now, what="an idling follower")
    telling.commands.clear()

    telling.expunge(uids[1])
    telling.expunge(uids[3])

    async def gone() -> bool:
        return await mirror.subjects() == ["Number 0", "Number 2", "Number 4"]

    await eventually(gone, what="what stayed")
    assert not any("SEARCH" in command for command in telling.commands)


async def test_a_server_that_keeps_silent_is_surveyed_instead(
    mirror: Mirror, telling: LiveMailbox, hurried: None
) -> None:
    await mirror.add(telling.port)
    await at_rest(mirror, telling)
    telling.is_silent = True

    for number in range(4):
        telling.deliver(a_message(f"Untold {number}"), mailbox="Archive")
        await eventually(
            lambda: _holds(mirror, "Archive", f"Untold {number}"),  # noqa: B023 - awaited here
            what="mail found by a survey",
        )

    asked = [c for c in telling.commands if c.startswith("NOTIFY")]
    assert len(asked) == 1
    assert not any(session.is_notified for session in telling.sessions)
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")


async def _holds(mirror: Mirror, path: str, subject: str) -> bool:
    return subject in await mirror.subjects_in(path)


async def test_a_server_that_overflows_is_surveyed_instead(
    mirror: Mirror, telling: LiveMailbox, hurried: None
) -> None:
    await mirror.add(telling.port)
    await at_rest(mirror, telling)
    (session,) = telling.sessions

    session.push("* OK [NOTIFICATIONOVERFLOW] too much")
    telling.is_silent = True
    telling.deliver(a_message("Meanwhile"), mailbox="Work")

    await eventually(lambda: _holds(mirror, "Work", "Meanwhile"), what="the mail")
    assert await mirror.told("account_state_changed") != []
    assert "offline" not in {c["state"] for c in await mirror.told("account_state_changed")}


async def test_only_a_mailbox_that_changed_is_opened(
    mirror: Mirror, mailbox: LiveMailbox, hurried: None
) -> None:
    for name in ("Archive", "Work", "Lists"):
        mailbox.add_mailbox(name)
        mailbox.deliver(a_message(f"In {name}"), mailbox=name)
    await mirror.add(mailbox.port)
    await at_rest(mirror, mailbox)
    mailbox.commands.clear()

    mailbox.deliver(a_message("New"), mailbox="Work")

    await eventually(lambda: _holds(mirror, "Work", "New"), what="the mail")
    opened = {c.split()[1] for c in mailbox.commands if c.startswith(("SELECT", "EXAMINE"))}
    assert opened <= {'"Work"', '"INBOX"'}
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")


async def test_a_star_set_elsewhere_is_found_although_no_counter_tells(
    mirror: Mirror, hurried: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vexmail.sync.mailbox_survey.FLAGS_EVERY", 0.2)
    monkeypatch.setattr("vexmail.domain.sync_plan.FLAGS_EVERY", 0.2)
    async with LiveMailbox(condstore=False) as bare:
        bare.add_mailbox("Archive", "\\Archive")
        uid = bare.deliver(a_message("Dull"), mailbox="Archive")
        await mirror.add(bare.port)
        await mirror.until_live()

        bare.set_flags(uid, ["\\Flagged"], mailbox="Archive")

        await eventually(lambda: mirror.told("email_starred"), what="the star")
        assert await mirror.differences() == []


async def test_old_flags_of_a_large_mailbox_are_compared_where_the_counters_differ(
    mirror: Mirror, hurried: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vexmail.sync.mailbox_pass.FLAG_WINDOW", 3)
    async with LiveMailbox(condstore=False) as bare:
        bare.add_mailbox("Archive", "\\Archive")
        uids = [bare.deliver(a_message(f"No {n}"), mailbox="Archive") for n in range(9)]
        await mirror.add(bare.port)
        await at_rest(mirror, bare)
        bare.commands.clear()

        bare.set_flags(uids[0], ["\\Seen"], mailbox="Archive")

        await eventually(lambda: mirror.told("email_read"), what="the oldest read")
        flags = [c for c in bare.commands if c.startswith("UID FETCH") and "FLAGS)" in c]
        assert flags[:2] == ["UID FETCH 7:* (UID FLAGS)", "UID FETCH 1:* (UID FLAGS)"]


async def test_where_notify_is_missing_a_chosen_mailbox_is_followed_live(
    mirror: Mirror, mailbox: LiveMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "LINGER", 0.05)
    mailbox.add_mailbox("Work")
    account = await mirror.add(mailbox.port)
    await at_rest(mirror, mailbox)

    await mirror.watch(await mirror.mailbox("Work"), watched=True)
    mirror.fleet.sync_now(account)
    async with asyncio.timeout(60):
        await mailbox.watched("Work")
    mailbox.deliver(a_message("At once"), mailbox="Work")

    await eventually(lambda: _holds(mirror, "Work", "At once"), what="the mail")
    await mirror.watch(await mirror.mailbox("Work"), watched=False)
    mirror.fleet.sync_now(account)
    await at_rest(mirror, mailbox)
