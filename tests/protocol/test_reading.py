"""What the library's own reader lost, rewrote or hung on, and what no real server sends."""

import asyncio

import pytest

from tests.protocol.answers import fetch, fetching, row
from tests.support.imap_session import session_with
from tests.support.scripted_imap import Peer, after_login
from vexmail.domain.errors import (
    CommandRefused,
    ConnectionLost,
    ConnectionTimedOut,
    MailboxGone,
    ProtocolViolation,
    ServerSaidBye,
    VexMailError,
)
from vexmail.domain.flags import FlagEdit
from vexmail.domain.ids import Uid
from vexmail.imap import exchange
from vexmail.imap.framer import Limits
from vexmail.ports.mail_server import Wake


async def subject_of(literal: str) -> str:
    """Return how a subject, given as it is on the wire, comes out."""
    async with session_with(fetching([row(1, literal)])) as session:
        await session.select("INBOX")
        [message] = await fetch(session, [1])
        return message.envelope.subject


@pytest.mark.parametrize(
    ("wire", "subject"),
    [
        ('"5 * 3 * 2"', "5 * 3 * 2"),
        ('":("', ":("),
        ('":)) (("', ":)) (("),
        ('"50% off * today * only"', "50% off * today * only"),
        (r'"say \"hi\" \\o/"', 'say "hi" \\o/'),
        ('"ends with {12}"', "ends with {12}"),
        ('"NIL"', "NIL"),
        ("NIL", ""),
        ("nil", ""),
        ('""', ""),
        ('"* 9 EXPUNGE"', "* 9 EXPUNGE"),
        ('"=?utf-8?Q?gr=C3=BC=C3=9Fe?="', "grüße"),
    ],
)
async def test_a_subject_arrives_as_it_was_written(wire: str, subject: str) -> None:
    assert await subject_of(wire) == subject


async def test_three_thousand_lines_in_one_chunk_are_three_thousand_rows() -> None:
    count = 3000
    answer = "".join(f"* {n} FETCH (UID {n} FLAGS (\\Seen))\r\n" for n in range(1, count + 1))

    async def script(peer: Peer) -> None:
        await after_login(exists=count)(peer)
        await peer.command("UID FETCH *")
        await peer.send(answer.encode() + f"{peer.tag} OK done\r\n".encode())

    async with session_with(script) as session:
        await session.select("INBOX")
        rows = await session.all_flags()

    assert [row.uid for row in rows] == list(range(1, count + 1))
    assert all(row.flags == {"\\Seen"} for row in rows)


async def test_what_is_pushed_inside_a_fetch_is_told_by_the_next_idle_at_once() -> None:
    lines = [row(1), "* 5 EXISTS", "* VANISHED 2", row(3), "* 1 FETCH (UID 1 FLAGS (\\Seen))"]

    async with session_with(fetching(lines)) as session:
        await session.select("INBOX")
        messages = await fetch(session, [1, 2, 3])
        wakes = await session.idle(30)  # the script has no IDLE: this must not reach the wire

    assert [message.uid for message in messages] == [1, 3]
    assert wakes == {Wake.NEW_MESSAGES, Wake.EXPUNGED, Wake.FLAGS_CHANGED}


async def test_what_is_pushed_between_commands_is_told_by_the_next_idle_at_once() -> None:
    sent = asyncio.Event()

    async def script(peer: Peer) -> None:
        await after_login(exists=1)(peer)
        await peer.send("* 2 EXISTS\r\n* 1 EXPUNGE")
        sent.set()
        await peer.silence()

    async with session_with(script) as session:
        await session.select("INBOX")
        await sent.wait()
        await asyncio.sleep(0.05)

        assert await session.idle(30) == {Wake.NEW_MESSAGES, Wake.EXPUNGED}


