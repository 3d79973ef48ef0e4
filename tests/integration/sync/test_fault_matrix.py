"""Rows of the fault matrix that need the whole engine: nothing lost, doubled or left unequal.

``tests/README.md`` says which test proves which row.
"""

import contextlib

import asyncpg
import pytest
import redis.asyncio

from tests.integration.sync.filing import equal
from tests.support.fault_proxy import FaultProxy
from tests.support.live_mailbox import LiveMailbox
from tests.support.mail_account import a_message
from tests.support.mirror import Mirror
from tests.support.waiting import eventually
from vexmail.domain.errors import DatabaseUnavailable
from vexmail.domain.ids import AccountId
from vexmail.sync import mailbox_watch
from vexmail.usecases.act_on_emails import Action, Request


async def _mirrored(mirror: Mirror, port: int, mailbox: LiveMailbox, *subjects: str) -> AccountId:
    """Deliver and mirror; return the account."""
    for subject in subjects:
        mailbox.deliver(a_message(subject))
    account = await mirror.add(port)
    await mirror.until_live()
    return account


async def _until_equal(mirror: Mirror) -> None:
    await eventually(lambda: equal(mirror), what="a mirror equal to the server")


async def test_mod_sequences_that_go_back_hide_no_change(
    mirror: Mirror, mailbox: LiveMailbox, network: FaultProxy
) -> None:
    await _mirrored(mirror, network.port, mailbox, "One", "Two")
    network.cut()
    mailbox.mod_seq = 1
    for stored in mailbox.messages:
        stored.mod_seq = 1
        stored.flags = {"\\Flagged"}
    mailbox.deliver(a_message("Three"))

    network.heal()

    await _until_equal(mirror)
    assert await mirror.subjects() == ["One", "Three", "Two"]


async def test_a_generation_that_changes_and_changes_back_loses_nothing(
    mirror: Mirror, mailbox: LiveMailbox, network: FaultProxy
) -> None:
    account = await _mirrored(mirror, network.port, mailbox, "One", "Two")
    before = {item["subject"]: item["id"] for item in await mirror.inbox()}
    for generation in (2, 1):
        network.cut()
        mailbox.uid_validity = generation
        network.heal()
        mirror.fleet.sync_now(account)

        await _until_equal(mirror)

    assert {item["subject"]: item["id"] for item in await mirror.inbox()} == before
    assert await mirror.told("email_received") == []


async def test_a_mailbox_deleted_and_made_again_is_followed(
    mirror: Mirror, folders: LiveMailbox, network: FaultProxy
) -> None:
    folders.deliver(a_message("Old"), mailbox="Archive")
    account = await _mirrored(mirror, network.port, folders, "Inbox")
    network.cut()
    del folders.mailboxes["Archive"]
    folders.add_mailbox("Archive", "\\Archive")
    folders.deliver(a_message("New"), mailbox="Archive")
    network.heal()
    mirror.fleet.sync_now(account)

    await _until_equal(mirror)
    assert await mirror.subjects_in("Archive") == ["New"]


async def test_a_network_that_goes_silent_while_idle_is_noticed(
    mirror: Mirror, mailbox: LiveMailbox, network: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real constants mail comes at most five minutes late; here they are shorter."""
    monkeypatch.setattr(mailbox_watch, "IDLE_RESTART", 1.0)
    monkeypatch.setattr("vexmail.imap.idle.BEGIN", 5.0)
    monkeypatch.setattr("vexmail.imap.idle.END", 1.0)
    await _mirrored(mirror, network.port, mailbox, "Old")
    await mailbox.watched()
    before = network.accepted
    network.stall()
    mailbox.deliver(a_message("Late"))

    await eventually(lambda: mirror.told("email_received"), what="the mail that came late")
    assert network.accepted > before
    await _until_equal(mirror)


async def test_a_redis_that_forgets_everything_costs_nothing(
    mirror: Mirror, mailbox: LiveMailbox, redis_url: str
) -> None:
    await _mirrored(mirror, mailbox.port, mailbox, "Old")
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        await client.flushall()
        await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    mailbox.deliver(a_message("New"))

    await eventually(lambda: mirror.told("email_received"), what="the arrival")
    await _until_equal(mirror)


async def test_a_database_that_drops_its_connections_is_found_again(
    mirror: Mirror, mailbox: LiveMailbox, database_url: str
) -> None:
    await _mirrored(mirror, mailbox.port, mailbox, "Old")
    key = await mirror.key_of("Old")
    driver = await asyncpg.connect(database_url)
    try:
        await driver.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    finally:
        await driver.close()
    mailbox.deliver(a_message("New"))

    async def here() -> bool:
        with contextlib.suppress(DatabaseUnavailable):  # the API answers 503 and Retry-After
            return await mirror.subjects() == ["New", "Old"]
        return False

    await eventually(here, within=120, what="the arrival")
    await mirror.actions(mirror.owner, [key], Request(Action.READ))
    await eventually(mirror.settled, what="the wish carried out")
    await _until_equal(mirror)
    assert mailbox.messages[0].flags == {"\\Seen"}


async def test_a_connection_that_is_out_of_step_is_given_to_nobody_again(mirror: Mirror) -> None:
    """Seen when PostgreSQL ended a connection in the middle of preparing a statement."""
    with pytest.raises(DatabaseUnavailable):
        async with mirror.built.reader() as broken:
            raise asyncpg.InternalClientError("cannot switch to state 11")

    async with mirror.built.reader() as driver:
        assert driver is not broken
        assert await driver.fetchval("SELECT 1") == 1
