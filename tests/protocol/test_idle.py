"""IDLE and what can happen around it."""

import asyncio
import time

import pytest

from tests.support.imap_session import USER, at, session_with
from tests.support.live_mailbox import LiveMailbox
from tests.support.scripted_imap import Peer, after_login
from vexmail.domain.errors import (
    CommandRefused,
    ConnectionLost,
    ConnectionTimedOut,
    ServerSaidBye,
)
from vexmail.domain.flags import FlagEdit
from vexmail.imap import idle
from vexmail.imap.server import AioimaplibMailServer
from vexmail.ports.mail_server import Wake


@pytest.mark.parametrize(
    ("pushed", "wake"),
    [
        ("* 4 EXISTS", {Wake.NEW_MESSAGES}),
        ("* 2 EXPUNGE", {Wake.EXPUNGED}),
        ("* VANISHED 5:6", {Wake.EXPUNGED}),
        ("* 1 FETCH (FLAGS (\\Seen))", {Wake.FLAGS_CHANGED}),
        ("* 3 EXISTS\r\n* 0 RECENT\r\n* 4 EXISTS", {Wake.NEW_MESSAGES}),
        ("* 2 EXPUNGE\r\n* 3 EXISTS", {Wake.EXPUNGED, Wake.NEW_MESSAGES}),
    ],
)
async def test_a_push_wakes_and_says_what_it_was(pushed: str, wake: set[Wake]) -> None:
    script = after_login(exists=3)

    async def push(peer: Peer) -> None:
        await script(peer)
        await peer.command("IDLE")
        await peer.send("+ idling")
        await peer.send(pushed)
        assert await peer.line() == b"DONE"
        await peer.send("{tag} OK done")

    async with session_with(push) as session:
        await session.select("INBOX")
        assert await session.idle(30) == wake


async def test_nothing_new_ends_after_the_time_given_and_still_here_is_no_news() -> None:
    script = after_login(
        """
        C: IDLE
        S: + idling
        S: * OK Still here
        S: * 3 EXISTS
        """,
        exists=3,
    )

    async def quiet(peer: Peer) -> None:
        await script(peer)
        assert await peer.line() == b"DONE"
        await peer.send("{tag} OK done")

    async with session_with(quiet) as session:
        await session.select("INBOX")
        began = time.monotonic()
        assert await session.idle(0.2) == frozenset()
        assert time.monotonic() - began >= 0.2


async def test_news_that_crosses_done_is_not_lost() -> None:
    async def crossing(peer: Peer) -> None:
        await after_login(exists=3)(peer)
        await peer.command("IDLE")
        await peer.send("+ idling")
        assert await peer.line() == b"DONE"
        await peer.send("* 4 EXISTS\r\n{tag} OK done")

    async with session_with(crossing) as session:
        await session.select("INBOX")
        assert await session.idle(0.05) == {Wake.NEW_MESSAGES}


async def test_a_server_that_ends_idle_itself_is_not_sent_a_done_it_does_not_know() -> None:
    async def ending(peer: Peer) -> None:
        await after_login(exists=3)(peer)
        await peer.command("IDLE")
        await peer.send("+ idling\r\n{tag} OK timed out")
        await peer.command("NOOP")  # a DONE here would fail the script
        await peer.send("{tag} OK done")

    async with session_with(ending) as session:
        await session.select("INBOX")
        assert await session.idle(30) == frozenset()
        await session.noop()


async def test_a_done_that_crosses_the_servers_own_ending_does_no_harm() -> None:
    async def crossing(peer: Peer) -> None:
        await after_login(exists=3)(peer)
        await peer.command("IDLE")
        await peer.send("+ idling")
        assert await peer.line() == b"DONE"
        await peer.send("{tag} OK timed out just now\r\nDONE BAD what?")
        await peer.command("NOOP")
        await peer.send("{tag} OK done")

    async with session_with(crossing) as session:
        await session.select("INBOX")
        assert await session.idle(0.05) == frozenset()
        await session.noop()


async def test_a_done_nobody_answers_means_a_dead_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(idle, "END", 0.2)
    script = after_login("C: IDLE\nS: + idling\n! silence", exists=3)

    async with session_with(script) as session:
        await session.select("INBOX")
        with pytest.raises(ConnectionTimedOut):
            await session.idle(0.1)


