"""A server that forgets, lies or comes back from a backup costs no mail and invents none."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.sync.filing import equal
from tests.support.live_box import Stored
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.ids import AccountId


@pytest_asyncio.fixture(params=["qresync", "condstore", "plain"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[LiveMailbox]:
    """A server of each ability, with twelve messages in Work."""
    async with LiveMailbox(
        condstore=request.param != "plain", qresync=request.param == "qresync"
    ) as running:
        running.add_mailbox("Work")
        for number in range(12):
            running.deliver(a_message(f"Work {number}"), mailbox="Work")
        yield running


async def look(mirror: Mirror, account: AccountId) -> None:
    """Look at everything and wait until mirror and server are equal."""
    mirror.fleet.sync_now(account)
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")


async def work_ids(mirror: Mirror) -> dict[str, str]:
    """Return the ids of the messages in Work by subject."""
    box = await mirror.mailbox("Work")
    async with mirror.built.reader() as driver:
        rows = await driver.fetch(
            "SELECT g.subject, g.id FROM mailbox_entries e JOIN messages g ON g.id = e.message_id"
            " WHERE e.mailbox_id = $1",
            box,
        )
    return {row["subject"]: str(row["id"]) for row in rows}


async def test_a_renamed_mailbox_is_the_same_mailbox(mirror: Mirror, server: LiveMailbox) -> None:
    account = await mirror.add(server.port)
    await mirror.until_live()
    box, ids = await mirror.mailbox("Work"), await work_ids(mirror)

    server.rename_mailbox("Work", "Labour")
    await look(mirror, account)

    assert await mirror.mailbox("Labour") == box
    assert await mirror.told("mailbox_deleted") == []
    assert await mirror.told("email_deleted") == []
    server.rename_mailbox("Labour", "Work")
    await look(mirror, account)
    assert await work_ids(mirror) == ids


async def test_mailboxes_of_one_uid_validity_are_told_apart_by_their_object_ids(
    mirror: Mirror,
) -> None:
    async with LiveMailbox(object_id=True) as server:
        for name in ("One", "Two"):
            server.add_mailbox(name).uid_validity = 5
            server.deliver(a_message(f"In {name}"), mailbox=name)
        account = await mirror.add(server.port)
        await mirror.until_live()
        await look(mirror, account)
        before = {name: await mirror.mailbox(name) for name in ("One", "Two")}

        server.rename_mailbox("One", "Third")
        server.rename_mailbox("Two", "Fourth")
        await look(mirror, account)

        assert await mirror.mailbox("Third") == before["One"]
        assert await mirror.mailbox("Fourth") == before["Two"]


async def test_a_mailbox_that_one_session_does_not_list_is_kept(
    mirror: Mirror, server: LiveMailbox
) -> None:
    account = await mirror.add(server.port)
    await mirror.until_live()
    hidden = []

    def hide(command: str) -> None:
        if "STATUS" in command and not hidden:
            hidden.append(server.mailboxes.pop("Work"))
        elif hidden and command.startswith("AUTHENTICATE"):
            server.mailboxes.setdefault("Work", hidden[0])

    server.on_command = hide
    await look(mirror, account)

    assert hidden
    assert len(await work_ids(mirror)) == 12
    assert await mirror.told("mailbox_deleted") == []


async def test_messages_that_one_session_does_not_list_are_kept(
    mirror: Mirror, server: LiveMailbox
) -> None:
    account = await mirror.add(server.port)
    await mirror.until_live()
    work = server.mailboxes["Work"]
    kept, lost = list(work.messages), []
    since = (await mirror.told())[-1]["seq"]

    def lose(command: str) -> None:
        if command.startswith('SELECT "Work"') and not lost:
            lost.append(work.messages[:6])
            del work.messages[:6]
            work.mod_seq += 1
        elif lost and command.startswith("AUTHENTICATE"):
            work.messages[:] = kept

    work.mod_seq += 1
    server.on_command = lose
    await look(mirror, account)

    assert lost
    assert [c for c in await mirror.told(since=since) if c["type"] == "email_deleted"] == []
    assert len(await work_ids(mirror)) == 12


async def test_many_messages_that_are_really_gone_go_after_a_second_look(
    mirror: Mirror, server: LiveMailbox
) -> None:
    account = await mirror.add(server.port)
    await mirror.until_live()
    for stored in server.mailboxes["Work"].messages[:10]:
        server.expunge(stored.uid, mailbox="Work")
    server.commands.clear()

    await look(mirror, account)

    said = list(server.commands)
    if server.features.qresync:
        assert not [c for c in said if c.startswith("UID SEARCH")], "VANISHED is proof enough"
    else:
        again = [i for i, c in enumerate(said) if c.startswith('EXAMINE "Work"')]
        assert again
        assert [c for c in said[again[0] :] if c.startswith("UID SEARCH")]
    assert await mirror.subjects_in("Work") == ["Work 10", "Work 11"]


async def test_a_lost_vanished_is_noticed(mirror: Mirror, server: LiveMailbox) -> None:
    account = await mirror.add(server.port)
    await mirror.until_live()
    server.expunge(server.mailboxes["Work"].messages[3].uid, mailbox="Work")
    server.mailboxes["Work"].vanished.clear()

    await look(mirror, account)

    assert "Work 3" not in await mirror.subjects_in("Work")


async def test_a_vanished_that_names_all_is_not_believed(mirror: Mirror) -> None:
    async with LiveMailbox() as server:
        for number in range(12):
            server.deliver(a_message(f"No {number}"))
        work = server.add_mailbox("Work")
        for number in range(12):
            server.deliver(a_message(f"Work {number}"), mailbox="Work")
        account = await mirror.add(server.port)
        await mirror.until_live()
        work.mod_seq += 1
        work.vanished += [(work.mod_seq, stored.uid) for stored in work.messages]
        since = (await mirror.told())[-1]["seq"]

        await look(mirror, account)

        told = await mirror.told(since=since)
        assert {"email_deleted", "reset"} & {change["type"] for change in told} == set()


async def test_a_server_from_a_backup_is_compared_by_content(
    mirror: Mirror, server: LiveMailbox
) -> None:
    account = await mirror.add(server.port)
    await mirror.until_live()
    work = server.mailboxes["Work"]

    # Back to the first eight; then two others took the UIDs of what was lost.
    del work.messages[8:]
    work.uid_next = work.messages[-1].uid + 1
    work.mod_seq = 4
    work.vanished.clear()
    for number in range(2):
        server.deliver(a_message(f"After the backup {number}"), mailbox="Work")
    await look(mirror, account)

    subjects = await mirror.subjects_in("Work")
    assert subjects == sorted(
        [f"Work {n}" for n in range(8)] + [f"After the backup {n}" for n in range(2)]
    )
    assert await mirror.told("email_received") == []
    server.deliver(a_message("Real news"), mailbox="Work")
    await look(mirror, account)
    assert len(await mirror.told("email_received")) == 1


@pytest.mark.parametrize("then", [1, 0], ids=["lower", "none"])
async def test_flags_are_compared_when_mod_sequences_are_lost(mirror: Mirror, then: int) -> None:
    async with LiveMailbox() as server:
        server.add_mailbox("Work")
        uids = [server.deliver(a_message(f"Work {n}"), mailbox="Work") for n in range(6)]
        account = await mirror.add(server.port)
        await mirror.until_live()
        work = server.mailboxes["Work"]
        for stored in work.messages:
            stored.mod_seq = 1
        work.mod_seq = then
        work.find(uids[2])[1].flags.add("\\Flagged")

        await look(mirror, account)

        assert [c["is_starred"] for c in await mirror.told("email_starred")] == [True]


async def test_a_mailbox_numbered_anew_again_and_again_is_left_alone_and_can_be_mended(
    mirror: Mirror, server: LiveMailbox
) -> None:
    account = await mirror.add(server.port)
    await mirror.until_live()
    ids = await work_ids(mirror)
    work = server.mailboxes["Work"]
    for _ in range(3):
        _number_anew(work.messages)
        work.uid_validity += 10
        work.uid_next += 100
        await look(mirror, account)
        assert await work_ids(mirror) == ids

    def again(command: str) -> None:
        if command.startswith('SELECT "Work"'):
            work.uid_validity += 10

    server.on_command = again
    work.uid_validity += 10  # as a survey tells
    mirror.fleet.sync_now(account)

    async def broken() -> bool:
        return (await mirror.sync_of("Work"))["state"] == "broken"

    await eventually(broken, what="a broken mailbox")
    assert "too often" in (await mirror.sync_of("Work"))["reason"]
    assert await work_ids(mirror) == ids
    server.on_command = None
    await look(mirror, account)
    assert (await mirror.sync_of("Work"))["state"] == "live"
    assert await work_ids(mirror) == ids
    assert await mirror.told("email_received") == []


def _number_anew(messages: list[Stored]) -> None:
    for stored in messages:
        stored.uid += 100
