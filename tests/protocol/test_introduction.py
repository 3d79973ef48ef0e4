"""What is said right after login: ID and ENABLE, and how little depends on their answers."""

import asyncio
import time

import pytest

from tests.support.imap_session import session_with
from tests.support.scripted_imap import Peer, after_login, transcript
from vexmail.domain.errors import ConnectionTimedOut, VexMailError
from vexmail.domain.ids import ModSeq, UidValidity
from vexmail.imap import introduction

LOGIN = """
S: * OK [CAPABILITY {offered}] hello
C: LOGIN *
S: {{tag}} OK [CAPABILITY {offered}] welcome
"""
SELECTED = """
S: * 0 EXISTS
S: * OK [UIDVALIDITY 7] generation
S: * OK [UIDNEXT 1] next
S: * OK [HIGHESTMODSEQ 9] highest
S: {tag} OK selected
"""


def login(offered: str) -> str:
    """Return the steps of logging in."""
    return LOGIN.format(offered=f"IMAP4rev1 {offered}")


async def test_a_server_that_asks_who_we_are_is_told_name_and_version_only() -> None:
    said = []

    async def script(peer: Peer) -> None:
        await transcript(login("ID"))(peer)
        said.append(await peer.command("ID *"))
        await peer.send('* ID ("name" "Coremail")\r\n{tag} OK done')
        await peer.command("NOOP")
        await peer.send("{tag} OK done")

    async with session_with(script) as session:
        await session.noop()

    words = said[0].removeprefix("ID ").strip("()").split()
    assert words[0::2] == ['"name"', '"version"']
    assert words[1] == '"VexMail"'
    assert "ann" not in said[0]


@pytest.mark.parametrize("answer", ["NO not for you", "BAD what?"])
async def test_a_refused_id_and_a_refused_enable_are_no_failure(answer: str) -> None:
    script = (
        login("ID ENABLE CONDSTORE QRESYNC")
        + f"C: ID *\nS: {{tag}} {answer}\nC: ENABLE QRESYNC\nS: {{tag}} {answer}\n"
        + 'C: SELECT "INBOX" (CONDSTORE)'
        + SELECTED
    )

    async with session_with(transcript(script)) as session:
        selected, changes = await session.changes_since("INBOX", UidValidity(7), ModSeq(5))

    assert selected.highest_modseq == 9
    assert changes is None


async def test_an_ok_that_enabled_nothing_is_not_taken_for_qresync() -> None:
    script = (
        login("ENABLE CONDSTORE QRESYNC")
        + "C: ENABLE QRESYNC\nS: * ENABLED\nS: {tag} OK done\n"
        + 'C: SELECT "INBOX" (CONDSTORE)'
        + SELECTED
    )

    async with session_with(transcript(script)) as session:
        assert (await session.changes_since("INBOX", UidValidity(7), ModSeq(5)))[1] is None


@pytest.mark.parametrize("offered", ["QRESYNC CONDSTORE", "ENABLE CONDSTORE", "ENABLE IMAP4rev2"])
async def test_nothing_is_enabled_that_is_not_offered(offered: str) -> None:
    async with session_with(after_login("C: NOOP\nS: {tag} OK done", capabilities=offered)) as one:
        await one.noop()


async def test_an_id_nobody_answers_costs_a_moment_and_its_late_answer_does_no_harm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(introduction, "MOMENT", 0.2)

    async def script(peer: Peer) -> None:
        await transcript(login("ID IDLE"))(peer)
        await peer.command("ID *")
        asked = peer.tag
        await peer.command("NOOP")
        await peer.send(f'* ID ("name" "slow")\r\n{asked} OK at last\r\n{{tag}} OK done')
        await peer.command("NOOP")
        await peer.send("{tag} OK done")

    began = time.monotonic()
    async with session_with(script) as session:
        assert time.monotonic() - began < 5
        await session.noop()
        await session.noop()


async def test_an_enable_nobody_answers_is_a_dead_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(introduction, "STEP", 0.2)
    script = login("ENABLE QRESYNC") + "C: ENABLE *\n! silence"

    with pytest.raises(ConnectionTimedOut):
        async with session_with(transcript(script)):
            pass


async def test_a_bye_instead_of_an_answer_is_told() -> None:
    script = login("ID") + "C: ID *\nS: * BYE unknown clients leave\n! close"

    with pytest.raises(VexMailError, match="unknown clients leave"):
        async with session_with(transcript(script)):
            pass


async def test_a_flood_instead_of_an_answer_is_a_dead_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(introduction, "STEP", 0.3)

    async def script(peer: Peer) -> None:
        await transcript(login("ENABLE QRESYNC"))(peer)
        await peer.command("ENABLE *")
        while True:
            await peer.send(b"* OK still here\r\n" * 100)

    async with asyncio.timeout(10):
        with pytest.raises(ConnectionTimedOut):
            async with session_with(script):
                pass
