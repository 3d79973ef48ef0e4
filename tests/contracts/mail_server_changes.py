"""What every ``MailServer`` must do to messages, whichever extensions it has."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from tests.contracts.mail_server import Account, message
from vexmail.domain.errors import CommandRefused, MailboxGone
from vexmail.domain.flags import DELETED, FLAGGED, SEEN, FlagEdit
from vexmail.domain.ids import ModSeq, Uid, UidValidity
from vexmail.ports.mail_server import MailSession, Wake


@asynccontextmanager
async def opened(account: Account, deliveries: int = 0) -> AsyncIterator[MailSession]:
    """Deliver messages numbered from 0, log in and select INBOX."""
    for number in range(deliveries):
        await account.deliver(message(number))
    async with account.server.connect(account.address, account.credentials) as session:
        await session.select("INBOX")
        yield session


async def numbers_in(session: MailSession, wire_name: str) -> dict[Uid, str]:
    """Return the Message-ID of each UID of a mailbox; it stays selected."""
    await session.select(wire_name)
    uids = await session.all_uids()
    rows = [row async for batch in session.fetch_messages(uids) for row in batch]
    return {row.uid: row.envelope.internet_message_id for row in rows}


async def a_name_without_mailbox(session: MailSession) -> str:
    """Return a wire name that a mailbox may have and none has."""
    wire_name = await session.create_mailbox("Nowhere")
    await session.delete_mailbox(wire_name)
    return wire_name


def names_uids(session: MailSession) -> bool:
    """Tell whether the server says which UIDs its copies have."""
    return "UIDPLUS" in session.capabilities


class MailServerChangesContract:
    """Inherit beside ``MailServerContract``."""

    async def test_moved_messages_are_there_and_no_longer_here(self, account: Account):
        async with opened(account, 4) as session:
            target = await session.create_mailbox("Elsewhere")
            uids = await session.all_uids()
            await session.store_flags([uids[2]], FlagEdit(add=frozenset({SEEN, FLAGGED})))

            found = await session.move([uids[1], uids[2], Uid(9999)], target)

            assert set((await numbers_in(session, "INBOX")).values()) == {
                "<0@a.example>",
                "<3@a.example>",
            }
            there = await numbers_in(session, target)
            assert sorted(there.values()) == ["<1@a.example>", "<2@a.example>"]
            if names_uids(session) or found:  # some tell it without being asked
                assert {old: there[new] for old, new in found.items()} == {
                    uids[1]: "<1@a.example>",
                    uids[2]: "<2@a.example>",
                }
            flags = {there[row.uid]: row.flags for row in await session.all_flags()}
            assert flags["<1@a.example>"] <= {DELETED}  # a plain COPY keeps what was marked before
            assert {SEEN, FLAGGED} <= flags["<2@a.example>"]

    async def test_copied_messages_are_in_both_places(self, account: Account):
        async with opened(account, 2) as session:
            target = await session.create_mailbox("Copies")
            uids = await session.all_uids()

            found = await session.copy(uids, target)

            assert len(await numbers_in(session, "INBOX")) == 2
            there = await numbers_in(session, target)
            assert sorted(there.values()) == ["<0@a.example>", "<1@a.example>"]
            if names_uids(session):
                assert {there[found[uids[0]]], there[found[uids[1]]]} == set(there.values())

    async def test_a_target_that_is_not_there_is_gone_and_nothing_is_lost(self, account: Account):
        async with opened(account, 1) as session:
            [uid] = await session.all_uids()
            nowhere = await a_name_without_mailbox(session)
            for act in (session.move, session.copy):
                with pytest.raises(MailboxGone):
                    await act([uid], nowhere)
            with pytest.raises(MailboxGone):
                await session.append(nowhere, message(1), frozenset(), None)

            [row] = await session.all_flags()
            assert row.flags == frozenset()

    async def test_moving_nothing_is_nothing(self, account: Account):
        async with opened(account, 1) as session:
            target = await session.create_mailbox("Elsewhere")
            assert await session.move([], target) == {}
            assert await session.move([Uid(4000)], target) == {}
            await session.expunge([])

            assert len(await session.all_uids()) == 1

    async def test_what_another_client_marked_is_never_removed_by_a_move(self, account: Account):
        async with opened(account, 3) as session:
            target = await session.create_mailbox("Elsewhere")
            uids = await session.all_uids()
            await account.mark_deleted(uids[0])

            await session.move([uids[1]], target)

            here = await numbers_in(session, "INBOX")
            assert {"<0@a.example>", "<2@a.example>"} <= set(here.values())
            if session.capabilities & {"MOVE", "UIDPLUS"}:
                assert "<1@a.example>" not in here.values()
            else:  # the server can only remove both or none
                flags = {row.uid: row.flags for row in await session.all_flags()}
                assert DELETED in flags[uids[1]]
            assert list((await numbers_in(session, target)).values()) == ["<1@a.example>"]

    async def test_an_expunge_removes_what_it_names_and_nothing_else(self, account: Account):
        async with opened(account, 3) as session:
            uids = await session.all_uids()

            await session.expunge([uids[0], Uid(4000)])
            assert await session.all_uids() == uids[1:]

            await account.mark_deleted(uids[1])
            if names_uids(session):
                await session.expunge([uids[2]])
                assert await session.all_uids() == [uids[1]]
            else:
                with pytest.raises(CommandRefused, match="marked"):
                    await session.expunge([uids[2]])
                flags = {row.uid: row.flags for row in await session.all_flags()}
                assert flags == {uids[1]: {DELETED}, uids[2]: frozenset()}

    async def test_an_appended_message_is_there_byte_for_byte(self, account: Account):
        raw = message(1).replace(b"Body 1", b"Gr\xc3\xbc\xc3\x9fe \xff\xfe {12}") + b"." * 9000
        moment = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
        async with opened(account) as session:
            target = await session.create_mailbox("Kept")

            uid = await session.append(
                target, raw, frozenset({SEEN, "Holiday", "\\Recent"}), moment
            )
            second = await session.append(target, message(2), frozenset(), None)

            await session.select(target)
            uids = await session.all_uids()
            bodies = {body.uid: body.raw async for body in session.fetch_bodies(uids)}
            rows = [row async for batch in session.fetch_messages(uids[:1]) for row in batch]
            # Courier ends a last line that has no end.
            assert bodies[uids[0]] in {raw, raw + b"\r\n"}
            assert bodies[uids[1]] == message(2)
            assert rows[0].flags == {SEEN, "Holiday"}
            assert rows[0].received_at == moment
            assert [uid, second] in ([uids] if names_uids(session) else [uids, [None, None]])
            with pytest.raises(CommandRefused, match="NUL"):
                await session.append(target, b"Subject: a\0b\r\n\r\n", frozenset(), None)
            await session.noop()

    async def test_a_message_is_found_by_its_message_id_and_by_nothing_less(self, account: Account):
        async with opened(account, 12) as session:
            uids = await session.all_uids()
            await session.append("INBOX", message(1), frozenset(), None)
            await session.select("INBOX")

            found = await session.find_by_message_id("<1@a.example>")

            assert found == [uids[1], (await session.all_uids())[-1]]
            for other in (
                "1@a.example",
                "<1@a",
                "",
                "<99@a.example>",
                'a"b\\c',
                "x\r\nA1 NOOP",
                "ü",
            ):
                assert await session.find_by_message_id(other) == []

    async def test_select_tells_what_changed_since_or_that_it_cannot(self, account: Account):
        async with opened(account, 5) as session:
            uids = await session.all_uids()
            before = await session.select("INBOX")
        async with opened(account) as session:
            await session.store_flags([uids[1]], FlagEdit(add=frozenset({SEEN})))
            await session.store_flags([uids[2]], FlagEdit(add=frozenset({FLAGGED})))
            await account.expunge(uids[0])
            await account.expunge(uids[3])
            await account.deliver(message(5))

        async with account.server.connect(account.address, account.credentials) as session:
            after, changes = await session.changes_since(
                "INBOX", before.uid_validity, before.highest_modseq
            )
            quiet = await session.idle(0.05)
            same, nothing = await session.changes_since(
                "INBOX", after.uid_validity, after.highest_modseq
            )
            strange, unknown = await session.changes_since(
                "INBOX", UidValidity(after.uid_validity + 1), before.highest_modseq
            )
            _, never = await session.changes_since("INBOX", after.uid_validity, ModSeq(0))
            assert len(await session.all_uids()) == 4

        assert after.exists == same.exists == strange.exists == 4
        assert after.uid_next == before.uid_next + 1
        assert quiet == frozenset()
        assert unknown is never is None
        if {"QRESYNC", "ENABLE"} <= session.capabilities:
            assert changes is not None
            flags = {row.uid: row.flags for row in changes.flags}
            assert flags.pop(Uid(after.uid_next - 1)) == frozenset()
            assert flags == {uids[1]: {SEEN}, uids[2]: {FLAGGED}}
            assert set(changes.vanished) == {uids[0], uids[3]}
            assert nothing is not None
            assert (nothing.flags, nothing.vanished) == ((), ())
        else:
            assert changes is nothing is None

    async def test_a_message_that_goes_wakes_however_it_is_told(self, account: Account):
        async with opened(account, 2) as session:
            uids = await session.all_uids()
            async with asyncio.TaskGroup() as tasks:
                waiting = tasks.create_task(session.idle(30))
                await account.expunge(uids[0])
            wakes = waiting.result()
            while Wake.EXPUNGED not in wakes:  # flags of the mark may be told first
                wakes = await session.idle(30)

            assert await session.all_uids() == uids[1:]
