"""What every ``MailServer`` must do; a test class per server to try it on inherits these tests."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from vexmail.domain.errors import AuthenticationFailed, MailboxGone
from vexmail.domain.flags import SEEN, FlagEdit
from vexmail.domain.ids import Uid
from vexmail.domain.mailbox import MailboxRole
from vexmail.ports.mail_server import Credentials, MailServer, ServerAddress, Wake


@dataclass(frozen=True, slots=True)
class Account:
    """An account with an empty INBOX, and what somebody else does to it."""

    server: MailServer
    address: ServerAddress
    credentials: Credentials
    deliver: Callable[[bytes], Awaitable[None]]
    mark_deleted: Callable[[Uid], Awaitable[None]]
    """Another client marks a message of INBOX as deleted, and leaves it there."""
    expunge: Callable[[Uid], Awaitable[None]]
    """Another client removes a message of INBOX."""


def message(number: int) -> bytes:
    """Return a small message."""
    return (
        f"From: Ann <ann@a.example>\r\nTo: bob@b.example\r\nSubject: number {number}\r\n"
        f"Date: Sun, 1 Feb 2026 10:00:00 +0000\r\nMessage-ID: <{number}@a.example>\r\n\r\n"
        f"Body {number}\r\n"
    ).encode()


class MailServerContract:
    """Inherit, and give a fixture ``account`` with an ``Account``."""

    async def test_inbox_is_listed_with_its_role(self, account: Account):
        async with account.server.connect(account.address, account.credentials) as session:
            mailboxes = await session.list_mailboxes()

        [inbox] = [mailbox for mailbox in mailboxes if mailbox.role is MailboxRole.INBOX]
        assert inbox.wire_name.upper() == "INBOX"
        assert inbox.selectable

    async def test_a_mailbox_that_is_not_there_is_gone(self, account: Account):
        async with account.server.connect(account.address, account.credentials) as session:
            with pytest.raises(MailboxGone):
                await session.select("No such mailbox")
            await session.noop()

    async def test_messages_come_complete_in_batches_in_the_order_asked(self, account: Account):
        for number in range(12):
            await account.deliver(message(number))

        async with account.server.connect(account.address, account.credentials) as session:
            selected = await session.select("INBOX")
            uids = await session.all_uids()
            batches = [
                batch async for batch in session.fetch_messages(uids[::-1], batch=5, first=2)
            ]

        assert selected.exists == 12
        assert uids == sorted(uids)
        assert selected.uid_next > uids[-1]
        assert [{row.uid for row in batch} for batch in batches] == [
            set(uids[10:]),
            set(uids[5:10]),
            set(uids[:5]),
        ]
        rows = sorted((row for batch in batches for row in batch), key=lambda row: row.uid)
        assert [row.envelope.subject for row in rows] == [f"number {n}" for n in range(12)]
        assert {row.size for row in rows} >= {len(message(0))}
        assert not any(SEEN in row.flags for row in rows)

    async def test_only_what_is_new_is_fetched_as_new(self, account: Account):
        await account.deliver(message(1))
        async with account.server.connect(account.address, account.credentials) as session:
            before = await session.select("INBOX")
            assert await session.fetch_new(before.uid_next) == []
            await account.deliver(message(2))
            await session.noop()

            [new] = await session.fetch_new(before.uid_next)

        assert new.envelope.internet_message_id == "<2@a.example>"

    async def test_bodies_are_the_bytes_and_are_not_marked_seen(self, account: Account):
        for number in range(3):
            await account.deliver(message(number))

        async with account.server.connect(account.address, account.credentials) as session:
            await session.select("INBOX")
            uids = await session.all_uids()
            bodies = {body.uid: body.raw async for body in session.fetch_bodies(uids, batch=2)}
            flags = await session.all_flags()

        assert [bodies[uid] for uid in uids] == [message(number) for number in range(3)]
        assert not any(SEEN in row.flags for row in flags)

    async def test_flags_stored_are_what_the_next_session_reads(self, account: Account):
        await account.deliver(message(1))
        async with account.server.connect(account.address, account.credentials) as session:
            before = await session.select("INBOX")
            [uid] = await session.all_uids()
            [told] = await session.store_flags([uid], FlagEdit(add=frozenset({SEEN})))

        async with account.server.connect(account.address, account.credentials) as session:
            await session.select("INBOX")
            [read] = await session.all_flags()
            changed = (
                await session.flags_changed_since(before.highest_modseq)
                if session.has_condstore
                else [read]
            )

        assert told.flags == read.flags == {SEEN}
        assert changed == [read]

    async def test_idle_wakes_for_a_delivery_and_ends_without_one(self, account: Account):
        async with account.server.connect(account.address, account.credentials) as session:
            await session.select("INBOX")
            assert await session.idle(0.05) == frozenset()

            async with asyncio.TaskGroup() as tasks:
                waiting = tasks.create_task(session.idle(30))
                await account.deliver(message(1))

        assert Wake.NEW_MESSAGES in waiting.result()

    async def test_a_wrong_password_is_refused(self, account: Account):
        wrong = Credentials(account.credentials.username, "not this")

        with pytest.raises(AuthenticationFailed):
            async with account.server.connect(account.address, wrong):
                pass
