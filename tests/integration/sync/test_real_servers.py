"""The mirror and its wishes on real servers of three families, with all they do differently."""

from collections.abc import AsyncIterator, Iterator
from itertools import count

import pytest
import pytest_asyncio

from tests.support.fault_proxy import FaultProxy
from tests.support.mail_account import a_message
from tests.support.mail_hosts import mail_host
from tests.support.mirror import Mirror
from tests.support.real_mailbox import PASSWORD, MailHost, RealMailbox
from tests.support.waiting import eventually
from vexmail.domain.ids import AccountId
from vexmail.usecases.act_on_emails import Action, Request

pytestmark = pytest.mark.dovecot
_numbers = count()


@pytest.fixture(scope="module", params=["dovecot", "cyrus", "courier"])
def host(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[MailHost, str]]:
    """A server and the prefix of its mailboxes."""
    with mail_host(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture
def mail(host: tuple[MailHost, str]) -> RealMailbox:
    """A new user with the usual mailboxes."""
    server, prefix = host
    username = f"mirror{next(_numbers)}"
    server.add_user(username, PASSWORD)
    mail = RealMailbox(server, username, prefix)
    for name in ("Archive", "Junk", "Trash"):
        mail.add_mailbox(name)
    return mail


@pytest_asyncio.fixture
async def network(mail: RealMailbox) -> AsyncIterator[FaultProxy]:
    """The way to the server, which a test may cut."""
    async with FaultProxy(mail.host.port) as proxy:
        yield proxy


async def until_equal(mirror: Mirror, account: AccountId) -> None:
    """Wait until no wish is open and the mirror, told to look, equals the server."""

    async def equal() -> bool:
        assert await mirror.differences() == []
        return True

    await eventually(mirror.settled, what="wishes carried out")
    mirror.fleet.sync_now(account)
    await eventually(equal, what="a mirror equal to the server")
    assert await mirror.violations() == []


async def test_what_another_client_does_is_followed(mirror: Mirror, mail: RealMailbox) -> None:
    for subject in ("Stays", "Marked", "Goes", "Filed"):
        mail.deliver(a_message(subject))
    account = await mirror.add(mail.host.port, mail.username, PASSWORD)
    await mirror.until_live()
    assert await mirror.subjects() == ["Filed", "Goes", "Marked", "Stays"]

    mail.deliver(a_message("New"))
    told = await eventually(lambda: mirror.told("email_received"), what="the arrival")
    assert [change["email"]["subject"] for change in told] == ["New"]

    mail.set_flags("Marked", [r"\Seen", r"\Flagged", "holiday"])
    mail.expunge("Goes")
    mail.move("Filed", "Archive")
    mail.add_mailbox("Fresh")
    mail.deliver(a_message("Elsewhere"), mailbox="Fresh")
    mirror.fleet.sync_now(account)

    async def followed() -> bool:
        assert await mirror.subjects() == ["Marked", "New", "Stays"]
        assert await mirror.subjects_in(mail.path("Archive")) == ["Filed"]
        assert await mirror.subjects_in(mail.path("Fresh")) == ["Elsewhere"]
        [item] = [item for item in await mirror.inbox() if item["subject"] == "Marked"]
        return bool(item["is_read"] and item["is_starred"] and item["labels"] == ["holiday"])

    await eventually(followed, what="what the other client did")
    await until_equal(mirror, account)


async def test_wishes_are_carried_out_and_taken_back(mirror: Mirror, mail: RealMailbox) -> None:
    for subject in ("Read", "Archived", "Deleted", "Spam", "Copied", "Returned"):
        mail.deliver(a_message(subject))
    account = await mirror.add(mail.host.port, mail.username, PASSWORD)
    await mirror.until_live()
    archive = await mirror.mailbox(mail.path("Archive"))
    keys = {item["subject"]: await mirror.key_of(item["subject"]) for item in await mirror.inbox()}

    for subject, request in (
        ("Read", Request(Action.READ)),
        ("Read", Request(Action.STAR)),
        ("Read", Request(Action.LABEL, label="holiday")),
        ("Archived", Request(Action.ARCHIVE)),
        ("Deleted", Request(Action.DELETE)),
        ("Spam", Request(Action.SPAM)),
        ("Copied", Request(Action.COPY, mailbox_id=archive)),
    ):
        await mirror.actions(mirror.owner, [keys[subject]], request)
    moved = await mirror.actions(mirror.owner, [keys["Returned"]], Request(Action.ARCHIVE))
    await until_equal(mirror, account)
    await mirror.undo(mirror.owner, moved.operation_id)
    await mirror.actions(mirror.owner, [keys["Deleted"]], Request(Action.DELETE, permanent=True))
    await until_equal(mirror, account)

    assert mail.holds() == {
        "Read": {r"\Seen", r"\Flagged", "holiday"},
        "Copied": set(),
        "Returned": set(),
    }
    assert set(mail.holds("Archive")) == {"Archived", "Copied"}
    assert set(mail.holds("Junk")) == {"Spam"}
    assert mail.holds("Trash") == {}


async def test_both_sides_change_while_the_network_is_away(
    mirror: Mirror, mail: RealMailbox, network: FaultProxy
) -> None:
    for subject in ("Ours", "Theirs", "Both", "Gone"):
        mail.deliver(a_message(subject))
    account = await mirror.add(network.port, mail.username, PASSWORD)
    await mirror.until_live()
    keys = {item["subject"]: await mirror.key_of(item["subject"]) for item in await mirror.inbox()}

    network.cut()
    await mirror.actions(mirror.owner, [keys["Ours"]], Request(Action.STAR))
    await mirror.actions(mirror.owner, [keys["Both"]], Request(Action.ARCHIVE))
    mail.set_flags("Theirs", [r"\Seen"])
    mail.set_flags("Both", [r"\Flagged"])
    mail.expunge("Gone")
    mail.deliver(a_message("Arrived"))
    network.heal()
    mirror.fleet.sync_now(account)
    await until_equal(mirror, account)

    assert mail.holds() == {"Ours": {r"\Flagged"}, "Theirs": {r"\Seen"}, "Arrived": set()}
    assert mail.holds("Archive") == {"Both": {r"\Flagged"}}
    assert await mirror.subjects() == ["Arrived", "Ours", "Theirs"]
