"""Copies, labels, refusals: what else can be done with emails, and what comes of it."""

import asyncio

from tests.integration.sync.filing import equal, on_server
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.ids import IntentId, MailboxId
from vexmail.usecases.act_on_emails import Action, Request
from vexmail.usecases.reconsider_wishes import Selection


async def test_a_copy_is_one_message_in_two_mailboxes(mirror: Mirror, folders: LiveMailbox) -> None:
    folders.deliver(a_message("Both"))
    await mirror.add(folders.port)
    await mirror.until_live()
    key = await mirror.key_of("Both")
    archive = await mirror.mailbox("Archive")

    done = await mirror.actions(mirror.owner, [key], Request(Action.COPY, mailbox_id=archive))
    again = await mirror.actions(mirror.owner, [key], Request(Action.COPY, mailbox_id=archive))

    assert (done.changed, again.changed) == (1, 0)
    await eventually(mirror.settled, what="the copy made")
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
    assert on_server(folders, "Archive") == on_server(folders, "INBOX") == ["Both"]
    view = await mirror.messages(mirror.owner, key)
    assert sorted(box["name"] for box in view["mailboxes"]) == ["Archive", "INBOX"]


async def test_a_copy_whose_answer_was_lost_is_not_made_twice(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy
) -> None:
    folders.deliver(a_message("Once"))
    await mirror.add(network.port)
    await mirror.until_live()
    key = await mirror.key_of("Once")
    archive = await mirror.mailbox("Archive")

    def cut_after_the_copy(command: str) -> None:
        if command.upper().startswith("UID COPY"):
            folders.on_command = None
            asyncio.get_running_loop().call_soon(network.cut)

    folders.on_command = cut_after_the_copy
    await mirror.actions(mirror.owner, [key], Request(Action.COPY, mailbox_id=archive))

    async def copied() -> bool:
        return on_server(folders, "Archive") == ["Once"]

    await eventually(copied, what="the copy on the server")
    network.heal()

    await eventually(mirror.settled, what="the wish closed")
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")
    assert on_server(folders, "Archive") == ["Once"]
    assert await mirror.subjects_in("Archive") == ["Once"]


async def test_labels_and_importance_are_kept_as_keywords(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    folders.deliver(a_message("Trip"), flags=["old"])
    await mirror.add(folders.port)
    await mirror.until_live()
    key = await mirror.key_of("Trip")

    for request in (
        Request(Action.LABEL, label="holiday"),
        Request(Action.UNLABEL, label="old"),
        Request(Action.FLAG),
        Request(Action.STAR),
        Request(Action.UNSTAR),
    ):
        await mirror.actions(mirror.owner, [key], request)

    await eventually(mirror.settled, what="the wishes carried out")
    assert folders.messages[0].flags == {"holiday", "$Important"}
    (item,) = await mirror.inbox()
    assert (item["labels"], item["is_flagged"], item["is_starred"]) == (["holiday"], True, False)


async def test_what_an_account_has_no_mailbox_for_is_refused_by_name(
    mirror: Mirror, mailbox: LiveMailbox
) -> None:
    mailbox.deliver(a_message("Alone"))
    await mirror.add(mailbox.port)
    await mirror.until_live()
    key = await mirror.key_of("Alone")

    refused = await mirror.actions(mirror.owner, [key], Request(Action.DELETE))

    assert [failure.code for failure in refused.failures] == ["no_such_role"]
    assert await mirror.subjects() == ["Alone"]


async def test_an_operation_tells_how_far_it_has_come(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy
) -> None:
    folders.deliver(a_message("Slow"))
    await mirror.add(network.port)
    await mirror.until_live()
    key = await mirror.key_of("Slow")
    network.cut()

    done = await mirror.actions(mirror.owner, [key], Request(Action.SPAM))
    waiting = await mirror.operation(done.operation_id)
    network.heal()
    await eventually(mirror.settled, what="the move carried out")
    finished = await mirror.operation(done.operation_id)

    assert (waiting["action"], waiting["pending"], waiting["settled"]) == ("spam", 1, 0)
    assert (finished["pending"], finished["settled"]) == (0, 1)
    inbox = await mirror.mailbox("INBOX")
    back = Request(Action.NOT_SPAM, source_id=await mirror.mailbox("Junk"))
    await mirror.actions(mirror.owner, [key], back)
    wrong = await mirror.actions(
        mirror.owner, [key], Request(Action.SPAM, source_id=archive_of(inbox))
    )
    assert [failure.code for failure in wrong.failures] == ["not_found"]


def archive_of(inbox: MailboxId) -> MailboxId:
    """Return the id of a mailbox that does not hold what ``inbox`` holds."""
    return MailboxId(inbox + 10**6)


async def test_a_refused_wish_can_be_dropped(mirror: Mirror, folders: LiveMailbox) -> None:
    folders.deliver(a_message("Never mind"))
    await mirror.add(folders.port)
    await mirror.until_live()
    folders.refuse("UID STORE", "read-only")
    await mirror.actions(mirror.owner, [await mirror.key_of("Never mind")], Request(Action.READ))
    (told,) = await eventually(lambda: mirror.told("intent_rejected"), what="the refusal")

    refused = Selection([IntentId(int(told["intent_id"]))])
    assert await mirror.wishes.drop(mirror.owner, refused) == 1

    assert (await mirror.wishes.retry(mirror.owner, refused)).matched == 0
    (item,) = await mirror.inbox()
    assert not item["is_read"]


async def test_undoing_what_was_refused_takes_nothing_back(
    mirror: Mirror, folders: LiveMailbox
) -> None:
    uid = folders.deliver(a_message("Starred elsewhere"))
    await mirror.add(folders.port)
    await mirror.until_live()
    key = await mirror.key_of("Starred elsewhere")
    folders.refuse("UID STORE", "read-only")
    done = await mirror.actions(mirror.owner, [key], Request(Action.STAR))
    await eventually(lambda: mirror.told("intent_rejected"), what="the refusal")
    folders.set_flags(uid, ["\\Flagged"])

    async def starred() -> bool:
        (item,) = await mirror.inbox()
        return bool(item["is_starred"])

    await eventually(starred, what="the star of another client")
    undone = await mirror.undo(mirror.owner, done.operation_id)

    assert undone.changed == 0
    assert await starred()
