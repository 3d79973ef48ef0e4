"""What a server tells about a mailbox is held, counted and told once."""

import pytest

from tests.integration.usecases.desk import (
    GENERATION,
    Desk,
    a_letter,
    a_mailbox,
    flags_of,
    kinds,
)
from vexmail.domain.delta import MailboxDelta
from vexmail.domain.errors import MailboxGone, UidValidityChanged
from vexmail.domain.flags import FLAGGED, IMPORTANT, SEEN
from vexmail.domain.ids import MailboxId, MessageId, ModSeq, Uid, UidValidity


async def test_a_delta_applied_twice_changes_nothing(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1), a_letter(2), a_letter(3))
    delta = MailboxDelta(
        GENERATION,
        messages=(a_letter(4), a_letter(5, flags=[SEEN])),
        flags=(flags_of(1, SEEN, mod_seq=9),),
        vanished=(Uid(2),),
        uid_next=Uid(6),
        highest_modseq=ModSeq(9),
    )
    first = await desk.apply(box, delta)
    held, listed, since = await desk.held(box), await desk.listed(box), await desk.last_seq()

    again = await desk.apply(box, delta)

    assert (len(first.added), len(first.arrived), first.total) == (2, 2, 4)
    assert (again.added, again.arrived, again.total) == ([], [], 4)
    assert await desk.told(since) == []
    assert await desk.held(box) == held
    assert await desk.listed(box) == listed


async def test_counters_and_cursors_move_with_the_rows(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1), a_letter(2, flags=[SEEN]), a_letter(3))

    await desk.apply(
        box,
        MailboxDelta(
            GENERATION,
            messages=(a_letter(4), a_letter(5, flags=[SEEN])),
            flags=(flags_of(1, SEEN), flags_of(2), flags_of(77, SEEN)),
            vanished=(Uid(3), Uid(99)),
            uid_next=Uid(6),
            highest_modseq=ModSeq(40),
        ),
    )

    held = await desk.held(box)
    assert (held.total, held.unread) == (4, 2)
    assert (held.uid_next, held.highest_modseq) == (6, 40)
    await desk.apply(box, MailboxDelta(GENERATION, uid_next=Uid(2), highest_modseq=ModSeq(1)))
    assert await desk.held(box) == held, "cursors never move back"


async def test_a_delta_of_another_generation_is_refused_whole(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1))
    held, since = await desk.held(box), await desk.last_seq()

    with pytest.raises(UidValidityChanged):
        await desk.apply(
            box, MailboxDelta(UidValidity(8), (a_letter(2),), vanished=(Uid(1),), uid_next=Uid(3))
        )

    assert await desk.held(box) == held
    assert await desk.told(since) == []


async def test_a_delta_for_a_mailbox_that_is_gone_is_refused(desk: Desk) -> None:
    with pytest.raises(MailboxGone):
        await desk.apply(MailboxId(404), MailboxDelta(GENERATION))


async def test_every_flag_is_told_as_what_it_means(desk: Desk) -> None:
    box = await desk.inbox(*(a_letter(uid) for uid in range(1, 5)), a_letter(5, flags=[SEEN]))
    since = await desk.last_seq()

    await desk.flag(
        box,
        flags_of(1, SEEN),
        flags_of(2, FLAGGED),
        flags_of(3, IMPORTANT),
        flags_of(4, "holiday"),
        flags_of(5),
    )

    told = await desk.told(since)
    assert sorted(kinds(told)) == [
        "email_flagged",
        "email_read",
        "email_starred",
        "email_unread",
        "email_updated",
    ]
    labels = {item["subject"]: item["labels"] for item in await desk.listed(box)}
    assert labels["Letter 4"] == ["holiday"]


async def test_flags_older_than_ours_are_left_alone(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1, flags=[SEEN], mod_seq=20))
    since = await desk.last_seq()

    await desk.flag(box, flags_of(1, mod_seq=19))

    assert await desk.told(since) == []
    (item,) = await desk.listed(box)
    assert item["is_read"]


async def test_a_message_we_hold_already_is_news_about_its_flags(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1), a_letter(2))
    since = await desk.last_seq()

    applied = await desk.arrive(box, a_letter(2, flags=[SEEN], mod_seq=5), a_letter(3))

    assert [len(applied.added), len(applied.arrived)] == [1, 1]
    assert len(await desk.told(since, "email_read")) == 1
    assert {i["subject"]: i["is_read"] for i in await desk.listed(box)} == {
        "Letter 1": False,
        "Letter 2": True,
        "Letter 3": False,
    }
    assert (await desk.held(box)).unread == 2


