"""What the library's own reader lost, rewrote or hung on, and what no real server sends."""

import asyncio
import re
from collections.abc import Sequence

import pytest

from tests.support.imap_session import session_with
from tests.support.scripted_imap import Peer, Script, after_login
from vexmail.domain.errors import (
    CommandRefused,
    ConnectionLost,
    ConnectionTimedOut,
    Defect,
    MailboxGone,
    ProtocolViolation,
    ServerSaidBye,
    VexMailError,
)
from vexmail.domain.flags import FlagEdit
from vexmail.domain.ids import ModSeq, Uid
from vexmail.domain.message import RemoteMessage
from vexmail.imap import exchange
from vexmail.imap.framer import Limits
from vexmail.ports.mail_server import MailSession, Wake

NOBODY = "NIL NIL NIL NIL NIL NIL NIL"


def row(uid: int, subject: str = '"hello"', *, flags: str = "") -> str:
    """Return one envelope-pass answer."""
    return (
        f'* {uid} FETCH (UID {uid} FLAGS ({flags}) INTERNALDATE "01-Feb-2026 10:00:00 +0000" '
        f'RFC822.SIZE 100 ENVELOPE ("Sun, 1 Feb 2026 10:00:00 +0000" {subject} {NOBODY} '
        f'"<{uid}@x>") BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" 10 1 NIL NIL NIL))'
    )


def fetching(lines: Sequence[str], exists: int = 3, capabilities: str = "IDLE") -> Script:
    """Return a script: login, SELECT, then one UID FETCH answered with ``lines``."""
    steps = ["C: UID FETCH *", *(f"S: {line}" for line in lines), "S: {tag} OK done"]
    return after_login("\n".join(steps), exists=exists, capabilities=capabilities)


async def fetch(session: MailSession, uids: Sequence[int]) -> list[RemoteMessage]:
    """Return all rows of one envelope pass."""
    wanted = [Uid(uid) for uid in uids]
    return [row async for batch in session.fetch_messages(wanted) for row in batch]


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


async def test_one_unreadable_envelope_does_not_cost_the_batch() -> None:
    broken = row(2).replace('"hello"', '(("hello"').replace("BODYSTRUCTURE", "BODYSTRUCTURE )")

    async with session_with(fetching([row(1), broken, row(3)])) as session:
        await session.select("INBOX")
        messages = {message.uid: message for message in await fetch(session, [1, 2, 3])}

    assert set(messages) == {1, 2, 3}
    assert messages[Uid(2)].envelope.subject == ""
    assert messages[Uid(2)].size == 100
    assert messages[Uid(2)].received_at == messages[Uid(1)].received_at


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


@pytest.mark.parametrize(
    "answer",
    [
        [],  # tagged OK and nothing else
        ["* SEARCH 1 x 3"],
        ["* SEARCH 1 0 3"],
        ["* SEARCH 1 2 99999999999"],
        ["* SEARCH 1 4294967296 3"],
        ["* SEARCH 1"] * 1,  # fewer than the mailbox holds
    ],
)
async def test_a_uid_list_that_cannot_be_complete_is_never_returned(answer: list[str]) -> None:
    async def script(peer: Peer) -> None:
        await after_login(exists=3)(peer)
        while True:
            command = await peer.command()
            if command.startswith("UID SEARCH"):
                for line in answer:
                    await peer.send(line)
            await peer.send("{tag} OK done")

    async with session_with(script) as session:
        await session.select("INBOX")
        with pytest.raises(ProtocolViolation):
            await session.all_uids()


@pytest.mark.parametrize(
    "answer",
    ["* ESEARCH UID ALL 1:4294967295", "* ESEARCH UID ALL 1,,3", "* ESEARCH UID ALL *"],
)
async def test_a_uid_set_cannot_exhaust_the_memory(answer: str) -> None:
    script = after_login(
        f"C: UID SEARCH RETURN (ALL) ALL\nS: {answer}\nS: {{tag}} OK done",
        exists=3,
        capabilities="ESEARCH",
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        with pytest.raises(ProtocolViolation):
            await session.all_uids()


async def test_uids_told_in_any_order_come_back_ascending_and_once() -> None:
    script = after_login(
        'C: UID SEARCH RETURN (ALL) ALL\nS: * ESEARCH (TAG "{tag}") UID ALL 9,4:2,3\n'
        "S: {tag} OK done",
        exists=4,
        capabilities="ESEARCH",
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        assert await session.all_uids() == [2, 3, 4, 9]


async def test_new_messages_below_the_known_uid_are_left_out() -> None:
    async with session_with(fetching([row(3)])) as session:
        await session.select("INBOX")
        assert await session.fetch_new(Uid(4)) == []


async def test_a_batch_the_server_refuses_is_halved_until_only_the_bad_message_is_missing() -> None:
    async def script(peer: Peer) -> None:
        await after_login(exists=8)(peer)
        while True:
            command = await peer.command("UID FETCH *")
            found = re.findall(r"\d+(?::\d+)?", command.split()[2])
            uids = [
                uid
                for part in found
                for uid in range(int(part.split(":")[0]), int(part.split(":")[-1]) + 1)
            ]
            if 5 in uids:
                await peer.send("{tag} NO [SERVERBUG] cannot read message")
            else:
                for uid in uids:
                    await peer.send(row(uid))
                await peer.send("{tag} OK done")

    async with session_with(script) as session:
        await session.select("INBOX")
        messages = await fetch(session, range(1, 9))

    assert sorted(message.uid for message in messages) == [1, 2, 3, 4, 6, 7, 8]


async def test_a_fetch_left_half_way_ends_the_session_instead_of_mixing_answers() -> None:
    async with session_with(fetching([row(1), row(2)])) as session:
        await session.select("INBOX")
        stream = session.fetch_messages([Uid(1), Uid(2)], batch=1)
        async for _ in stream:
            break

        with pytest.raises((Defect, ConnectionLost)):
            await session.noop()


async def test_bodies_that_are_not_there_are_left_out() -> None:
    lines = ["* 1 FETCH (UID 1 BODY[] NIL)", '* 2 FETCH (BODY[] "short" UID 2)']

    async with session_with(fetching(lines)) as session:
        await session.select("INBOX")
        bodies = [body async for body in session.fetch_bodies([Uid(1), Uid(2), Uid(3)])]

    assert [(body.uid, body.raw) for body in bodies] == [(2, b"short")]


async def test_a_select_without_uidnext_finds_it_another_way() -> None:
    script = after_login(
        """
        C: SELECT *
        S: * 4 EXISTS
        S: * OK [UIDVALIDITY 9] generation
        S: {tag} OK [READ-ONLY] selected
        C: UID FETCH \\* *
        S: * 4 FETCH (UID 40 FLAGS ())
        S: {tag} OK done
        """.replace("\\*", "[*]")
    )

    async with session_with(script) as session:
        selected = await session.select("INBOX", read_only=False)

    assert (selected.uid_next, selected.exists, selected.read_only) == (41, 4, True)
    assert selected.highest_modseq == ModSeq(0)


async def test_a_select_without_uidvalidity_is_a_violation() -> None:
    script = after_login("C: SELECT *\nS: * 4 EXISTS\nS: {tag} OK selected")

    async with session_with(script) as session:
        with pytest.raises(ProtocolViolation):
            await session.select("INBOX")
