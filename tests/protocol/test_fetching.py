"""Rows, bodies and UID lists from servers that answer oddly, or not all."""

import re

import pytest

from tests.protocol.answers import fetch, fetching, row
from tests.support.imap_session import session_with
from tests.support.scripted_imap import Peer, after_login
from vexmail.domain.errors import (
    ConnectionLost,
    Defect,
    ProtocolViolation,
)
from vexmail.domain.ids import ModSeq, Uid
from vexmail.imap import searching


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


@pytest.mark.parametrize("capabilities", ["IDLE", "ESEARCH"])
async def test_a_search_that_finds_nothing_may_be_answered_by_an_ok_alone(
    capabilities: str,
) -> None:
    script = after_login(
        """
        C: UID SEARCH *ALL
        S: {tag} OK an empty mailbox
        C: UID SEARCH *HEADER Message-ID *
        S: {tag} OK none has it
        """,
        exists=0,
        capabilities=capabilities,
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        assert await session.all_uids() == []
        assert await session.find_by_message_id("<1@a.example>") == []


async def test_the_answer_to_another_search_is_no_answer() -> None:
    script = after_login(
        'C: UID SEARCH *\nS: * ESEARCH (TAG "other") UID ALL 1\nS: {tag} OK done',
        exists=0,
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


async def test_one_unreadable_envelope_does_not_cost_the_batch() -> None:
    broken = row(2).replace('"hello"', '(("hello"').replace("BODYSTRUCTURE", "BODYSTRUCTURE )")

    async with session_with(fetching([row(1), broken, row(3)])) as session:
        await session.select("INBOX")
        messages = {message.uid: message for message in await fetch(session, [1, 2, 3])}

    assert set(messages) == {1, 2, 3}
    assert messages[Uid(2)].envelope.subject == ""
    assert messages[Uid(2)].size == 100
    assert messages[Uid(2)].received_at == messages[Uid(1)].received_at


async def test_a_large_mailbox_is_searched_by_parts_and_again_when_it_was_renumbered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(searching, "WINDOW", 2)
    script = after_login(
        """
        C: UID SEARCH 1:2
        S: * SEARCH 10 11
        S: {tag} OK done
        C: UID SEARCH 3:4
        S: * 1 EXPUNGE
        S: * SEARCH 13 14
        S: {tag} OK done
        C: UID SEARCH 5:[*]
        S: * SEARCH 14
        S: {tag} OK done
        C: NOOP
        S: {tag} OK done
        C: UID SEARCH 1:2
        S: * SEARCH 11 12
        S: {tag} OK done
        C: UID SEARCH 3:[*]
        S: * SEARCH 14 13
        S: {tag} OK done
        """,
        exists=5,
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        assert await session.all_uids() == [11, 12, 13, 14]
