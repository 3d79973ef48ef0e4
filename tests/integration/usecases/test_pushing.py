"""The lane that pushes wishes, against servers that refuse, hang up or renumber."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.integration.usecases.desk import GENERATION, Desk, a_letter, lane_context
from tests.integration.usecases.moody_mailbox import dropping_at_store, refusing_store
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import GENEROUS, eventually
from vexmail.domain.delta import MailboxDelta
from vexmail.domain.errors import ConnectionLost, TransientError
from vexmail.domain.flags import FLAGGED, SEEN, FlagEdit
from vexmail.domain.ids import MailboxId, MessageId, Uid, UidValidity
from vexmail.sync.intent_pusher import PARK_AFTER
from vexmail.sync.interactive import Interactive
from vexmail.sync.sync_state import AccountSignals
from vexmail.usecases.reconsider_wishes import ReconsiderWishes, Selection

READ = FlagEdit(add=frozenset({SEEN}))
STAR = FlagEdit(add=frozenset({FLAGGED}))
STATES = "SELECT state, attempts, error_code, error_message FROM intents ORDER BY id"


async def key_in(desk: Desk, box: MailboxId) -> MessageId:
    """Return the id of a mailbox's newest message."""
    return MessageId(int((await desk.listed(box))[0]["id"]))


@asynccontextmanager
async def pushing(desk: Desk, port: int, folder: Path) -> AsyncIterator[AccountSignals]:
    """Run the lane that pushes wishes, and no other."""
    context = await lane_context(desk, port, folder)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(Interactive(context).run())
        yield context.signals
        task.cancel()


async def test_a_server_that_says_no_takes_the_wish_back(desk: Desk, tmp_path: Path) -> None:
    box = await desk.inbox(a_letter(1))
    key = await key_in(desk, box)
    async with refusing_store("[NOPERM] not yours", uid_validity=GENERATION) as server:
        server.deliver(a_message("Letter 1"))
        async with pushing(desk, server.port, tmp_path) as signals:
            await desk.wish(desk.owner, key, READ)
            signals.interactive.set()

            async def rejected() -> bool:
                return [row["state"] for row in await desk.rows(STATES)] == ["rejected"]

            await eventually(rejected, what="the rejection")
        assert server.messages[0].flags == set()
    (row,) = await desk.rows(STATES)
    assert row["error_code"] == "command_refused"
    assert "not yours" in row["error_message"]
    email = await desk.email(key)
    assert email is not None
    assert not email["is_read"]


async def test_a_wish_outlives_the_rebuilding_of_its_mailbox(desk: Desk, tmp_path: Path) -> None:
    box = await desk.inbox(a_letter(1))
    key = await key_in(desk, box)
    await desk.wish(desk.owner, key, READ)
    await desk.reset(box, UidValidity(8))
    async with LiveMailbox(uid_validity=8) as server:
        server.uid_next = 101
        server.deliver(a_message("Letter 1"))
        async with pushing(desk, server.port, tmp_path) as signals:

            async def tried() -> bool:
                return [row["attempts"] for row in await desk.rows(STATES)] == [1]

            await eventually(tried, what="an attempt that finds the message nowhere")
            assert [row["state"] for row in await desk.rows(STATES)] == ["pending"]
            rebuilt = MailboxDelta(
                UidValidity(8), (a_letter(101, "Letter 1"),), uid_next=Uid(102), complete=True
            )
            await desk.apply(box, rebuilt)
            async with desk.uow() as tx:
                await tx.driver.execute("UPDATE intents SET next_attempt_at = now()")
            signals.interactive.set()

            async def carried_out() -> bool:
                return server.messages[0].flags == {SEEN}

            await eventually(carried_out, what="the wish carried out under its new UID")
            await eventually(lambda: settled(desk), what="the wish settled")


async def settled(desk: Desk) -> bool:
    """Tell whether every wish was carried out."""
    return {row["state"] for row in await desk.rows(STATES)} == {"settled"}


