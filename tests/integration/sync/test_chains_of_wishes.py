"""Wishes that build on each other: what is moved again before it was moved at all."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.sync.filing import equal, on_server
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.ids import MessageId, OperationId
from vexmail.usecases.act_on_emails import Action, Request


@pytest_asyncio.fixture
async def mailbox() -> AsyncIterator[LiveMailbox]:
    """A server that does not tell under which UID a moved message lies now."""
    async with LiveMailbox(uidplus=False) as running:
        yield running


async def offline(mirror: Mirror, folders: LiveMailbox, network: FaultProxy) -> MessageId:
    """Sync an inbox of one message and cut the network; answer the message."""
    folders.deliver(a_message("Wanders"))
    await mirror.add(network.port)
    await mirror.until_live()
    network.cut()
    return await mirror.key_of("Wanders")


async def act(mirror: Mirror, key: MessageId, *actions: Action) -> list[OperationId]:
    """Act on a message, one action after the other."""
    return [(await mirror.actions(mirror.owner, [key], Request(a))).operation_id for a in actions]


async def test_a_message_that_comes_back_to_where_it_was_moved_is_counted_once(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy
) -> None:
    key = await offline(mirror, folders, network)

    await act(mirror, key, Action.ARCHIVE, Action.NOT_SPAM, Action.ARCHIVE)
    assert await mirror.subjects_in("Archive") == ["Wanders"]
    network.heal()

    await eventually(mirror.settled, what="wishes carried out")
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
    assert on_server(folders, "Archive") == ["Wanders"]
    (archive,) = [box for box in await mirror.mailboxes() if box["path"] == "Archive"]
    assert (archive["total"], archive["unread"]) == (1, 1)


async def test_what_builds_on_a_refused_move_is_taken_back_with_it(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy
) -> None:
    key = await offline(mirror, folders, network)
    folders.refuse('UID MOVE 1 "Archive"', "[OVERQUOTA] full")

    await act(mirror, key, Action.ARCHIVE, Action.DELETE)
    assert await mirror.subjects_in("Trash") == ["Wanders"]
    network.heal()

    await eventually(mirror.settled, what="wishes closed")
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
    assert await mirror.subjects() == ["Wanders"]
    assert await mirror.subjects_in("Trash") == []
    async with mirror.built.reader() as driver:
        rows = await driver.fetch("SELECT state, error_code FROM intents")
    assert [tuple(row) for row in rows] == [("rejected", "over_quota")] * 2


async def test_what_builds_on_a_move_that_is_undone_is_taken_back_with_it(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy
) -> None:
    key = await offline(mirror, folders, network)
    archived, _ = await act(mirror, key, Action.ARCHIVE, Action.DELETE)

    await mirror.undo(mirror.owner, archived)

    assert await mirror.subjects() == ["Wanders"]
    assert await mirror.subjects_in("Trash") == []
    network.heal()
    await eventually(mirror.settled, what="wishes closed")
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
    assert on_server(folders, "INBOX") == ["Wanders"]


async def test_what_does_not_build_on_a_refused_move_stays(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy
) -> None:
    key = await offline(mirror, folders, network)
    folders.refuse('UID MOVE 1 "Archive"', "[OVERQUOTA] full")

    await act(mirror, key, Action.ARCHIVE, Action.STAR)
    network.heal()

    await eventually(mirror.settled, what="wishes closed")
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
    assert folders.messages[0].flags == {"\\Flagged"}
