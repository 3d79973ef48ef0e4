"""What the server lists while wishes about mailboxes are half done, and which wish waits."""

from dataclasses import replace

import pytest

from tests.integration.usecases.desk import INBOX, Desk, a_letter, a_mailbox, kinds
from vexmail.domain.change import Json
from vexmail.domain.errors import CommandRefused
from vexmail.domain.ids import MailboxId, MessageId
from vexmail.domain.intent import MailboxWishKind, PendingMailboxIntent
from vexmail.domain.mailbox import MailboxRole
from vexmail.store.queries import mailboxes as views
from vexmail.usecases.act_on_emails import Action, ActOnEmails, Request
from vexmail.usecases.change_mailboxes import ChangeMailboxes, MailboxChange
from vexmail.usecases.undo_operation import UndoOperation

TRASH = a_mailbox("Trash", MailboxRole.TRASH)


@pytest.fixture
def changing(desk: Desk) -> ChangeMailboxes:
    """The verbs of a person."""
    return ChangeMailboxes(desk.uow, desk.sync)


async def tree(desk: Desk) -> dict[str, Json]:
    """Return the mailboxes that are shown, by path."""
    async with desk.reader() as driver:
        return {box["path"]: box for box in await views.tree(driver, desk.owner)}


async def the_wish(desk: Desk, kind: MailboxWishKind) -> PendingMailboxIntent:
    """Return the only due wish of a kind."""
    due = await desk.plan.due_intents(desk.account)
    (found,) = [i for i in due if isinstance(i, PendingMailboxIntent) and i.wish.kind is kind]
    return found


async def test_a_list_that_shows_what_we_have_just_made_finds_our_row(
    desk: Desk, changing: ChangeMailboxes
) -> None:
    await desk.inbox()
    made = await changing.create(desk.owner, desk.account, "Work", None)
    assert made.mailbox is not None
    wish = await the_wish(desk, MailboxWishKind.CREATE)

    await desk.take_list(desk.account, [INBOX, a_mailbox("Work")])
    between = (await tree(desk))["Work"]
    await desk.settle.mailbox_settled(desk.account, wish, "Work")

    assert between["id"] == made.mailbox["id"]
    assert (await tree(desk))["Work"]["pending"] is None
    assert "mailbox_deleted" not in kinds(await desk.told(0))


async def test_a_list_without_a_mailbox_that_is_to_be_made_leaves_it_alone(
    desk: Desk, changing: ChangeMailboxes
) -> None:
    await desk.inbox()
    await changing.create(desk.owner, desk.account, "Work", None)

    boxes = await desk.take_list(desk.account, [INBOX])

    assert [box.name for box in boxes] == ["INBOX"]  # what a lane may look at
    assert (await tree(desk))["Work"]["pending"] == "create"


async def test_a_list_never_shows_the_old_name_of_a_mailbox_that_is_to_be_renamed(
    desk: Desk, changing: ChangeMailboxes
) -> None:
    await desk.inbox()
    work = await desk.synced(a_mailbox("Work"), a_letter(1))
    listed = [INBOX, a_mailbox("Work"), a_mailbox("Work/Sub")]
    await desk.take_list(desk.account, listed)
    await changing.change(desk.owner, work, MailboxChange(name="Job"))
    seq = await desk.last_seq()

    await desk.take_list(desk.account, [*listed, a_mailbox("Work/New")])

    shown = await tree(desk)
    assert {"Job", "Job/Sub", "Job/New"} < shown.keys()
    assert not {"Work", "Work/Sub"} & shown.keys()
    assert kinds(await desk.told(seq)) == ["mailbox_created"]