async def test_a_wish_about_a_message_that_left_the_server_is_rejected(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vexmail.sync.intent_pusher.LOOK_AGAIN", 0.1)
    box = await desk.inbox(a_letter(1))
    await desk.wish(desk.owner, await key_in(desk, box), READ)
    await desk.vanish(box, 1)

    async def rejected() -> bool:
        return [row["error_code"] for row in await desk.rows(STATES)] == ["mailbox_gone"]

    async with (
        LiveMailbox(uid_validity=GENERATION) as server,
        pushing(desk, server.port, tmp_path),
    ):
        await eventually(rejected, what="the rejection")


async def test_wishes_that_failed_together_are_tried_again_together(
    desk: Desk, tmp_path: Path
) -> None:
    box = await desk.inbox(a_letter(1), a_letter(2))
    for item in await desk.listed(box):
        await desk.wish(desk.owner, MessageId(int(item["id"])), READ)
    async with LiveMailbox(uid_validity=GENERATION) as server:
        for uid in (1, 2):
            server.deliver(a_message(f"Letter {uid}"))
        server.hang_up_after = "UID STORE"
        with pytest.raises(ExceptionGroup, check=_is_lost):
            async with asyncio.timeout(GENEROUS), pushing(desk, server.port, tmp_path):
                await asyncio.Event().wait()

    (row,) = await desk.rows(
        "SELECT min(attempts) AS tries, count(DISTINCT next_attempt_at) AS moments FROM intents"
    )
    assert (row["tries"], row["moments"]) == (1, 1)


def _is_lost(failures: ExceptionGroup[Exception]) -> bool:
    return failures.subgroup(ConnectionLost) is not None


async def test_many_wishes_are_all_carried_out(desk: Desk, tmp_path: Path) -> None:
    box = await desk.inbox(*(a_letter(uid) for uid in range(1, 71)))
    for item in await desk.listed(box):
        await desk.wish(desk.owner, MessageId(int(item["id"])), READ)
    async with LiveMailbox(uid_validity=GENERATION) as server:
        for uid in range(1, 71):
            server.deliver(a_message(f"Letter {uid}"))
        async with pushing(desk, server.port, tmp_path):
            await eventually(lambda: settled(desk), within=30, what="70 wishes")
        assert all(stored.flags == {SEEN} for stored in server.messages)


async def test_a_wish_cut_off_by_a_lost_connection_is_pushed_again_by_itself(
    mirror: Mirror,
) -> None:
    async with dropping_at_store(1) as mailbox:
        mailbox.deliver(a_message("Cut off"))
        await mirror.add(mailbox.port)
        await mirror.until_live()

        key = await mirror.key_of("Cut off")
        await mirror.intents(mirror.owner, key, READ)
        await mirror.intents(mirror.owner, key, STAR)

        async def carried_out() -> bool:
            return mailbox.messages[0].flags == {SEEN, FLAGGED}

        await eventually(carried_out, within=30, what="the wishes carried out")

        async def all_settled() -> bool:
            async with mirror.built.reader() as driver:
                rows = await driver.fetch("SELECT state, attempts FROM intents ORDER BY id")
            return [(r["state"], r["attempts"]) for r in rows] == [("settled", 2), ("settled", 1)]

        await eventually(all_settled, what="both settled, the first at the second attempt")
        (shown,) = await mirror.inbox()
        assert (shown["is_read"], shown["is_starred"]) == (True, True)


async def test_what_fails_again_and_again_is_given_up_and_a_person_may_try_it_again(
    desk: Desk, tmp_path: Path
) -> None:
    box = await desk.inbox(a_letter(1))
    key = await key_in(desk, box)
    await desk.wish(desk.owner, key, READ)
    await desk.rows("UPDATE intents SET attempts = $1 RETURNING id", PARK_AFTER - 1)
    async with dropping_at_store(1, uid_validity=GENERATION) as server:
        server.deliver(a_message("Letter 1"))
        context = await lane_context(desk, server.port, tmp_path)
        with pytest.raises(TransientError):
            await Interactive(context).run()

    (row,) = await desk.rows(STATES)
    assert (row["state"], row["attempts"]) == ("parked", PARK_AFTER)
    assert row["error_message"]
    email = await desk.email(key)
    assert email is not None
    assert not email["is_read"]
    wishes = ReconsiderWishes(desk.uow, desk.sync)
    assert (await wishes.retry(desk.owner, Selection())).changed == 1
    (row,) = await desk.rows(STATES)
    assert (row["state"], row["attempts"]) == ("pending", 0)
    email = await desk.email(key)
    assert email is not None
    assert email["is_read"]


async def test_why_a_try_failed_is_kept_while_the_wish_waits(desk: Desk, tmp_path: Path) -> None:
    box = await desk.inbox(a_letter(1))
    await desk.wish(desk.owner, await key_in(desk, box), READ)
    async with dropping_at_store(1, uid_validity=GENERATION) as server:
        server.deliver(a_message("Letter 1"))
        with pytest.raises(TransientError):
            await Interactive(await lane_context(desk, server.port, tmp_path)).run()

    (row,) = await desk.rows(STATES)
    assert (row["state"], row["attempts"]) == ("pending", 1)
    assert row["error_message"]
