"""The comparison with a server names every difference and changes nothing."""

from dataclasses import replace

import pytest

from tests.integration.usecases.desk import GENERATION, INBOX, LOGIN, NOWHERE, Desk, a_mailbox
from tests.integration.usecases.desk import a_letter as letter
from tests.integration.usecases.moody_mailbox import with_ghost
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from vexmail.domain.errors import ConnectionRefused
from vexmail.domain.flags import FLAGGED, SEEN, FlagEdit
from vexmail.domain.ids import MessageId
from vexmail.imap.server import AioimaplibMailServer
from vexmail.usecases.compare_with_server import CompareWithServer


async def differences(desk: Desk, port: int) -> list[tuple[str, str]]:
    """Say where the server is and return what the comparison with it found."""
    login = (replace(NOWHERE, port=port), LOGIN)
    await desk.accounts.change(desk.owner, desk.account, login=login)
    since = await desk.last_seq()
    found = await compared(desk)
    assert await desk.last_seq() == since, "comparing tells nothing"
    return found


async def compared(desk: Desk) -> list[tuple[str, str]]:
    """Return what the comparison found."""
    (account,) = await desk.plan.accounts()
    compare = CompareWithServer(desk.uow, desk.plan, AioimaplibMailServer())
    return [(d.mailbox, d.what) for d in await compare(account)]


async def test_missing_extra_and_changed_messages_are_named_with_their_uids(desk: Desk) -> None:
    await desk.inbox(*(letter(uid) for uid in range(1, 11)))
    async with LiveMailbox(uid_validity=GENERATION) as server:
        for uid in range(1, 13):
            server.deliver(a_message(f"Letter {uid}"), [SEEN] if uid == 10 else [])
        for uid in range(2, 9):
            server.expunge(uid)
        found = await differences(desk, server.port)

    assert found == [
        ("INBOX", "2 messages missing here (UID 11, 12)"),
        ("INBOX", "7 messages not on the server (UID 2, 3, 4, 5, 6)"),
        ("INBOX", "1 messages with other flags (UID 10)"),
    ]


async def test_a_mirror_that_is_equal_has_none_and_a_pending_wish_is_none(desk: Desk) -> None:
    box = await desk.inbox(letter(1, flags=[FLAGGED]))
    (item,) = await desk.listed(box)
    async with LiveMailbox(uid_validity=GENERATION) as server:
        server.deliver(a_message("Letter 1"), [FLAGGED])
        assert await differences(desk, server.port) == []

        read = FlagEdit(add=frozenset({SEEN}))
        await desk.wish(desk.owner, MessageId(int(item["id"])), read)

        assert await differences(desk, server.port) == []


async def test_mailboxes_that_one_side_lacks_are_named(desk: Desk) -> None:
    await desk.take_list(desk.account, [a_mailbox("Work")])
    async with LiveMailbox(uid_validity=GENERATION) as server:
        found = await differences(desk, server.port)

    assert found == [
        ("INBOX", "is on the server and missing here"),
        ("Work", "is here and not on the server"),
    ]


async def test_a_mailbox_numbered_anew_is_named_as_such(desk: Desk) -> None:
    await desk.inbox(letter(1))
    async with LiveMailbox(uid_validity=GENERATION + 1) as server:
        server.deliver(a_message("Letter 1"))
        found = await differences(desk, server.port)

    assert found == [("INBOX", "was numbered anew and is not synced again yet")]


async def test_a_mailbox_that_does_not_open_is_named_with_the_reason(desk: Desk) -> None:
    async with with_ghost("Locked", uid_validity=GENERATION) as server:
        await desk.take_list(desk.account, [INBOX, a_mailbox("Locked")])
        found = await differences(desk, server.port)

    ((mailbox, what),) = [pair for pair in found if pair[0] == "Locked"]
    assert mailbox == "Locked"
    assert what.startswith("cannot be opened on the server: ")


async def test_a_server_that_is_away_is_an_error_and_not_a_difference(desk: Desk) -> None:
    async with LiveMailbox() as server:
        await differences(desk, server.port)

    with pytest.raises(ConnectionRefused):
        await compared(desk)