async def test_a_list_that_shows_what_we_have_just_renamed_keeps_rows_and_mail(
    desk: Desk, changing: ChangeMailboxes
) -> None:
    await desk.inbox()
    work = await desk.synced(a_mailbox("Work"), a_letter(1))
    below = await desk.synced(a_mailbox("Work/Sub"), a_letter(2))
    await changing.change(desk.owner, work, MailboxChange(name="Job"))
    wish = await the_wish(desk, MailboxWishKind.RENAME)
    seq = await desk.last_seq()

    unsubscribed = [replace(a_mailbox(name), subscribed=False) for name in ("Job", "Job/Sub")]
    await desk.take_list(desk.account, [INBOX, *unsubscribed])
    await desk.settle.mailbox_settled(desk.account, wish, "Job")

    assert [(await tree(desk))[path]["id"] for path in ("Job", "Job/Sub")] == [
        str(work),
        str(below),
    ]
    assert [(await desk.held(box)).wire_name for box in (work, below)] == ["Job", "Job/Sub"]
    assert len(await desk.listed(below)) == 1
    assert "mailbox_deleted" not in kinds(await desk.told(seq))
    assert (await tree(desk))["Job/Sub"]["subscribed"], "subscriptions follow later"


async def test_a_rename_back_that_waits_behind_the_rename_is_shown(
    desk: Desk, changing: ChangeMailboxes
) -> None:
    await desk.inbox()
    work = await desk.synced(a_mailbox("Work"), a_letter(1))
    for name in ("Job", "Work", "Office"):
        await changing.change(desk.owner, work, MailboxChange(name=name))

    await desk.take_list(desk.account, [INBOX, a_mailbox("Work")])
    assert "Office" in await tree(desk)
    refused = CommandRefused("No.")
    due = await desk.plan.due_intents(desk.account)
    await desk.settle.rejected(desk.account, due[:1], refused)

    # The way to Job and back falls; from Work to Office is still a way.
    assert "Office" in await tree(desk)
    assert [intent.id for intent in await desk.plan.due_intents(desk.account)] == [due[2].id]
    await desk.settle.rejected(desk.account, due[2:], refused)
    assert "Work" in await tree(desk)


async def test_what_names_a_new_mailbox_waits_for_it_and_a_deletion_for_what_is_taken_out(
    desk: Desk, changing: ChangeMailboxes
) -> None:
    inbox = await desk.inbox(a_letter(1))
    await desk.synced(TRASH)
    old = await desk.synced(a_mailbox("Old"), a_letter(2))
    key = MessageId(int((await desk.listed(inbox))[0]["id"]))
    made = await changing.create(desk.owner, desk.account, "Work", None)
    assert made.mailbox is not None
    target = MailboxId(int(made.mailbox["id"]))
    acting = ActOnEmails(desk.uow, desk.sync)
    await acting(desk.owner, [key], Request(Action.MOVE, mailbox_id=target))
    await changing.delete(desk.owner, old, permanent=False)

    async def due() -> list[str]:
        return [intent.wish.kind.value for intent in await desk.plan.due_intents(desk.account)]

    assert await due() == ["create_mailbox", "move", "move", "delete_mailbox"]
    create, _, out, delete = await desk.plan.due_intents(desk.account)
    assert await desk.plan.is_held_up(delete)
    await desk.plan.postpone([create], 60.0)
    assert await due() == []
    assert isinstance(create, PendingMailboxIntent)
    await desk.settle.mailbox_settled(desk.account, create, "Work")
    await desk.plan.postpone([out], 60.0)
    assert await due() == ["move"]


async def test_a_mailbox_out_of_view_is_not_forgotten_and_not_shown_by_a_list(
    desk: Desk, changing: ChangeMailboxes
) -> None:
    await desk.inbox()
    await desk.synced(TRASH)
    old = await desk.synced(a_mailbox("Old"), a_letter(1))
    gone = await changing.delete(desk.owner, old, permanent=True)

    for listed in ([INBOX, TRASH], [INBOX, TRASH, a_mailbox("Old")]):
        await desk.take_list(desk.account, listed)
        assert "Old" not in await tree(desk)
    await UndoOperation(desk.uow, desk.sync)(desk.owner, gone.operation_id)

    assert (await tree(desk))["Old"]["total"] == 1
    assert len(await desk.listed(old)) == 1
