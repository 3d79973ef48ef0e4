"""Two-way work against a real Dovecot: what QRESYNC tells leads to the truth, and moves scale."""

import random

import pytest

from tests.protocol.test_dovecot import PASSWORD, session_on, their_client
from tests.support.dovecot import Dovecot
from vexmail.domain.errors import CommandRefused
from vexmail.domain.flags import FLAGGED, SEEN, FlagEdit, Flags
from vexmail.domain.ids import Uid
from vexmail.ports.mail_server import MailSession

pytestmark = pytest.mark.dovecot


def fill(dovecot: Dovecot, user: str, count: int) -> None:
    """Give a new user messages."""
    dovecot.add_user(user, PASSWORD)
    dovecot.fill(user, [b"Subject: %d\r\n\r\nhello\r\n" % number for number in range(count)])


async def state(session: MailSession) -> dict[Uid, Flags]:
    """Return the flags of every message."""
    return {row.uid: row.flags for row in await session.all_flags()}


@pytest.mark.parametrize("seed", range(3))
async def test_changes_laid_over_the_old_state_are_the_new_one(dovecot: Dovecot, seed: int) -> None:
    user = f"delta{seed}"
    fill(dovecot, user, 40)
    dice = random.Random(seed)
    async with session_on(dovecot, user) as other, session_on(dovecot, user) as session:
        selected = await session.select("INBOX")
        known = await state(session)
        target = await other.create_mailbox("Elsewhere")
        for _ in range(12):
            await other.select("INBOX")
            for _ in range(dice.randint(0, 4)):
                uids = await other.all_uids()
                some = dice.sample(uids, min(len(uids), dice.randint(1, 4)))
                match dice.randint(0, 3):
                    case 0:
                        edit = FlagEdit(add=frozenset(dice.sample([SEEN, FLAGGED, "x", "y"], 2)))
                        await other.store_flags(some, edit)
                    case 1:
                        await other.expunge(some)
                    case 2:
                        await other.move(some, target)
                    case _:
                        await other.append("INBOX", b"Subject: n\r\n\r\n", frozenset({SEEN}), None)

            selected, changes = await session.changes_since(
                "INBOX", selected.uid_validity, selected.highest_modseq
            )

            assert changes is not None
            known |= {row.uid: row.flags for row in changes.flags}
            for uid in changes.vanished:
                known.pop(uid, None)
            assert known == await state(session)
            assert len(known) == selected.exists


async def test_thousands_of_scattered_messages_are_moved_in_parts(dovecot: Dovecot) -> None:
    fill(dovecot, "scattered", 6000)

    async with session_on(dovecot, "scattered") as session:
        await session.select("INBOX")
        target = await session.create_mailbox("Half")
        uids = await session.all_uids()
        moved = await session.move(uids[::2], target)

        assert await session.all_uids() == uids[1::2]
        await session.select(target)
        assert sorted(moved.values()) == await session.all_uids()
        assert sorted(moved) == uids[::2]


async def test_a_message_moved_there_and_back_is_still_the_same(dovecot: Dovecot) -> None:
    fill(dovecot, "back", 3)

    async with session_on(dovecot, "back") as session:
        await session.select("INBOX")
        [before] = [body.raw async for body in session.fetch_bodies([Uid(2)])]
        [there] = (await session.move([Uid(2)], "Trash")).values()
        await session.select("Trash")
        [here] = (await session.move([there], "INBOX")).values()
        await session.select("INBOX")

        assert here == 4
        assert [body.raw async for body in session.fetch_bodies([here])] == [before]


async def test_a_large_message_is_appended_by_both_kinds_of_literal(dovecot: Dovecot) -> None:
    dovecot.add_user("large", PASSWORD)
    raws = [b"Subject: x\r\n\r\n" + b"y" * size for size in (10_000, 3_000_000)]

    async with session_on(dovecot, "large") as session:
        uids = [await session.append("INBOX", raw, frozenset(), None) for raw in raws]
        await session.select("INBOX")
        bodies = {body.uid: body.raw async for body in session.fetch_bodies([Uid(1), Uid(2)])}

    assert uids == [1, 2]
    assert [bodies[Uid(1)], bodies[Uid(2)]] == raws


async def test_names_are_what_another_client_reads(dovecot: Dovecot) -> None:
    dovecot.add_user("names", PASSWORD)
    names = ["Äpfel & Birnen", "日本語.2026", 'quo"te', "😀", "a*b%", "a&b-", "trail space "]

    async with session_on(dovecot, "names") as session:
        for name in names:
            await session.create_mailbox(name)
        with pytest.raises(CommandRefused):
            await session.create_mailbox("Äpfel & Birnen")
        surveyed = await session.survey()
    with their_client(dovecot, "names") as client:
        theirs = {name for _, _, name in client.list_folders()}
        subscribed = {name for _, _, name in client.list_sub_folders()}

    assert set(names) <= theirs
    assert set(names) <= subscribed
    assert sum(box.counters is not None for box in surveyed) >= len(names)