async def test_an_idle_that_never_begins_means_a_dead_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(idle, "BEGIN", 0.2)

    async with session_with(after_login("C: IDLE\n! silence", exists=3)) as session:
        await session.select("INBOX")
        with pytest.raises(ConnectionTimedOut):
            await session.idle(30)


@pytest.mark.parametrize("ending", ["close", "reset"])
async def test_a_connection_cut_during_idle_is_told_at_once(ending: str) -> None:
    script = after_login(f"C: IDLE\nS: + idling\n! {ending}", exists=3)

    async with session_with(script) as session:
        await session.select("INBOX")
        async with asyncio.timeout(5):
            with pytest.raises(ConnectionLost):
                await session.idle(300)


async def test_a_bye_during_idle_is_told_at_once_in_the_servers_words() -> None:
    script = after_login("C: IDLE\nS: + idling\nS: * BYE maintenance\n! silence", exists=3)

    async with session_with(script) as session:
        await session.select("INBOX")
        async with asyncio.timeout(5):
            with pytest.raises(ServerSaidBye, match="maintenance"):
                await session.idle(300)


async def test_a_refused_idle_is_an_error_not_an_endless_loop() -> None:
    async with session_with(after_login("C: IDLE\nS: {tag} NO no", exists=3)) as session:
        await session.select("INBOX")
        with pytest.raises(CommandRefused):
            await session.idle(30)


async def test_without_idle_a_noop_asks_for_news() -> None:
    script = after_login(
        "C: NOOP\nS: * 4 EXISTS\nS: {tag} OK done", exists=3, capabilities="UIDPLUS"
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        assert await session.idle(0.1) == {Wake.NEW_MESSAGES}


async def test_a_delivery_wakes_within_milliseconds() -> None:
    async with LiveMailbox() as mailbox:
        server = AioimaplibMailServer()
        async with server.connect(at(mailbox.port), USER) as session:
            selected = await session.select("INBOX")
            delays = []
            for number in range(20):
                async with asyncio.TaskGroup() as tasks:
                    waiting = tasks.create_task(session.idle(30))
                    await mailbox.watched()
                    began = time.perf_counter()
                    mailbox.deliver(b"Subject: news %d\r\n\r\nhello" % number)
                    assert await waiting == {Wake.NEW_MESSAGES}
                    delays.append(time.perf_counter() - began)
                [message] = await session.fetch_new(selected.uid_next)
                assert message.envelope.subject == f"news {number}"
                selected = await session.select("INBOX")

    assert sorted(delays)[len(delays) // 2] < 0.05


async def test_the_live_mailbox_can_be_mirrored() -> None:
    async with LiveMailbox() as mailbox:
        for number in range(3):
            mailbox.deliver(
                b"From: Ann <ann@a.example>\r\nTo: bob@b.example\r\nSubject: no %d\r\n"
                b"Date: Sun, 1 Feb 2026 10:00:00 +0000\r\nMessage-ID: <%d@a>\r\n\r\nhello"
                % (number, number)
            )
        async with AioimaplibMailServer().connect(at(mailbox.port), USER) as session:
            selected = await session.select("INBOX")
            uids = await session.all_uids()
            rows = [row async for batch in session.fetch_messages(uids) for row in batch]
            bodies = [body async for body in session.fetch_bodies(uids)]
            told = await session.store_flags(uids[:1], FlagEdit(add=frozenset({"\\Seen"})))
            mailbox.set_flags(2, {"\\Flagged"})
            mailbox.expunge(3)
            wakes = await session.idle(30)
            changed = await session.flags_changed_since(selected.highest_modseq)

    assert [row.envelope.subject for row in rows] == ["no 0", "no 1", "no 2"]
    assert rows[0].envelope.from_[0].address == "ann@a.example"
    assert [len(body.raw) for body in bodies] == [row.size for row in rows]
    assert [(row.uid, row.flags) for row in told] == [(1, {"\\Seen"})]
    assert wakes == {Wake.FLAGS_CHANGED, Wake.EXPUNGED}
    assert {row.uid: row.flags for row in changed} == {1: {"\\Seen"}, 2: {"\\Flagged"}}
