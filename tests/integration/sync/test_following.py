"""What happens on the server is told here, once, and as what it is."""

from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually


async def test_a_first_sync_is_not_told_as_new_mail(mirror: Mirror, mailbox: LiveMailbox) -> None:
    for number in range(120):
        mailbox.deliver(a_message(f"Old {number}"))

    await mirror.add(mailbox.port)
    await mirror.until_live()

    assert len(await mirror.inbox()) == 120
    assert await mirror.told("email_received") == []
    assert await mirror.told("sync_progress") != []


async def test_mail_that_arrives_is_told_once_with_its_summary(
    mirror: Mirror, mailbox: LiveMailbox
) -> None:
    mailbox.deliver(a_message("Old"))
    await mirror.add(mailbox.port)
    await mirror.until_live()

    mailbox.deliver(a_message("New"))
    told = await eventually(lambda: mirror.told("email_received"), what="the arrival")

    assert [change["email"]["subject"] for change in told] == ["New"]
    assert await mirror.subjects() == ["New", "Old"]


async def test_mail_that_came_while_we_were_away_is_told_as_new(
    mirror: Mirror, mailbox: LiveMailbox, network: FaultProxy
) -> None:
    mailbox.deliver(a_message("Old"))
    await mirror.add(network.port)
    await mirror.until_live()
    network.cut()
    for number in range(60):
        mailbox.deliver(a_message(f"Missed {number}"))

    network.heal()

    async def all_told() -> bool:
        return len(await mirror.told("email_received")) == 60

    await eventually(all_told, what="60 arrivals")
    assert len(await mirror.inbox()) == 61


async def test_flags_set_elsewhere_are_followed(mirror: Mirror, mailbox: LiveMailbox) -> None:
    uid = mailbox.deliver(a_message("Marked"))
    await mirror.add(mailbox.port)
    await mirror.until_live()

    mailbox.set_flags(uid, ["\\Seen", "\\Flagged", "holiday"])

    async def marked() -> bool:
        (item,) = await mirror.inbox()
        return bool(item["is_read"] and item["is_starred"] and item["labels"] == ["holiday"])

    await eventually(marked, what="the flags")
    assert len(await mirror.told("email_read")) == 1
    assert [c["is_starred"] for c in await mirror.told("email_starred")] == [True]


async def test_a_deletion_elsewhere_is_followed(mirror: Mirror, mailbox: LiveMailbox) -> None:
    mailbox.deliver(a_message("Stays"))
    uid = mailbox.deliver(a_message("Goes"))
    await mirror.add(mailbox.port)
    await mirror.until_live()

    mailbox.expunge(uid)

    await eventually(lambda: mirror.told("email_deleted"), what="the deletion")
    assert await mirror.subjects() == ["Stays"]
    assert await mirror.differences() == []


async def test_twins_of_one_mailbox_are_both_shown(mirror: Mirror, mailbox: LiveMailbox) -> None:
    mailbox.deliver(a_message("Twin"), received=1_700_000_000)
    mailbox.deliver(a_message("Twin"), received=1_700_000_000)

    await mirror.add(mailbox.port)
    await mirror.until_live()

    assert await mirror.subjects() == ["Twin", "Twin"]


async def test_uid_validity_change_rebuilds_the_mailbox_under_the_old_ids(
    mirror: Mirror, mailbox: LiveMailbox
) -> None:
    for subject in ("One", "Two", "Three"):
        mailbox.deliver(a_message(subject))
    account = await mirror.add(mailbox.port)
    await mirror.until_live()
    before = {item["subject"]: item["id"] for item in await mirror.inbox()}

    mailbox.uid_validity = 2
    for stored in mailbox.messages:
        stored.uid += 100
    mailbox.uid_next += 100
    mirror.fleet.sync_now(account)

    async def rebuilt() -> bool:
        told = await mirror.told("reset")
        return bool(told) and len(await mirror.inbox()) == 3

    await eventually(rebuilt, what="the rebuilt mailbox")
    assert {item["subject"]: item["id"] for item in await mirror.inbox()} == before
    assert await mirror.told("email_received") == []
    await eventually(lambda: _none(mirror), what="a mirror equal to the server")


async def _none(mirror: Mirror) -> bool:
    return await mirror.differences() == []
