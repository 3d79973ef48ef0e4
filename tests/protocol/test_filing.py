"""Moving, copying and expunging on servers that can less, refuse, or answer strangely."""

import pytest

from tests.support.imap_session import USER, at, session_with
from tests.support.live_mailbox import LiveMailbox
from tests.support.scripted_imap import Peer, after_login
from vexmail.domain.errors import CommandRefused, MailboxGone, TransientError
from vexmail.domain.flags import DELETED, FLAGGED
from vexmail.domain.ids import Uid
from vexmail.imap.server import AioimaplibMailServer

UIDS = [Uid(1), Uid(2), Uid(3)]
RAW = b"From: Ann <ann@a.example>\r\nMessage-ID: <1@a.example>\r\n\r\nhello\r\n"


async def test_a_copyuid_inside_a_move_is_read_and_so_is_one_at_its_end() -> None:
    script = after_login(
        """
        C: UID MOVE 1:3 "Trash"
        S: * OK [COPYUID 5 1:2 11:12] moved
        S: * VANISHED 1:2
        S: * 1 EXPUNGE
        S: {tag} OK [COPYUID 5 3 13] done
        """,
        exists=3,
        capabilities="MOVE UIDPLUS",
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        assert await session.move(UIDS, "Trash") == {1: 11, 2: 12, 3: 13}


@pytest.mark.parametrize("code", ["[COPYUID 5 1:3 11:12] ", "[COPYUID 5 1:9 11:19] ", "[COPYUID] "])
async def test_a_copyuid_that_cannot_be_so_tells_nothing(code: str) -> None:
    script = after_login(
        f"C: UID MOVE *\nS: {{tag}} OK {code}done", exists=3, capabilities="MOVE UIDPLUS"
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        assert await session.move(UIDS, "Trash") == {}


async def test_without_move_messages_are_copied_marked_and_expunged_by_uid() -> None:
    script = after_login(
        r"""
        C: UID COPY 1:3 "Trash"
        S: {tag} OK [COPYUID 5 1:3 11:13] done
        C: UID STORE 1:3 +FLAGS (\\Deleted)
        S: * 1 FETCH (UID 1 FLAGS (\\Deleted))
        S: {tag} OK done
        C: UID EXPUNGE 1:3
        S: * 1 EXPUNGE
        S: {tag} OK done
        """.replace("\\\\", "\\"),
        exists=3,
        capabilities="UIDPLUS",
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        assert await session.move(UIDS, "Trash") == {1: 11, 2: 12, 3: 13}


MARKED = r"""
C: UID COPY *
S: {tag} OK done
C: UID STORE 1:3 +FLAGS (\Deleted)
S: {tag} OK done
C: UID SEARCH DELETED
"""


@pytest.mark.parametrize(
    ("found", "is_expunged"),
    [("1 2 3", True), ("1 3", True), ("1 2 3 4", False), ("4", False)],
)
async def test_a_bare_expunge_is_sent_only_when_all_that_is_marked_is_ours(
    found: str,
    is_expunged: bool,  # noqa: FBT001 - a column of the table
) -> None:
    expunge = "C: EXPUNGE\nS: {tag} OK done\n" if is_expunged else ""
    script = after_login(
        f"{MARKED}S: * SEARCH {found}\nS: {{tag}} OK done\n{expunge}C: NOOP\nS: {{tag}} OK done",
        exists=4,
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        assert await session.move(UIDS, "Trash") == {}
        await session.noop()


async def test_a_mark_that_comes_while_we_look_is_looked_at_again() -> None:
    script = after_login(
        MARKED
        + r"""
S: * SEARCH 1 2 3
S: * 4 FETCH (FLAGS (\Deleted))
S: {tag} OK done
C: UID SEARCH DELETED
S: * SEARCH 1 2 3 4
S: {tag} OK done
C: NOOP
S: {tag} OK done
""",
        exists=4,
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        await session.move(UIDS, "Trash")
        await session.noop()  # an EXPUNGE before it would have failed the script


@pytest.mark.parametrize(
    ("answer", "error", "code", "words"),
    [
        ("NO [TRYCREATE] no", MailboxGone, None, "does not exist"),
        ("NO [OVERQUOTA] full", CommandRefused, "OVERQUOTA", "no room left"),
        ("NO [NOPERM] not yours", CommandRefused, "NOPERM", "not yours"),
        ("NO [INUSE] try again", TransientError, None, "tried again"),
        ("BAD what?", CommandRefused, "", "what?"),
    ],
)
async def test_a_refusal_says_what_to_do(
    answer: str, error: type[Exception], code: str | None, words: str
) -> None:
    script = after_login(
        f"C: UID COPY *\nS: {{tag}} {answer}\nC: NOOP\nS: {{tag}} OK done", exists=3
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        with pytest.raises(error, match=words) as caught:
            await session.copy(UIDS, "&AMQ-rger")
        await session.noop()

    assert "BAD" in answer or "Ärger" in str(caught.value)
    assert code is None or caught.value.response_code == code  # type: ignore[attr-defined]  # CommandRefused has it


@pytest.mark.parametrize("code", ["LIMIT", "MESSAGELIMIT 2"])
async def test_a_server_that_takes_fewer_at_once_gets_fewer(code: str) -> None:
    script = after_login(
        f"""
        C: UID MOVE 1:4 "Trash"
        S: {{tag}} NO [{code}] too many
        C: UID MOVE 1:2 "Trash"
        S: {{tag}} OK [COPYUID 5 1:2 11:12] done
        C: UID MOVE 3:4 "Trash"
        S: {{tag}} OK [COPYUID 5 3:4 13:14] done
        """,
        exists=4,
        capabilities="MOVE UIDPLUS",
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        moved = await session.move([*UIDS, Uid(4)], "Trash")

    assert moved == {1: 11, 2: 12, 3: 13, 4: 14}


async def test_a_server_that_takes_not_even_one_is_given_up() -> None:
    refused = "S: {tag} NO [LIMIT] too many\n"
    script = after_login(
        f"C: UID MOVE 1:3 *\n{refused}C: UID MOVE 1:2 *\n{refused}C: UID MOVE 1 *\n{refused}",
        exists=3,
        capabilities="MOVE",
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        with pytest.raises(TransientError):
            await session.move(UIDS, "Trash")


async def test_no_command_is_longer_than_a_line_or_names_more_than_the_server_takes() -> None:
    asked: list[str] = []

    async def script(peer: Peer) -> None:
        await after_login(exists=3, capabilities="MOVE MESSAGELIMIT=1000")(peer)
        while True:
            asked.append((await peer.command("UID MOVE *")).split()[2])
            await peer.send("{tag} OK done")

    wide = [Uid(1_000_000_000 + 2 * n) for n in range(3000)]
    async with session_with(script) as session:
        await session.select("INBOX")
        await session.move(wide, "Trash")
        assert [int(uid) for part in asked for uid in part.split(",")] == wide
        assert max(map(len, asked)) < 8000
        asked.clear()
        await session.move([Uid(uid) for uid in range(1, 2501)], "Trash")

    assert asked == ["1:1000", "1001:2000", "2001:2500"]


@pytest.mark.parametrize("after", ["UID STORE", "UID SEARCH", "UID COPY"])
async def test_another_clients_mark_survives_whenever_it_comes(after: str) -> None:
    async with LiveMailbox(move=False, uidplus=False, qresync=False) as mailbox:
        mailbox.add_mailbox("Trash")
        ours, theirs = mailbox.deliver(RAW), mailbox.deliver(RAW, {"\\Flagged"})

        def mark(command: str) -> None:
            if command.startswith(after):
                mailbox.set_flags(theirs, {DELETED, FLAGGED})

        mailbox.on_command = mark
        async with AioimaplibMailServer().connect(at(mailbox.port), USER) as session:
            await session.select("INBOX")
            await session.move([Uid(ours)], "Trash")

    assert theirs in [stored.uid for stored in mailbox.messages]
    assert "EXPUNGE" not in mailbox.commands
    assert len(mailbox.mailboxes["Trash"].messages) == 1


async def test_an_expunge_that_finds_others_marked_takes_its_own_mark_back() -> None:
    async with LiveMailbox(uidplus=False) as mailbox:
        ours, theirs = mailbox.deliver(RAW), mailbox.deliver(RAW)

        def mark(command: str) -> None:
            if command.startswith("UID STORE"):
                mailbox.on_command = None
                mailbox.set_flags(theirs, {DELETED})

        mailbox.on_command = mark
        async with AioimaplibMailServer().connect(at(mailbox.port), USER) as session:
            await session.select("INBOX")
            with pytest.raises(CommandRefused, match="marked"):
                await session.expunge([Uid(ours)])

    assert [(stored.uid, stored.flags) for stored in mailbox.messages] == [
        (ours, set()),
        (theirs, {DELETED}),
    ]


@pytest.mark.parametrize("command", ["UID STORE", "UID EXPUNGE"])
async def test_a_refused_step_of_a_move_by_copy_is_told_and_loses_nothing(command: str) -> None:
    async with LiveMailbox(move=False) as mailbox:
        mailbox.add_mailbox("Trash")
        uid = mailbox.deliver(RAW)
        mailbox.refuse(command, "[NOPERM] not in here")
        async with AioimaplibMailServer().connect(at(mailbox.port), USER) as session:
            await session.select("INBOX")
            with pytest.raises(CommandRefused, match="not in here") as caught:
                await session.move([Uid(uid)], "Trash")

    assert caught.value.response_code == "NOPERM"
    assert [stored.uid for stored in mailbox.messages] == [uid]
