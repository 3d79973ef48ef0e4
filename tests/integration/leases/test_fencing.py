"""What a former holder writes is refused, and takers and writers wait for the right ones."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import create_async_engine

from tests.integration.leases.town import Town
from tests.integration.usecases.desk import NoWorker, a_letter, a_mailbox
from tests.support.databases import SECRET_KEY
from tests.support.waiting import eventually
from vexmail.app.database_address import parse_database_url
from vexmail.app.system_clock import SystemClock
from vexmail.blobs.local_folder import LocalFolderBlobStore
from vexmail.domain.account import AccountState
from vexmail.domain.delta import MailboxDelta
from vexmail.domain.errors import LeaseLost, MailboxGone, TransientError
from vexmail.domain.flags import SEEN, FlagEdit
from vexmail.domain.ids import AccountId, MailboxId, MessageId, Uid, UidValidity
from vexmail.domain.intent import PendingIntent
from vexmail.domain.lease import Lease
from vexmail.domain.mailbox import MailboxRole
from vexmail.store import mailboxes
from vexmail.store.secret_box import SecretBox
from vexmail.store.unit_of_work import UnitOfWork
from vexmail.usecases.apply_mailbox_delta import ApplyMailboxDelta
from vexmail.usecases.apply_mailbox_list import ApplyMailboxList
from vexmail.usecases.read_sync_plan import ReadSyncPlan
from vexmail.usecases.reset_mailbox import ResetMailbox
from vexmail.usecases.set_account_state import SetAccountState
from vexmail.usecases.settle_intent import SettleIntent
from vexmail.usecases.store_bodies import StoreBodies


@dataclass(frozen=True, slots=True)
class Scene:
    """An inbox with a letter that somebody wishes to be read."""

    town: Town
    account: AccountId
    inbox: MailboxId
    letter: MessageId
    wish: PendingIntent


@pytest_asyncio.fixture
async def scene(town: Town) -> Scene:
    """Everything that a runner could write about."""
    desk = town.desk
    (box,) = await desk.take_list(desk.account, [a_mailbox("INBOX", MailboxRole.INBOX)])
    await desk.reset(box.id, UidValidity(1))
    first = MailboxDelta(UidValidity(1), messages=(a_letter(1),), uid_next=Uid(2))
    (letter,) = (await desk.apply(box.id, first)).added
    wish = await desk.wished(letter, FlagEdit(add=frozenset({SEEN})))
    return Scene(town, desk.account, box.id, letter, wish)


Write = Callable[[Scene, UnitOfWork], Awaitable[object]]
_NEWS = MailboxDelta(UidValidity(1), messages=(a_letter(2),), uid_next=Uid(3))
_NEW_LIST = [a_mailbox("INBOX", MailboxRole.INBOX), a_mailbox("New")]
WRITES: dict[str, Write] = {
    "delta": lambda s, uow: ApplyMailboxDelta(uow)(s.inbox, _NEWS),
    "list": lambda s, uow: ApplyMailboxList(uow)(s.account, _NEW_LIST),
    "reset": lambda s, uow: ResetMailbox(uow)(s.inbox, UidValidity(77)),
    "state": lambda s, uow: SetAccountState(uow)(s.account, AccountState.LIVE),
    "settled": lambda s, uow: SettleIntent(uow).flags_settled(s.account, [s.wish], {}),
    "filed": lambda s, uow: SettleIntent(uow).place_settled(s.account, []),
    "refused": lambda s, uow: SettleIntent(uow).rejected(s.account, [s.wish], MailboxGone("no")),
    "postponed": lambda s, uow: _plan(s, uow).postpone([s.wish], 60.0),
    "sent": lambda s, uow: _plan(s, uow).mark_sent(s.wish),
}


def _plan(scene: Scene, uow: UnitOfWork) -> ReadSyncPlan:
    return ReadSyncPlan(scene.town.desk.uow, SecretBox(SECRET_KEY.encode()), uow)


_EVERYTHING = (
    "SELECT (SELECT string_agg(t::text, '|' ORDER BY t.id) FROM accounts t) AS accounts,"
    " (SELECT string_agg(t::text, '|' ORDER BY t.id) FROM mailboxes t) AS mailboxes,"
    " (SELECT string_agg(t::text, '|' ORDER BY t.id) FROM messages t) AS messages,"
    " (SELECT string_agg(t::text, '|' ORDER BY t.uid) FROM mailbox_entries t) AS entries,"
    " (SELECT string_agg(t::text, '|' ORDER BY t.id) FROM intents t) AS intents,"
    " (SELECT count(*) FROM change_log) AS changes"
)


async def _lease_of_a_former_holder(town: Town) -> Lease:
    ann, ben = await town.process("ann"), await town.process("ben")
    old = await town.lease(ann)
    await town.age(ann)
    await town.beat(ben)
    return old


@pytest.mark.parametrize("write", WRITES)
async def test_the_holder_writes(scene: Scene, write: str):
    lease = await scene.town.lease(await scene.town.process("ann"))

    await WRITES[write](scene, scene.town.desk.uow.fenced(lease))


@pytest.mark.parametrize("write", WRITES)
async def test_a_former_holder_writes_nothing(scene: Scene, write: str):
    lease = await _lease_of_a_former_holder(scene.town)
    before = await scene.town.desk.rows(_EVERYTHING)

    with pytest.raises(LeaseLost):
        await WRITES[write](scene, scene.town.desk.uow.fenced(lease))

    assert await scene.town.desk.rows(_EVERYTHING) == before


async def test_bodies_of_a_former_holder_are_not_recorded(scene: Scene, tmp_path: Path):
    desk = scene.town.desk
    lease = await _lease_of_a_former_holder(scene.town)
    store = StoreBodies(
        desk.uow.fenced(lease), LocalFolderBlobStore(tmp_path), NoWorker(), SystemClock()
    )

    with pytest.raises(LeaseLost):
        await store(scene.account, [(scene.letter, b"Subject: late\r\n\r\n")])

    assert await desk.rows("SELECT body_state FROM messages") == [{"body_state": "remote"}]


async def _say_live(town: Town, lease: Lease) -> None:
    await SetAccountState(town.desk.uow.fenced(lease))(town.desk.account, AccountState.LIVE)


async def test_a_lease_that_ran_out_and_was_not_taken_still_writes(town: Town):
    ann = await town.process("ann")
    lease = await town.lease(ann)
    await town.age(ann)

    await _say_live(town, lease)


async def test_what_was_given_away_is_not_written_any_more(town: Town):
    ann = await town.process("ann")
    lease = await town.lease(ann)
    await town.leases.give(ann, [town.desk.account])

    with pytest.raises(LeaseLost):
        await _say_live(town, lease)


async def test_a_removed_account_is_a_lost_lease(town: Town):
    lease = await town.lease(await town.process("ann"))
    await town.desk.accounts.remove(town.desk.owner, town.desk.account)

    with pytest.raises(LeaseLost):
        await _say_live(town, lease)


async def test_renewing_does_not_wait_for_a_writer(town: Town):
    ann = await town.process("ann")
    lease = await town.lease(ann)

    async with town.desk.uow.fenced(lease)(), asyncio.timeout(10):
        assert await town.lease(ann) == lease


async def test_the_account_is_locked_before_its_lease(town: Town):
    ann = await town.process("ann")
    lease = await town.lease(ann)

    async def write() -> None:
        async with town.desk.uow.fenced(lease)():
            pass

    async def waits_for_a_lock() -> bool:
        query = (
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database() AND query LIKE '%patience%'"
        )
        return bool(await town.desk.rows(query))

    async with asyncio.TaskGroup() as together, town.desk.uow() as remover:
        await remover.driver.execute(
            "SELECT 1 FROM accounts WHERE id = $1 FOR UPDATE", town.desk.account
        )
        together.create_task(write())
        await eventually(waits_for_a_lock, what="a writer that waits for the account")
        # Were the lease locked by now, a removal and a write could wait for each other.
        await remover.driver.execute(
            "SELECT 1 FROM leases WHERE account_id = $1 FOR UPDATE NOWAIT", town.desk.account
        )


async def test_nobody_takes_an_account_that_is_still_written_under_the_old_fence(town: Town):
    ann, ben = await town.process("ann"), await town.process("ben")
    lease = await town.lease(ann)

    async with town.desk.uow.fenced(lease)():
        await town.age(ann)  # its sessions bear another name than those of the town: not ended
        beat = await town.beat(ben)
        assert beat.held == []
        assert beat.is_short

    assert len((await town.beat(ben)).held) == 1


async def test_a_process_that_froze_in_a_transaction_keeps_no_locks(town: Town, database_url: str):
    frozen = create_async_engine(
        parse_database_url(database_url).sqlalchemy_url,
        connect_args={"server_settings": {"application_name": town.sessions}},
    )
    ann, ben = await town.process("ann"), await town.process("ben")
    lease = await town.lease(ann)
    old = UnitOfWork(frozen, town.desk.uow._feed).fenced(lease)

    async def taken_over() -> bool:
        return bool((await town.beat(ben)).held)

    async def freeze_and_wake_up() -> None:
        async with old() as tx:
            await mailboxes.lock_account(tx, town.desk.account)
            await town.age(ann)
            await eventually(taken_over, what="the account at the other process")
            await SetAccountState(town.desk.uow)(town.desk.account, AccountState.LIVE)
            await mailboxes.lock_account(tx, town.desk.account)

    try:
        with pytest.raises(TransientError):
            await freeze_and_wake_up()
    finally:
        await frozen.dispose()


async def test_writers_takers_and_removers_never_wait_in_a_circle(town: Town):
    ann = await town.process("ann")
    await town.add_accounts(3)
    for _ in range(10):
        held = (await town.beat(ann)).held
        async with asyncio.TaskGroup() as together:
            for h in held:
                write = SetAccountState(town.desk.uow.fenced(h.lease))
                states = (AccountState.LIVE, AccountState.SYNCING, AccountState.CONNECTING)
                for state in states:
                    together.create_task(_ignoring_loss(write(h.account.id, state)))
            together.create_task(town.beat(ann))
            together.create_task(town.leases.give(ann, [held[0].account.id]))
    rest = (await town.beat(ann)).held
    async with asyncio.TaskGroup() as together:
        for h in rest:
            write = SetAccountState(town.desk.uow.fenced(h.lease))
            together.create_task(_ignoring_loss(write(h.account.id, AccountState.LIVE)))
            together.create_task(town.desk.accounts.remove(town.desk.owner, h.account.id))
        together.create_task(town.beat(ann))
    assert (await town.beat(ann)).held == []


async def _ignoring_loss(write: Awaitable[object]) -> None:
    try:
        await write
    except LeaseLost:
        return
