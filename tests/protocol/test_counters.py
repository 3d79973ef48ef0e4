"""Counters of all mailboxes: one command or many, and answers that are of no use."""

from dataclasses import replace

import pytest

from tests.support.imap_session import USER, at, session_with
from tests.support.live_mailbox import LiveMailbox
from tests.support.scripted_imap import Peer, after_login, transcript
from vexmail.domain.errors import CommandRefused, ConnectionTimedOut, ProtocolViolation
from vexmail.domain.mailbox import MailboxCounters
from vexmail.imap import counting
from vexmail.imap.listing import LONGEST_NAME
from vexmail.imap.server import AioimaplibMailServer
from vexmail.ports.mail_server import MailSession

GOOD = "(MESSAGES 3 UNSEEN 2 UIDNEXT 9 UIDVALIDITY 7)"
THREE = MailboxCounters(3, 2, 9, 7, 0)  # type: ignore[arg-type]  # numbers do for a comparison


async def counters_of(session: MailSession) -> dict[str, MailboxCounters]:
    """Return the counters that a survey brings, by wire name."""
    return {box.wire_name: box.counters for box in await session.survey() if box.counters}


async def test_one_command_tells_all_that_can_be_opened() -> None:
    script = after_login(
        f"""
        C: LIST "" "*" RETURN (SUBSCRIBED STATUS (*UIDVALIDITY HIGHESTMODSEQ))
        S: * LIST () "/" INBOX
        S: * STATUS inbox (MESSAGES 3 UNSEEN 2 UIDNEXT 9 UIDVALIDITY 7 HIGHESTMODSEQ 55)
        S: * LIST (\\Noselect) "/" "Folders"
        S: * STATUS "Folders" {GOOD}
        S: * LIST () "/" {{4}}
        S: W"rk
        S: * STATUS {{4}}
        S: W"rk {GOOD}
        S: * STATUS "Nobody listed" {GOOD}
        S: * LIST () "/" "Refused"
        S: {{tag}} OK done
        """,
        capabilities="LIST-EXTENDED LIST-STATUS CONDSTORE",
    )

    async with session_with(script) as session:
        counters = await counters_of(session)

    assert counters["INBOX"].highest_modseq == 55
    assert counters['W"rk'] == THREE
    assert counters.keys() == {"INBOX", 'W"rk'}


async def test_a_name_that_no_index_could_hold_is_left_out() -> None:
    script = after_login(
        f"""
        C: LIST *
        S: * LIST () "/" "{"x" * (LONGEST_NAME + 1)}"
        S: * LIST () "/" "{"y" * LONGEST_NAME}"
        S: * STATUS A {GOOD}
        S: {{tag}} OK done
        """,
        capabilities="LIST-EXTENDED LIST-STATUS",
    )

    async with session_with(script) as session:
        assert [box.name for box in await session.survey()] == ["y" * LONGEST_NAME]


@pytest.mark.parametrize(
    "items",
    [
        "()",
        "(MESSAGES 3 UNSEEN 2 UIDNEXT 9)",
        "(MESSAGES 3 UNSEEN 2 UIDVALIDITY 7)",
        "(MESSAGES 3 UNSEEN 2 UIDNEXT 9 UIDVALIDITY 0)",
        "(MESSAGES 3 UNSEEN 2 UIDNEXT 9 UIDVALIDITY 4294967296)",
        "(MESSAGES 4294967296 UNSEEN 2 UIDNEXT 9 UIDVALIDITY 7)",
        "(MESSAGES 3 UNSEEN 2 UIDNEXT 9 UIDVALIDITY 7 HIGHESTMODSEQ 9223372036854775808)",
    ],
)
async def test_counters_that_leave_out_or_make_up_too_much_are_left_out(items: str) -> None:
    script = after_login(
        f'C: LIST *\nS: * LIST () "/" A\nS: * STATUS A {items}\nS: {{tag}} OK done',
        capabilities="LIST-EXTENDED LIST-STATUS",
    )

    async with session_with(script) as session:
        assert await counters_of(session) == {}


async def test_a_server_that_does_not_know_its_own_list_status_is_asked_one_by_one() -> None:
    script = after_login(
        f"""
        C: LIST "" "*" RETURN *
        S: {{tag}} BAD what?
        C: LIST "" "*" RETURN (SUBSCRIBED)
        S: * LIST () "/" A
        S: {{tag}} OK done
        C: STATUS "A" (MESSAGES UNSEEN UIDNEXT UIDVALIDITY)
        S: * STATUS A {GOOD}
        S: {{tag}} OK done
        """,
        capabilities="LIST-EXTENDED LIST-STATUS",
    )

    async with session_with(script) as session:
        assert await counters_of(session) == {"A": THREE}


