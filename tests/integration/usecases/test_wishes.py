"""A wish from its record to its end, whatever the server says meanwhile."""

from collections.abc import Sequence

import pytest

from tests.integration.usecases.desk import (
    Desk,
    a_letter,
    flags_of,
    kinds,
)
from vexmail.domain.errors import CommandRefused, NotFound
from vexmail.domain.flags import FLAGGED, SEEN, FlagEdit
from vexmail.domain.ids import MailboxId, MessageId
from vexmail.domain.message import RemoteFlags

READ = FlagEdit(add=frozenset({SEEN}))
UNREAD = FlagEdit(remove=frozenset({SEEN}))
STAR = FlagEdit(add=frozenset({FLAGGED}))
NO = CommandRefused("The server said no: not yours.", "NOPERM")
STATES = "SELECT state, attempts, error_code, error_message FROM intents ORDER BY id"


async def key_in(desk: Desk, box: MailboxId) -> MessageId:
    """Return the id of a mailbox's newest message."""
    return MessageId(int((await desk.listed(box))[0]["id"]))


def answered(box: MailboxId, *told: RemoteFlags) -> dict[MailboxId, Sequence[RemoteFlags]]:
    """Build what the pusher learnt from a STORE."""
    return {box: told}


async def test_a_wish_is_shown_and_counted_before_the_server_knows(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1))
    key, since = await key_in(desk, box), await desk.last_seq()

    shown = await desk.wish(desk.owner, key, READ)

    assert shown == await desk.email(key)
    assert shown["is_read"]
    assert (await desk.held(box)).unread == 0
    assert sorted(kinds(await desk.told(since))) == ["email_read", "mailbox_updated"]
    assert desk.sync.woken == [desk.account]


async def test_nothing_is_due_while_nobody_wishes_anything(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1))
    before = await desk.plan.seconds_until_due(desk.account)
    await desk.wish(desk.owner, await key_in(desk, box), READ)

    now = await desk.plan.seconds_until_due(desk.account)

    assert before is None
    assert now == 0


async def test_a_wish_about_a_message_that_is_not_there_is_refused(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1))
    key = await key_in(desk, box)
    await desk.vanish(box, 1)

    with pytest.raises(NotFound):
        await desk.wish(desk.owner, key, READ)

    assert await desk.rows("SELECT * FROM intents") == []


async def test_a_rejected_wish_is_taken_back_on_the_screen_with_its_reason(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1))
    key = await key_in(desk, box)
    intent = await desk.wished(key, READ)
    since = await desk.last_seq()

    await desk.settle.rejected(desk.account, [intent], NO)
    await desk.settle.rejected(desk.account, [intent], NO)

    assert await desk.rows(STATES) == [
        {
            "state": "rejected",
            "attempts": 1,
            "error_code": "command_refused",
            "error_message": "The server said no: not yours.",
        }
    ]
    email = await desk.email(key)
    assert email is not None
    assert not email["is_read"]
    assert (await desk.held(box)).unread == 1
    told = sorted(kinds(await desk.told(since)))
    assert told == ["email_unread", "intent_rejected", "mailbox_updated"]


async def test_a_rejected_wish_leaves_the_others_shown(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1))
    key = await key_in(desk, box)
    star = await desk.wished(key, STAR)
    await desk.wished(key, READ)

    await desk.settle.rejected(desk.account, [star], NO)

    email = await desk.email(key)
    assert email is not None
    assert (email["is_starred"], email["is_read"]) == (False, True)


async def test_a_settled_wish_takes_over_what_the_server_answered(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1))
    key = await key_in(desk, box)
    intent = await desk.wished(key, READ)
    since = await desk.last_seq()

    told = answered(box, flags_of(1, SEEN, "holiday", mod_seq=5))
    await desk.settle.flags_settled(desk.account, [intent], told)
    await desk.settle.flags_settled(desk.account, [intent], answered(box, flags_of(1, mod_seq=6)))

    email = await desk.email(key)
    assert email is not None
    assert (email["is_read"], email["labels"]) == (True, ["holiday"])
    assert kinds(await desk.told(since)) == ["email_updated"]


async def test_a_wish_that_the_server_took_silently_is_fulfilled(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1))
    key = await key_in(desk, box)
    intent = await desk.wished(key, READ)
    since = await desk.last_seq()

    await desk.settle.flags_settled(desk.account, [intent], answered(box))

    assert await desk.told(since) == []
    email = await desk.email(key)
    assert email is not None
    assert email["is_read"]


async def test_settling_never_erases_a_newer_fact(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1))
    key = await key_in(desk, box)
    intent = await desk.wished(key, READ)
    # Another client stars the message after our STORE; the follower hears of it first.
    await desk.flag(box, flags_of(1, SEEN, FLAGGED, mod_seq=11))

    told = answered(box, flags_of(1, SEEN, mod_seq=10))
    await desk.settle.flags_settled(desk.account, [intent], told)

    email = await desk.email(key)
    assert email is not None
    assert (email["is_read"], email["is_starred"]) == (True, True)


async def test_the_server_does_not_erase_a_pending_wish(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1))
    key = await key_in(desk, box)
    intent = await desk.wished(key, READ)

    await desk.flag(box, flags_of(1, FLAGGED, mod_seq=5))
    await desk.vanish(box, 1)
    await desk.arrive(box, a_letter(2, "Letter 1"))

    email = await desk.email(key)
    assert email is not None
    assert email["is_read"]
    assert (await desk.held(box)).unread == 0
    await desk.settle.rejected(desk.account, [intent], NO)
    assert (await desk.held(box)).unread == 1


async def test_wishes_of_an_account_that_was_removed_end_quietly(desk: Desk) -> None:
    box = await desk.inbox(a_letter(1))
    intent = await desk.wished(await key_in(desk, box), READ)
    await desk.accounts.remove(desk.owner, desk.account)
    since = await desk.last_seq()

    await desk.settle.rejected(desk.account, [intent], NO)
    await desk.settle.flags_settled(desk.account, [intent], answered(box))

    assert await desk.told(since) == []


async def test_a_later_wish_waits_behind_a_postponed_one_about_the_same_message(
    desk: Desk,
) -> None:
    box = await desk.inbox(a_letter(1), a_letter(2))
    newest, oldest = (MessageId(int(item["id"])) for item in await desk.listed(box))
    first = await desk.wished(newest, READ)
    await desk.wish(desk.owner, newest, UNREAD)
    other = await desk.wished(oldest, STAR)

    await desk.plan.postpone([first], 60.0)

    assert await desk.plan.due_intents(desk.account) == [other]
    assert await desk.plan.seconds_until_due(desk.account) == 0
    await desk.settle.flags_settled(desk.account, [other], answered(box))
    left = await desk.plan.seconds_until_due(desk.account)
    assert left is not None
    assert 0 < left <= 60
    await desk.settle.rejected(desk.account, [first], NO)
    assert [i.wish.edit for i in await desk.plan.due_intents(desk.account)] == [UNREAD]