@pytest.mark.parametrize("ending", ["close", "reset"])
async def test_a_cut_inside_a_literal_is_told_at_once(ending: str) -> None:
    script = after_login(
        f"""
        C: UID FETCH *
        S: * 1 FETCH (UID 1 BODY[] {{1000}}
        S| only this much
        ! {ending}
        """,
        exists=1,
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        async with asyncio.timeout(10):
            with pytest.raises(ConnectionLost):
                await anext(aiter(session.fetch_bodies([Uid(1)])))


async def test_silence_inside_a_literal_ends_after_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exchange, "SILENCE", 0.2)
    script = after_login(
        """
        C: UID FETCH *
        S: * 1 FETCH (UID 1 BODY[] {1000}
        S| only this much
        ! silence
        """,
        exists=1,
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        with pytest.raises(ConnectionTimedOut):
            async for _ in session.fetch_bodies([Uid(1)]):
                pass


COMMANDS = {
    "LIST": lambda session: session.list_mailboxes(),
    "SELECT": lambda session: session.select("INBOX"),
    "NOOP": lambda session: session.noop(),
}
SELECTED_COMMANDS = {
    "UID SEARCH": lambda session: session.all_uids(),
    "UID FETCH": lambda session: session.all_flags(),
    "UID STORE": lambda session: session.store_flags([Uid(1)], FlagEdit(add=frozenset({"\\Seen"}))),
    "IDLE": lambda session: session.idle(30),
}


@pytest.mark.parametrize("command", [*COMMANDS, *SELECTED_COMMANDS])
async def test_a_bye_in_any_state_ends_the_waiting_with_the_servers_words(command: str) -> None:
    selected = command in SELECTED_COMMANDS
    script = after_login(
        f"C: {command}*\nS: * BYE shutting down for repairs\n! close",
        exists=1 if selected else None,
    )

    async with session_with(script) as session:
        if selected:
            await session.select("INBOX")
        with pytest.raises(ServerSaidBye, match="shutting down for repairs"):
            await {**COMMANDS, **SELECTED_COMMANDS}[command](session)
        with pytest.raises(VexMailError):
            await session.noop()


async def test_a_bye_between_commands_is_told_by_the_next() -> None:
    async with session_with(after_login("S: * BYE idle too long\n! close")) as session:
        await asyncio.sleep(0.05)

        with pytest.raises(ServerSaidBye, match="idle too long"):
            await session.idle(5)


@pytest.mark.parametrize(
    ("limits", "flood"),
    [
        (Limits(line=1000), b"* OK " + b"x" * 5000),
        (Limits(line=1000), b"* 1 FETCH (UID 1 FLAGS (" + b"x " * 5000 + b"))\r\n"),
        (Limits(literal=1000), b"* 1 FETCH (UID 1 BODY[] {1001}\r\n"),
        (Limits(literal=1000), b"* 1 FETCH (UID 1 BODY[] {99999999999999999999}\r\n"),
    ],
)
async def test_more_than_the_limits_is_a_violation_before_it_is_stored(
    limits: Limits, flood: bytes
) -> None:
    async def script(peer: Peer) -> None:
        await after_login(exists=1)(peer)
        await peer.command("NOOP")
        await peer.send(flood)
        await peer.silence()

    async with session_with(script, limits=limits) as session:
        await session.select("INBOX")
        with pytest.raises(ProtocolViolation):
            await session.noop()


async def test_lists_nested_without_end_are_a_violation_not_a_crash() -> None:
    bomb = "* 1 FETCH (UID 1 FLAGS " + "(" * 50_000

    async with session_with(fetching([bomb])) as session:
        await session.select("INBOX")
        with pytest.raises(ProtocolViolation):
            await session.all_flags()


async def test_bytes_that_are_not_imap_end_the_session() -> None:
    async with session_with(after_login("C: NOOP\nS: * ((( what?\n! silence")) as session:
        with pytest.raises(ProtocolViolation):
            await session.noop()


async def test_an_unknown_response_and_an_unknown_tag_are_passed_over() -> None:
    script = after_login(
        """
        C: NOOP
        S: * XMOON (phase "full")
        S: DONE BAD what?
        S: * OK [XCODE 1 2 3] text that ends like a literal {12}
        S: {tag} OK done
        """
    )

    async with session_with(script) as session:
        await session.noop()


async def test_a_refused_command_leaves_the_session_usable() -> None:
    script = after_login(
        """
        C: UID STORE *
        S: {tag} NO [CANNOT] read-only mailbox
        C: SELECT *
        S: {tag} NO [NONEXISTENT] gone
        C: NOOP
        S: {tag} OK done
        """,
        exists=1,
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        with pytest.raises(CommandRefused) as caught:
            await session.store_flags([Uid(1)], FlagEdit(add=frozenset({"x"})))
        with pytest.raises(MailboxGone):
            await session.select("Gone")
        await session.noop()

    assert caught.value.response_code == "CANNOT"
    assert "read-only mailbox" in str(caught.value)


@pytest.mark.parametrize("label", ["two words", "a(b", 'qu"ote', "x\r\nDELETE", "ümlaut", ""])
async def test_a_label_that_is_no_atom_never_reaches_the_wire(label: str) -> None:
    async with session_with(after_login(exists=1)) as session:
        await session.select("INBOX")
        with pytest.raises(CommandRefused):
            await session.store_flags([Uid(1)], FlagEdit(add=frozenset({label})))
