"""What is told when a wish about a place is taken back and the place has changed meanwhile."""

import asyncio

from tests.integration.usecases.desk import Desk, a_letter, a_mailbox, kinds
from tests.support.waiting import eventually
from vexmail.domain.errors import CommandRefused
from vexmail.domain.ids import MailboxId, MessageId, Uid
from vexmail.domain.intent import PendingIntent, Wish, WishKind
from vexmail.domain.mailbox import MailboxRole
from vexmail.store import mailboxes
from vexmail.usecases.act_on_emails import Action, ActOnEmails, Request
from vexmail.usecases.wishes import Wishes

NO = CommandRefused("The server said no.", "NOPERM")


async def moving(desk: Desk) -> tuple[MailboxId, MailboxId, MessageId, PendingIntent]:
    """Show a letter in the archive that still lies in the inbox."""
    inbox = await desk.inbox(a_letter(1))
    archive = await desk.synced(a_mailbox("Archive"))
    key = MessageId(int((await desk.listed(inbox))[0]["id"]))
    await ActOnEmails(desk.uow, desk.sync)(desk.owner, [key], Request(Action.MOVE, archive))
    (intent,) = await desk.plan.due_intents(desk.account)
    assert isinstance(intent, PendingIntent)
    return inbox, archive, key, intent


async def test_a_letter_that_went_meanwhile_is_not_told_to_come_back(desk: Desk) -> None:
    inbox, archive, key, intent = await moving(desk)
    await desk.vanish(inbox, 1)
    since = await desk.last_seq()

    await desk.settle.rejected(desk.account, [intent], NO)

    assert await desk.email(key) is None
    assert await desk.told(since, "email_moved") == []
    (gone,) = await desk.told(since, "email_deleted")
    assert (gone["email_id"], gone["mailbox_id"]) == (str(key), str(archive))


async def test_a_letter_that_came_meanwhile_is_not_told_to_leave(desk: Desk) -> None:
    inbox, archive, key, intent = await moving(desk)
    await desk.arrive(archive, a_letter(5, "Letter 1"))
    since = await desk.last_seq()

    await desk.settle.rejected(desk.account, [intent], NO)

    view = await desk.email(key)
    assert view is not None
    assert view["mailbox_ids"] == [str(inbox), str(archive)]
    (moved,) = await desk.told(since, "email_moved")
    assert moved["from_mailbox_id"] is None
    assert moved["to_mailbox_id"] == str(inbox)


async def test_a_letter_that_neither_stays_nor_comes_back_tells_nothing(desk: Desk) -> None:
    inbox, archive, _, intent = await moving(desk)
    await desk.arrive(archive, a_letter(5, "Letter 1"))
    await desk.vanish(inbox, 1)
    since = await desk.last_seq()

    await desk.settle.rejected(desk.account, [intent], NO)

    assert kinds(await desk.told(since)) == ["intent_rejected"]


async def test_mail_that_came_just_before_a_moved_letter_is_told_as_new(desk: Desk) -> None:
    _, archive, key, intent = await moving(desk)
    since = await desk.last_seq()

    await desk.settle.place_settled(desk.account, [(intent, Uid(3))])
    shown = await desk.listed(archive)
    await desk.arrive(archive, a_letter(1, "New"), a_letter(2, "Newer"), a_letter(3, "Letter 1"))

    assert [item["id"] for item in shown] == [str(key)]
    told = await desk.told(since, "email_received", "email_moved")
    assert [(t["type"], t["email"]["subject"]) for t in told] == [
        ("email_received", "New"),
        ("email_received", "Newer"),
    ]
    uids = await desk.rows(
        "SELECT uid, message_id FROM mailbox_entries WHERE mailbox_id = $1 ORDER BY uid", archive
    )
    assert [row["uid"] for row in uids] == [1, 2, 3]
    assert uids[2]["message_id"] == key
    assert (await desk.held(archive)).total == 3


async def test_a_letter_that_moves_while_an_action_waits_is_taken_from_where_it_lies(
    desk: Desk,
) -> None:
    inbox = await desk.inbox(a_letter(1))
    archive = await desk.synced(a_mailbox("Archive"))
    trash = await desk.synced(a_mailbox("Trash", MailboxRole.TRASH))
    key = MessageId(int((await desk.listed(inbox))[0]["id"]))
    act = ActOnEmails(desk.uow, desk.sync)
    move = Wish(WishKind.MOVE, source=inbox, target=archive)

    async with asyncio.TaskGroup() as group, desk.uow() as tx:
        await mailboxes.lock_account(tx, desk.account)
        waiting = group.create_task(act(desk.owner, [key], Request(Action.DELETE)))
        await eventually(lambda: is_waiting_for_a_lock(desk), what="the action that waits")
        wishes = Wishes(tx, desk.owner, desk.account)
        await wishes.record(key, move)
        await wishes.finish()

    assert (await waiting).changed == 1
    view = await desk.email(key)
    assert view is not None
    assert view["mailbox_ids"] == [str(trash)]


async def is_waiting_for_a_lock(desk: Desk) -> bool:
    """Tell whether a transaction waits for another one."""
    waiting = "SELECT count(*) AS n FROM pg_locks WHERE NOT granted"
    return bool((await desk.rows(waiting))[0]["n"])