async def test_without_list_status_two_are_asked_at_a_time_and_refusals_left_out() -> None:
    flying: list[int] = []

    async def script(peer: Peer) -> None:
        await after_login(capabilities="IDLE")(peer)
        await peer.command("LIST *")
        for name in "ABCDE":
            await peer.send(f'* LIST () "/" {name}')
        await peer.send('* LIST () "/" "sch\N{LATIN SMALL LETTER O WITH DIAERESIS}n"\r\n{tag} OK x')
        await peer.command("LSUB *")
        await peer.send("{tag} OK nothing subscribed")
        waiting: list[tuple[str, str]] = []
        for number in range(5):
            command = await peer.command("STATUS *")
            waiting.append((peer.tag, command.split('"')[1]))
            if number in {0, 4}:
                flying.append(len(waiting))
                if number == 0:
                    continue
            while waiting:
                tag, name = waiting.pop(0)
                answer = "NO [NONEXISTENT] gone" if name == "B" else "OK done"
                if name != "B":
                    await peer.send(f"* STATUS {name} {GOOD}")
                await peer.send(f"{tag} {answer}")
                if number < 4:
                    break
        command = await peer.command("STATUS {*}")
        await peer.send("+ go on")
        await peer.line()
        await peer.send(f'* STATUS "sch\N{LATIN SMALL LETTER O WITH DIAERESIS}n" {GOOD}')
        await peer.send("{tag} OK done")

    async with session_with(script) as session:
        counters = await counters_of(session)

    assert counters == dict.fromkeys(["A", "C", "D", "E", "schön"], THREE)


async def test_a_list_status_without_any_status_is_not_believed() -> None:
    script = after_login(
        f"""
        C: LIST "" "*" RETURN *
        S: * LIST () "/" A
        S: {{tag}} OK done
        C: LIST "" "*" RETURN (SUBSCRIBED)
        S: * LIST () "/" A
        S: {{tag}} OK done
        C: STATUS "A" *
        S: * STATUS A {GOOD}
        S: {{tag}} OK done
        """,
        capabilities="LIST-EXTENDED LIST-STATUS",
    )

    async with session_with(script) as session:
        assert await counters_of(session) == {"A": THREE}


async def test_a_mailbox_that_has_an_object_id_tells_it() -> None:
    script = after_login(
        f"""
        C: LIST "" "*" RETURN (SUBSCRIBED STATUS (MESSAGES UNSEEN UIDNEXT UIDVALIDITY MAILBOXID))
        S: * LIST () "/" A
        S: * STATUS A (MAILBOXID (F22-12) {GOOD[1:]}
        S: {{tag}} OK done
        """,
        capabilities="LIST-EXTENDED LIST-STATUS OBJECTID",
    )

    async with session_with(script) as session:
        assert await counters_of(session) == {"A": replace(THREE, object_id="F22-12")}


async def test_a_refused_list_is_told() -> None:
    async with session_with(after_login("C: LIST *\nS: {tag} NO [NOPERM] no")) as session:
        with pytest.raises(CommandRefused):
            await counters_of(session)


@pytest.mark.parametrize(
    ("line", "error"),
    [(b"* STATUS A (MESSAGES 1)\r\n", ProtocolViolation), (b"* OK still\r\n", ConnectionTimedOut)],
)
async def test_counting_without_end_is_given_up(
    line: bytes, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SLACK", 1000)
    monkeypatch.setattr(counting, "TOTAL", 1.0)

    async def script(peer: Peer) -> None:
        listed = 'C: LIST *\nS: * LIST () "/" A\nS: {tag} OK done\nC: LSUB *\nS: {tag} OK done'
        await after_login(listed)(peer)
        await peer.command("STATUS *")
        while True:
            await peer.send(line * 100)

    async with session_with(script) as session:
        with pytest.raises(error):
            await counters_of(session)


@pytest.mark.parametrize("list_status", [True, False])
async def test_a_hundred_mailboxes_are_counted(list_status: bool) -> None:  # noqa: FBT001 - both ways
    async with LiveMailbox(list_status=list_status) as mailbox:
        for number in range(100):
            mailbox.add_mailbox(f"Box {number}")
        mailbox.refuse('STATUS "Box 7"', "[NOPERM] not yours")
        async with AioimaplibMailServer().connect(at(mailbox.port), USER) as session:
            counters = await counters_of(session)

    assert len(counters) == (101 if list_status else 100)
    commands = [command for command in mailbox.commands if "STATUS" in command]
    assert len(commands) == (1 if list_status else 101)


async def test_cyrus_is_not_asked_for_object_ids_in_a_survey() -> None:
    """Cyrus 3.6.1: ``* STATUS INBOX (... MAILBOXID (\\xd1\\x1e\\xe6+\\x84U) UNSEEN 0)``."""
    greeting = transcript(
        """
        S: * OK [CAPABILITY IMAP4rev1 LIST-STATUS LIST-EXTENDED OBJECTID] x Cyrus IMAP 3.6.1 ready
        C: LOGIN *
        S: {tag} OK [CAPABILITY IMAP4rev1 LIST-STATUS LIST-EXTENDED OBJECTID] welcome
        C: LIST * RETURN (*STATUS (MESSAGES UNSEEN UIDNEXT UIDVALIDITY))
        S: * LIST () "/" INBOX
        S: * STATUS INBOX (MESSAGES 3 UNSEEN 1 UIDNEXT 4 UIDVALIDITY 7)
        S: {tag} OK done
        """
    )

    async with session_with(greeting) as session:
        [box] = await session.survey()

    assert box.counters is not None
    assert box.counters.messages == 3
