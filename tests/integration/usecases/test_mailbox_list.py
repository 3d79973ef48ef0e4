"""Our mailboxes are the server's, and listeners hear of every difference once."""

import pytest

from tests.integration.usecases.desk import INBOX, Desk, a_letter, a_mailbox, kinds
from tests.support.statement_count import counting_statements
from vexmail.domain.errors import NotFound
from vexmail.domain.ids import MessageId
from vexmail.domain.mailbox import MailboxRole
from vexmail.usecases.apply_mailbox_list import TOLD_ONE_BY_ONE


async def test_new_mailboxes_are_told_as_the_api_shows_them(desk: Desk) -> None:
    since = await desk.last_seq()

    boxes = await desk.take_list(desk.account, [a_mailbox("Work"), INBOX])

    assert [box.name for box in boxes] == ["INBOX", "Work"]
    told = await desk.told(since)
    assert kinds(told) == ["mailbox_created", "mailbox_created"]
    assert [change["mailbox"]["name"] for change in told] == ["Work", "INBOX"]
    assert told[1]["mailbox"] == await desk.mailbox_view(boxes[0].id)


async def test_the_same_list_again_tells_nothing(desk: Desk) -> None:
    listed = [INBOX, a_mailbox("Work")]
    before = await desk.take_list(desk.account, listed)
    since = await desk.last_seq()

    assert await desk.take_list(desk.account, listed) == before
    assert await desk.told(since) == []


async def test_a_role_that_moves_on_is_told_for_both_and_no_mailbox_is_lost(desk: Desk) -> None:
    old = await desk.synced(a_mailbox("Old", MailboxRole.ARCHIVE), a_letter(1))
    new = await desk.synced(a_mailbox("New"), a_letter(1, "Other"))
    since = await desk.last_seq()

    await desk.take_list(desk.account, [a_mailbox("New", MailboxRole.ARCHIVE), a_mailbox("Old")])

    told = await desk.told(since)
    assert kinds(told) == ["mailbox_updated", "mailbox_updated"]
    roles = {change["mailbox_id"]: change["mailbox"]["role"] for change in told}
    assert roles == {str(new): "archive", str(old): None}
    assert (await desk.held(old)).total == (await desk.held(new)).total == 1


async def test_a_mailbox_that_is_gone_takes_its_mail_out_of_sight(desk: Desk) -> None:
    inbox = await desk.inbox(a_letter(1))
    work = await desk.synced(a_mailbox("Work"), a_letter(5, "Only here"), a_letter(6, "Letter 1"))
    (only,) = [i for i in await desk.listed(work) if i["subject"] == "Only here"]
    (both,) = await desk.listed(inbox)
    since = await desk.last_seq()

    await desk.take_list(desk.account, [INBOX])

    (told,) = await desk.told(since)
    assert (told["type"], told["mailbox_id"]) == ("mailbox_deleted", str(work))
    assert await desk.email(MessageId(int(only["id"]))) is None
    left = await desk.email(MessageId(int(both["id"])))
    assert left is not None
    assert left["mailbox_ids"] == [str(inbox)]


async def test_a_renamed_mailbox_keeps_the_ids_of_its_mail(desk: Desk) -> None:
    await desk.inbox()
    before = await desk.synced(a_mailbox("Work"), a_letter(1), a_letter(2))
    ids = {item["id"] for item in await desk.listed(before)}
    since = await desk.last_seq()

    boxes = await desk.take_list(desk.account, [INBOX, a_mailbox("Labour")])
    (renamed,) = [box.id for box in boxes if box.name == "Labour"]
    await desk.synced(a_mailbox("Labour"), a_letter(1), a_letter(2))

    told = await desk.told(since)
    assert kinds(told)[:2] == ["mailbox_created", "mailbox_deleted"]
    assert "email_received" not in kinds(told)
    assert {item["id"] for item in await desk.listed(renamed)} == ids


async def test_a_list_for_an_account_that_was_removed_is_refused(desk: Desk) -> None:
    await desk.accounts.remove(desk.owner, desk.account)

    with pytest.raises(NotFound):
        await desk.take_list(desk.account, [INBOX])


async def test_a_list_of_a_thousand_costs_no_more_statements_than_one_of_ten(desk: Desk) -> None:
    costs = []
    for size in (10, 1000):
        listed = [INBOX, *(a_mailbox(f"Box {size} {number}") for number in range(size))]
        with counting_statements() as first:
            await desk.take_list(desk.account, listed)
        with counting_statements() as again:
            boxes = await desk.take_list(desk.account, listed)
        assert len(boxes) == size + 1
        costs.append((first.statements, again.statements))

    # What is told one by one costs two statements more.
    assert costs[1][0] <= costs[0][0] + 2
    assert costs[1][1] <= costs[0][1]


async def test_many_changes_of_the_list_are_told_as_one(desk: Desk) -> None:
    await desk.take_list(desk.account, [INBOX])
    since = await desk.last_seq()

    many = [a_mailbox(f"Box {number}") for number in range(TOLD_ONE_BY_ONE + 1)]
    await desk.take_list(desk.account, [INBOX, *many])

    assert kinds(await desk.told(since)) == ["reset"]
