"""Commands that the server obeyed and whose answers never came: nothing is done twice or denied."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.sync.filing import equal, on_server
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.ids import MessageId
from vexmail.usecases.act_on_emails import Action, Request

FEATURES = {
    "all": {},
    "no COPYUID": {"uidplus": False},
    "no MOVE": {"move": False},
    "bare": {"move": False, "uidplus": False, "condstore": False},
}


@pytest_asyncio.fixture
async def bare_or_not(offers: str) -> AsyncIterator[LiveMailbox]:
    """Servers that need different commands for the same wish."""
    async with LiveMailbox(**FEATURES[offers]) as server:
        for name in ("Archive", "Junk", "Trash"):
            server.add_mailbox(name, f"\\{name}")
        yield server


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take no grace, and look for what is missing without delay."""
    monkeypatch.setattr("vexmail.usecases.wishes.DELETE_GRACE", 0.0)
    monkeypatch.setattr("vexmail.sync.intent_pusher.LOOK_AGAIN", 0.1)


async def synced(mirror: Mirror, server: LiveMailbox, *subjects: str) -> list[MessageId]:
    """Sync an inbox with these messages; answer their ids."""
    for subject in subjects:
        server.deliver(a_message(subject))
    await mirror.add(server.port)
    await mirror.until_live()
    return [await mirror.key_of(subject) for subject in subjects]


async def states(mirror: Mirror) -> list[str]:
    """Return how every wish ended."""
    async with mirror.built.reader() as driver:
        return [row["state"] for row in await driver.fetch("SELECT state FROM intents ORDER BY id")]


@pytest.mark.parametrize(
    ("offers", "command"),
    [
        ("all", "UID MOVE"),
        ("no COPYUID", "UID MOVE"),
        ("no MOVE", "UID COPY"),
        ("no MOVE", "UID STORE"),
        ("no MOVE", "UID EXPUNGE"),
        ("bare", "UID COPY"),
        ("bare", "UID STORE"),
        ("bare", "EXPUNGE"),
    ],
)
async def test_a_move_whose_answer_was_lost_is_one_move(
    mirror: Mirror, bare_or_not: LiveMailbox, command: str
) -> None:
    keys = await synced(mirror, bare_or_not, "One", "Two")
    bare_or_not.hang_up_after = command

    await mirror.actions(mirror.owner, keys, Request(Action.ARCHIVE))
    await eventually(mirror.settled, what="an end of the wishes")

    assert on_server(bare_or_not, "Archive") == ["One", "Two"]
    assert on_server(bare_or_not, "INBOX") == []
    assert await states(mirror) == ["settled", "settled"]
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
    assert await mirror.subjects_in("Archive") == ["One", "Two"]


@pytest.mark.parametrize(
    ("offers", "command"), [("all", "UID EXPUNGE"), ("bare", "UID STORE"), ("bare", "EXPUNGE")]
)
async def test_a_deletion_whose_answer_was_lost_is_done(
    mirror: Mirror, bare_or_not: LiveMailbox, command: str
) -> None:
    (key, _) = await synced(mirror, bare_or_not, "Gone", "Kept")
    bare_or_not.hang_up_after = command

    await mirror.actions(mirror.owner, [key], Request(Action.DELETE, permanent=True))
    await eventually(mirror.settled, what="an end of the wish")

    assert on_server(bare_or_not, "INBOX") == ["Kept"]
    assert await states(mirror) == ["settled"]
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")


@pytest.mark.parametrize("offers", ["all", "bare"])
async def test_a_copy_whose_answer_was_lost_is_one_copy(
    mirror: Mirror, bare_or_not: LiveMailbox
) -> None:
    (key,) = await synced(mirror, bare_or_not, "Twice")
    bare_or_not.hang_up_after = "UID COPY"

    target = await mirror.mailbox("Archive")
    await mirror.actions(mirror.owner, [key], Request(Action.COPY, target))
    await eventually(mirror.settled, what="an end of the wish")

    assert on_server(bare_or_not, "Archive") == on_server(bare_or_not, "INBOX") == ["Twice"]
    assert await states(mirror) == ["settled"]
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")


@pytest.mark.parametrize("offers", ["no COPYUID", "bare"])
async def test_a_mark_after_a_copy_is_for_the_copy_too(
    mirror: Mirror, bare_or_not: LiveMailbox
) -> None:
    (key,) = await synced(mirror, bare_or_not, "Both")
    target = await mirror.mailbox("Archive")

    await mirror.actions(mirror.owner, [key], Request(Action.COPY, target))
    await mirror.actions(mirror.owner, [key], Request(Action.STAR))
    await eventually(mirror.settled, what="an end of the wishes")

    for name in ("INBOX", "Archive"):
        (stored,) = bare_or_not.mailboxes[name].messages
        assert stored.flags == {"\\Flagged"}
    assert await states(mirror) == ["settled", "settled"]
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
