"""Servers that say what they mean in other words than the standard's: nothing of it is lost."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.sync.filing import equal
from tests.integration.sync.mailbox_tree import create, done_and_equal
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.usecases.act_on_emails import Action, Request


def _otherwise(answer: bytes) -> bytes:
    """Say nothing for a search without hits, EXPUNGED for EXPUNGE, and forget the CR of a login.

    The inbox is told to have no levels, as mailboxes of some formats have none below them.
    """
    if answer.startswith(b"* LIST ") and answer.upper().endswith(b' "/" "INBOX"\r\n'):
        return b"* LIST (\\NoInferiors) NIL INBOX\r\n"
    if answer in {b"* SEARCH\r\n", b"* ESEARCH UID\r\n"}:
        return b""
    if answer.endswith(b" EXPUNGE\r\n"):
        return answer.replace(b" EXPUNGE\r\n", b" EXPUNGED\r\n")
    if answer.endswith(b"] welcome\r\n"):
        return answer[:-2] + b"\n"
    return answer


@pytest_asyncio.fixture
async def odd() -> AsyncIterator[LiveMailbox]:
    """Mailboxes on such a server, without extensions."""
    async with LiveMailbox(condstore=False, move=False, uidplus=False, list_status=False) as box:
        for name in ("Archive", "Trash"):
            box.add_mailbox(name, f"\\{name}")
        box.on_answer = _otherwise
        yield box


async def test_an_odd_server_is_mirrored_and_obeys_wishes(mirror: Mirror, odd: LiveMailbox) -> None:
    for subject in ("Stays", "Archived", "Deleted"):
        odd.deliver(a_message(subject))
    gone = odd.deliver(a_message("Gone"))
    await mirror.add(odd.port)
    await mirror.until_live()
    keys = {item["subject"]: await mirror.key_of(item["subject"]) for item in await mirror.inbox()}
    assert sorted(keys) == ["Archived", "Deleted", "Gone", "Stays"]

    await eventually(odd.watched_now, what="a client that idles")
    (follower,) = [session for session in odd.sessions if session.idling]
    odd.expunge(gone)
    odd.deliver(a_message("New"))
    await eventually(lambda: mirror.told("email_received"), what="the arrival")
    assert follower in odd.sessions  # the mirror has understood: it did not have to begin anew
    await mirror.actions(mirror.owner, [keys["Archived"]], Request(Action.ARCHIVE))
    await mirror.actions(mirror.owner, [keys["Deleted"]], Request(Action.DELETE))
    await eventually(mirror.settled, what="the wishes carried out")
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")

    assert await mirror.told("intent_rejected") == []
    assert await mirror.subjects() == ["New", "Stays"]
    assert await mirror.subjects_in("Archive") == ["Archived"]
    assert await mirror.subjects_in("Trash") == ["Deleted"]


async def test_levels_are_known_where_the_inbox_has_none(mirror: Mirror, odd: LiveMailbox) -> None:
    account = await mirror.add(odd.port)
    await mirror.until_live()

    work = await create(mirror, account, "Work")
    await create(mirror, account, "Bills", work)
    await done_and_equal(mirror)

    assert {"Work", "Work/Bills"} <= set(odd.mailboxes)