@pytest.mark.parametrize("count", [100, 101])
async def test_many_facts_of_a_kind_are_told_as_one_reset(desk: Desk, count: int) -> None:
    box = await desk.inbox()
    many = [a_letter(uid) for uid in range(1, count + 1)]

    for kind, delta in (
        ("email_received", MailboxDelta(GENERATION, tuple(many), uid_next=Uid(count + 1))),
        ("email_read", MailboxDelta(GENERATION, flags=tuple(flags_of(m.uid, SEEN) for m in many))),
        ("email_deleted", MailboxDelta(GENERATION, vanished=tuple(m.uid for m in many))),
    ):
        since = await desk.last_seq()
        await desk.apply(box, delta)
        told = await desk.told(since, kind, "reset")
        if count > 100:
            assert [(t["type"], t["reason"], t["mailbox_id"]) for t in told] == [
                ("reset", "many_changes", str(box))
            ]
        else:
            assert kinds(told) == [kind] * count
        (counts,) = await desk.told(since, "mailbox_updated")
        assert counts["mailbox"] == await desk.mailbox_view(box)


async def test_a_copy_is_one_message_in_two_mailboxes_and_no_new_mail(desk: Desk) -> None:
    work = await desk.synced(a_mailbox("Work"))
    inbox = await desk.inbox(a_letter(1))
    (original,) = await desk.listed(inbox)
    since = await desk.last_seq()

    applied = await desk.arrive(work, a_letter(40, "Letter 1"))

    assert applied.arrived == []
    (moved,) = await desk.told(since, "email_moved", "email_received")
    assert (moved["type"], moved["email_id"]) == ("email_moved", original["id"])
    assert (moved["from_mailbox_id"], moved["to_mailbox_id"]) == (None, str(work))
    (copy,) = await desk.listed(work)
    assert copy["id"] == original["id"]
    assert sorted(copy["mailbox_ids"]) == sorted([str(inbox), str(work)])


async def test_a_message_that_left_every_mailbox_comes_back_under_its_id(desk: Desk) -> None:
    work = await desk.synced(a_mailbox("Work"))
    inbox = await desk.inbox(a_letter(1))
    key = MessageId(int((await desk.listed(inbox))[0]["id"]))
    since = await desk.last_seq()

    await desk.vanish(inbox, 1)
    assert await desk.email(key) is None
    await desk.arrive(work, a_letter(9, "Letter 1"))

    back = await desk.email(key)
    assert back is not None
    assert back["mailbox_ids"] == [str(work)]
    facts = await desk.told(since, "email_deleted", "email_moved", "email_received")
    assert [(f["type"], f["email_id"]) for f in facts] == [
        ("email_deleted", str(key)),
        ("email_moved", str(key)),
    ]


async def test_the_same_content_twice_in_one_mailbox_is_two_messages(desk: Desk) -> None:
    inbox = await desk.inbox(a_letter(1, "Twin"))

    applied = await desk.arrive(inbox, a_letter(2, "Twin"), a_letter(3, "Twin"))

    assert len(applied.arrived) == 2
    assert len({item["id"] for item in await desk.listed(inbox)}) == 3


async def test_a_pass_that_begins_and_ends_is_told_with_its_progress(desk: Desk) -> None:
    box = await desk.inbox()
    await desk.reset(box, UidValidity(8))
    since = await desk.last_seq()

    begun = MailboxDelta(UidValidity(8), (a_letter(9),), uid_next=Uid(10), sync_total=3, rate=2.0)
    await desk.apply(box, begun)
    assert (await desk.held(box)).sync_state == "syncing"
    rest = MailboxDelta(
        UidValidity(8), (a_letter(1), a_letter(2)), sync_total=3, rate=2.0, complete=True
    )
    await desk.apply(box, rest)

    assert (await desk.held(box)).sync_state == "live"
    progress = await desk.told(since, "sync_progress")
    assert [(p["done"], p["total"], p["estimate_s"]) for p in progress] == [(1, 3, 1.0), (3, 3, 0)]
    assert await desk.told(since, "email_received") == []


async def test_a_new_generation_is_begun_once_and_told(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1))
    since = await desk.last_seq()

    await desk.reset(box, UidValidity(8))
    held = await desk.held(box)
    await desk.reset(box, UidValidity(8))
    await desk.reset(MailboxId(404), UidValidity(8))

    (told,) = await desk.told(since)
    assert (told["type"], told["reason"]) == ("reset", "uid_validity_changed")
    assert await desk.held(box) == held
    assert (held.total, held.unread, held.uid_next, held.sync_state) == (0, 0, 0, "waiting")
