"""Mailboxes changed and emails added on real servers, with prefixes, delimiters, namespaces."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.integration.sync.mailbox_tree import create, done_and_equal, tree
from tests.support.mail_account import a_message
from tests.support.mail_hosts import mail_host
from tests.support.mirror import Mirror
from tests.support.real_mailbox import PASSWORD, MailHost, RealMailbox
from vexmail.domain.flags import SEEN
from vexmail.domain.ids import MailboxId
from vexmail.usecases.act_on_emails import Action, Request
from vexmail.usecases.change_mailboxes import MailboxChange

pytestmark = pytest.mark.dovecot
_numbers = count()


@pytest.fixture(scope="module", params=["dovecot", "bare dovecot", "cyrus", "courier"])
def host(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[MailHost, str]]:
    """A server and the prefix of its mailboxes."""
    with mail_host(request.param, tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def mail(host: tuple[MailHost, str]) -> RealMailbox:
    """A new user with a Trash."""
    server, prefix = host
    username = f"boxes{next(_numbers)}"
    server.add_user(username, PASSWORD)
    mail = RealMailbox(server, username, prefix)
    mail.add_mailbox("Trash")
    return mail


def names(mail: RealMailbox) -> set[str]:
    """Return what another client lists, decoded."""
    with mail.another_client() as client:
        return {name for _, _, name in client.list_folders()}


async def test_mailboxes_are_changed_and_emails_added_on_any_server(
    mirror: Mirror, mail: RealMailbox
) -> None:
    mail.deliver(a_message("Contract"))
    account = await mirror.add(mail.host.port, mail.username, PASSWORD)
    await mirror.until_live()
    key = await mirror.key_of("Contract")
    delimiter = mail.prefix[-1:] or "."

    work = await create(mirror, account, "Wörk & Co")
    bills = await create(mirror, account, "Bills", work)
    seen = (frozenset({SEEN}), None)
    added = await mirror.imports(mirror.owner, bills, a_message("Added"), seen)
    await mirror.actions(mirror.owner, [key], Request(Action.MOVE, mailbox_id=work))
    renamed = await mirror.changing.change(mirror.owner, work, MailboxChange(name="日本"))
    top = mail.path("日本")
    shown = await tree(mirror)
    assert (shown[top]["parent_id"], shown[top]["name"]) == (None, "日本")
    assert shown[f"{top}{delimiter}Bills"]["parent_id"] == str(work)
    await done_and_equal(mirror)
    assert await mirror.told("intent_rejected") == []
    assert {top, f"{top}{delimiter}Bills"} <= names(mail)
    assert mail.holds("日本") == {"Contract": set()}
    assert mail.holds(f"日本{delimiter}Bills") == {"Added": {SEEN}}
    assert await mirror.key_in(f"{top}{delimiter}Bills") == added.message_id
    assert await mirror.key_in(top) == key

    gone = await mirror.changing.delete(mirror.owner, work, permanent=False)
    await done_and_equal(mirror)
    assert top not in names(mail)
    assert mail.holds("Trash") == {"Contract": set(), "Added": {SEEN}}
    await mirror.undo(mirror.owner, gone.operation_id)
    await done_and_equal(mirror)
    assert mail.holds(f"日本{delimiter}Bills") == {"Added": {SEEN}}
    assert mail.holds("Trash") == {}
    # What was renamed is another mailbox now, made anew: nothing is left to be renamed back.
    undone = await mirror.undo(mirror.owner, renamed.operation_id)
    assert [failure.code for failure in undone.failures] == ["not_found"]


@pytest.mark.parametrize("host", ["bare dovecot"], indirect=True)
async def test_shared_mailboxes_are_marked_and_changed_where_they_lie(
    mirror: Mirror, mail: RealMailbox
) -> None:
    with mail.another_client() as client:
        client.create_folder("Public.News")
    account = await mirror.add(mail.host.port, mail.username, PASSWORD)
    await mirror.until_live()
    shown = await tree(mirror)

    assert {path: box["namespace"] for path, box in shown.items() if box["selectable"]} == {
        "INBOX": "personal",
        "INBOX.Trash": "personal",
        "INBOX.Drafts": "personal",
        "INBOX.Sent": "personal",
        "INBOX.Junk": "personal",
        "Public.News": "shared",
    }
    assert {box["name"]: box["parent_id"] for box in shown.values()}["Trash"] is None
    news = MailboxId(int(shown["Public.News"]["id"]))
    await create(mirror, account, "Sports", news)
    await mirror.imports(mirror.owner, news, a_message("Headline"))
    await done_and_equal(mirror)

    assert await mirror.told("intent_rejected") == []
    assert "Public.News.Sports" in names(mail)
    assert (await tree(mirror))["Public.News.Sports"]["parent_id"] == str(news)
