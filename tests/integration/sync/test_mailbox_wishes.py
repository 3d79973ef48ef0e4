"""Mailboxes created, renamed, deleted and subscribed to: shown at once, done once, undone."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.sync.filing import on_server
from tests.integration.sync.mailbox_tree import create, done_and_equal, tree
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.ids import MailboxId
from vexmail.usecases.act_on_emails import Action, Request
from vexmail.usecases.change_mailboxes import MailboxChange


@pytest_asyncio.fixture
async def mailbox() -> AsyncIterator[LiveMailbox]:
    """An empty INBOX; what servers do differently is tried on real ones."""
    async with LiveMailbox() as running:
        yield running


async def test_a_mailbox_is_shown_at_once_and_made_on_the_server(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    account = await mirror.add(folders.port)
    await mirror.until_live()

    work = await create(mirror, account, "Work")
    below = await create(mirror, account, "Bills & Äpfel", work)
    shown = (await tree(mirror))["Work/Bills & Äpfel"]

    assert shown["parent_id"] == str(work)
    assert shown["name"] == "Bills & Äpfel"
    await done_and_equal(mirror)
    assert {"Work", "Work/Bills &- &AMQ-pfel"} <= folders.mailboxes.keys()
    assert folders.mailboxes["Work"].subscribed
    now = await tree(mirror)
    assert now["Work/Bills & Äpfel"]["id"] == str(below)
    assert [now[path]["pending"] for path in ("Work", "Work/Bills & Äpfel")] == [None, None]
    told = [c["mailbox"]["path"] for c in await mirror.told("mailbox_created")]
    assert told.count("Work") == 1


async def test_mail_is_moved_into_a_mailbox_that_is_still_to_be_created(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy
) -> None:
    folders.deliver(a_message("Contract"))
    account = await mirror.add(network.port)
    await mirror.until_live()
    key = await mirror.key_of("Contract")
    network.cut()

    work = await create(mirror, account, "Work")
    assert (await tree(mirror))["Work"]["pending"] == "create"
    await mirror.actions(mirror.owner, [key], Request(Action.MOVE, mailbox_id=work))
    renamed = MailboxChange(name="Office")
    await mirror.changing.change(mirror.owner, work, renamed)
    await mirror.actions(mirror.owner, [key], Request(Action.READ))
    assert await mirror.subjects_in("Office") == ["Contract"]
    network.heal()

    await done_and_equal(mirror)
    assert on_server(folders, "Office") == ["Contract"]
    assert folders.mailboxes["Office"].messages[0].flags == {"\\Seen"}
    assert "Work" not in folders.mailboxes
    assert await mirror.key_in("Office") == key


async def test_a_renamed_mailbox_takes_those_below_and_its_mail_along(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    for name in ("Work", "Work/Bills", "Workshop"):
        folders.add_mailbox(name)
    folders.deliver(a_message("Paid"), mailbox="Work/Bills")
    await mirror.add(folders.port)
    await mirror.until_live()
    key = await mirror.key_in("Work/Bills")
    ids = {path: box["id"] for path, box in (await tree(mirror)).items()}

    change = MailboxChange(name="Job", parent_id=MailboxId(int(ids["Workshop"])))
    done = await mirror.changing.change(mirror.owner, MailboxId(int(ids["Work"])), change)

    shown = await tree(mirror)
    assert done.mailbox is not None
    assert done.mailbox["path"] == "Workshop/Job"
    assert shown["Workshop/Job/Bills"]["id"] == ids["Work/Bills"]
    await done_and_equal(mirror)
    assert {"Workshop", "Workshop/Job", "Workshop/Job/Bills"} <= folders.mailboxes.keys()
    assert await mirror.key_in("Workshop/Job/Bills") == key
    await mirror.undo(mirror.owner, done.operation_id)
    assert (await tree(mirror))["Work/Bills"]["id"] == ids["Work/Bills"]
    await done_and_equal(mirror)
    assert {"Work", "Work/Bills"} <= folders.mailboxes.keys()


async def test_a_deleted_mailbox_leaves_its_mail_in_trash_and_comes_back_on_undo(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    for name in ("Old", "Old/Sub"):
        folders.add_mailbox(name)
        folders.deliver(a_message(f"In {name}"), mailbox=name)
    await mirror.add(folders.port)
    await mirror.until_live()

    done = await mirror.changing.delete(mirror.owner, await mirror.mailbox("Old"), permanent=False)

    assert not {"Old", "Old/Sub"} & (await tree(mirror)).keys()
    assert await mirror.subjects_in("Trash") == ["In Old", "In Old/Sub"]
    await done_and_equal(mirror)
    assert not {"Old", "Old/Sub"} & folders.mailboxes.keys()
    assert on_server(folders, "Trash") == ["In Old", "In Old/Sub"]
    undone = await mirror.undo(mirror.owner, done.operation_id)
    assert undone.failures == []
    assert await mirror.subjects_in("Old/Sub") == ["In Old/Sub"]
    await done_and_equal(mirror)
    assert on_server(folders, "Old") == ["In Old"]
    assert on_server(folders, "Old/Sub") == ["In Old/Sub"]
    assert on_server(folders, "Trash") == []


async def test_a_deletion_for_good_can_be_taken_back_for_a_while(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    folders.add_mailbox("Old")
    folders.deliver(a_message("Treasure"), mailbox="Old")
    await mirror.add(folders.port)
    await mirror.until_live()

    done = await mirror.changing.delete(mirror.owner, await mirror.mailbox("Old"), permanent=True)
    assert "Old" not in await tree(mirror)
    await mirror.undo(mirror.owner, done.operation_id)

    assert await mirror.subjects_in("Old") == ["Treasure"]
    await done_and_equal(mirror)
    assert on_server(folders, "Old") == ["Treasure"]


async def test_a_subscription_and_its_end_reach_the_server(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    await mirror.add(folders.port)
    await mirror.until_live()
    archive = await mirror.mailbox("Archive")

    done = await mirror.changing.change(mirror.owner, archive, MailboxChange(subscribed=False))
    assert not (await tree(mirror))["Archive"]["subscribed"]
    await done_and_equal(mirror)
    assert not folders.mailboxes["Archive"].subscribed
    await mirror.undo(mirror.owner, done.operation_id)
    await done_and_equal(mirror)

    assert folders.mailboxes["Archive"].subscribed


@pytest.mark.parametrize("verb", ["CREATE", "RENAME", "DELETE"])
async def test_a_command_whose_answer_was_lost_is_done_once(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy, verb: str
) -> None:
    folders.add_mailbox("Old")
    folders.add_mailbox("Old/Sub")
    folders.deliver(a_message("Kept"), mailbox="Old/Sub")
    account = await mirror.add(network.port)
    await mirror.until_live()
    old = await mirror.mailbox("Old")
    key = await mirror.key_in("Old/Sub")

    def cut_after_it(command: str) -> None:
        if command.upper().startswith(verb):
            folders.on_command = None
            asyncio.get_running_loop().call_soon(network.cut)

    folders.on_command = cut_after_it
    if verb == "CREATE":
        await create(mirror, account, "New")
    elif verb == "RENAME":
        await mirror.changing.change(mirror.owner, old, MailboxChange(name="New"))
    else:
        await mirror.changing.delete(mirror.owner, old, permanent=False)

    async def carried_out() -> bool:
        names = folders.mailboxes.keys()
        return "Old/Sub" not in names if verb == "DELETE" else "New" in names

    await eventually(carried_out, what="the command carried out")
    network.heal()

    await done_and_equal(mirror)
    assert await mirror.told("intent_rejected") == []
    match verb:
        case "CREATE":
            assert {"New", "Old", "Old/Sub"} <= folders.mailboxes.keys()
            assert folders.mailboxes["New"].subscribed
        case "RENAME":
            assert await mirror.key_in("New/Sub") == key
            assert on_server(folders, "New/Sub") == ["Kept"]
            assert folders.mailboxes["New/Sub"].subscribed
        case _:
            assert not {"Old", "Old/Sub"} & folders.mailboxes.keys()
            assert on_server(folders, "Trash") == ["Kept"]


async def test_a_wish_that_waits_is_taken_back_without_a_trace(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy
) -> None:
    folders.add_mailbox("Work")
    folders.deliver(a_message("Contract"))
    account = await mirror.add(network.port)
    await mirror.until_live()
    before = await tree(mirror)
    key = await mirror.key_of("Contract")
    network.cut()
    made = await mirror.changing.create(mirror.owner, account, "New", None)
    assert made.mailbox is not None
    new = MailboxId(int(made.mailbox["id"]))
    await mirror.actions(mirror.owner, [key], Request(Action.MOVE, mailbox_id=new))
    work = await mirror.mailbox("Work")
    named = await mirror.changing.change(mirror.owner, work, MailboxChange(name="Job"))
    gone = await mirror.changing.delete(mirror.owner, work, permanent=False)

    for operation in (gone, named, made):
        await mirror.undo(mirror.owner, operation.operation_id)

    assert await tree(mirror) == before
    assert await mirror.settled()
    network.heal()
    await done_and_equal(mirror)
    assert not any(command.startswith(("CREATE", "RENAME")) for command in folders.commands)
