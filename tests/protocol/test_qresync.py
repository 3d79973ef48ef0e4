"""What SELECT tells by QRESYNC, and when it is not believed."""

import pytest

from tests.support.imap_session import session_with
from tests.support.scripted_imap import Peer, Script, after_login
from vexmail.domain.errors import MailboxGone, TransientError
from vexmail.domain.ids import ModSeq, UidValidity
from vexmail.domain.mailbox import RemoteChanges, SelectedMailbox
from vexmail.imap import exchange, selecting
from vexmail.ports.mail_server import MailSession, Wake

OFFERED = "IDLE ENABLE CONDSTORE QRESYNC"
HEAD = [
    "* 3 EXISTS",
    "* OK [UIDVALIDITY 7] generation",
    "* OK [UIDNEXT 10] next",
    "* OK [HIGHESTMODSEQ 50] highest",
]
FLAGS = r"* 2 FETCH (UID 5 FLAGS (\Seen) MODSEQ (44))"


def opening(*lines: str, before: str = "", after: str = "") -> Script:
    """Return a script whose QRESYNC SELECT is answered with ``lines``."""
    answer = "\n".join(f"S: {line}" for line in lines)
    return after_login(
        f'{before}C: SELECT "INBOX" (QRESYNC (7 40))\n{answer}\nS: {{tag}} OK done\n{after}',
        capabilities=OFFERED,
    )


async def ask(session: MailSession) -> tuple[SelectedMailbox, RemoteChanges | None]:
    """Ask what changed since mod-sequence 40 of generation 7."""
    return await session.changes_since("INBOX", UidValidity(7), ModSeq(40))


async def test_changes_and_what_is_gone_come_with_select_and_wake_nobody() -> None:
    lines = [*HEAD, "* VANISHED (EARLIER) 2,6:8", FLAGS, "* 1 FETCH (FLAGS () UID 3 MODSEQ (45))"]
    script = opening(*lines, after="C: NOOP\nS: {tag} OK done")

    async with session_with(script) as session:
        selected, changes = await ask(session)
        await session.noop()

        assert changes is not None
        assert [(row.uid, row.flags, row.mod_seq) for row in changes.flags] == [
            (3, frozenset(), 45),
            (5, {"\\Seen"}, 44),
        ]
        assert changes.vanished == (2, 6, 7, 8)
        assert (selected.exists, selected.uid_next, selected.highest_modseq) == (3, 10, 50)


async def test_nothing_changed_is_an_answer_too() -> None:
    async with session_with(opening(*HEAD)) as session:
        assert (await ask(session))[1] == RemoteChanges((), ())


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([*HEAD, "* OK [UIDVALIDITY 8] other"], id="another generation"),
        pytest.param([*HEAD[:3], "* OK [NOMODSEQ] none"], id="no mod-sequences"),
        pytest.param([*HEAD, "* OK [NOMODSEQ] none"], id="none after all"),
        pytest.param(HEAD[:3], id="no highest"),
        pytest.param([*HEAD[:3], "* OK [HIGHESTMODSEQ 39] back"], id="mod-sequence went back"),
        pytest.param([*HEAD, "* VANISHED (EARLIER) 10"], id="gone beyond UIDNEXT"),
        pytest.param([*HEAD, "* VANISHED (EARLIER) 1:4294967295"], id="all numbers gone"),
        pytest.param([*HEAD, "* 1 FETCH (UID 10 FLAGS ())"], id="flags beyond UIDNEXT"),
        pytest.param([*HEAD, FLAGS, "* VANISHED (EARLIER) 4:6"], id="changed and gone"),
        pytest.param([*HEAD, FLAGS, FLAGS, FLAGS, FLAGS], id="more flags than messages"),
        pytest.param([*HEAD, r"* 2 FETCH (FLAGS (\Seen) MODSEQ (44))"], id="flags of nobody"),
        pytest.param([*HEAD, "* VANISHED 5"], id="one goes just now"),
        pytest.param([*HEAD, FLAGS, "* OK [MESSAGELIMIT 1 5] more"], id="cut short"),
        pytest.param([*HEAD, "* 2 EXPUNGE"], id="one goes just now, by number"),
    ],
)
async def test_an_answer_that_cannot_be_so_is_not_believed(lines: list[str]) -> None:
    async with session_with(opening(*lines)) as session:
        selected, changes = await ask(session)

    assert changes is None
    assert selected.wire_name == "INBOX"


async def test_more_gone_than_is_worth_naming_is_left_to_a_full_comparison(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(selecting, "MOST_VANISHED", 3)

    async with session_with(opening(*HEAD, "* VANISHED (EARLIER) 1:2,6:7")) as session:
        assert (await ask(session))[1] is None


async def test_what_is_told_of_the_mailbox_left_is_not_taken_for_the_new_one() -> None:
    first = (
        'C: SELECT "Other" (CONDSTORE)\nS: * 9 EXISTS\nS: * OK [UIDVALIDITY 1] x\n'
        "S: * OK [UIDNEXT 99] x\nS: {tag} OK done\n"
    )
    stale = ["* VANISHED 60", "* 4 FETCH (UID 90 FLAGS ())", "* OK [CLOSED] left"]
    script = opening(*stale, *HEAD, FLAGS, before=first, after="C: NOOP\nS: {tag} OK done")

    async with session_with(script) as session:
        await session.select("Other")
        selected, changes = await ask(session)
        await session.noop()

    assert changes is not None
    assert [row.uid for row in changes.flags] == [5]
    assert changes.vanished == ()
    assert selected.exists == 3


async def test_a_server_that_does_not_know_its_own_qresync_is_asked_plainly() -> None:
    plain = "\n".join(f"S: {line}" for line in HEAD)
    script = after_login(
        'C: SELECT "INBOX" (QRESYNC (7 40))\nS: {tag} BAD what?\n'
        f'C: SELECT "INBOX" (CONDSTORE)\n{plain}\nS: {{tag}} OK done',
        capabilities=OFFERED,
    )

    async with session_with(script) as session:
        selected, changes = await ask(session)

    assert changes is None
    assert selected.exists == 3


@pytest.mark.parametrize(
    ("answer", "error"),
    [("NO [NONEXISTENT] gone", MailboxGone), ("NO [UNAVAILABLE] later", TransientError)],
)
async def test_a_mailbox_that_cannot_be_opened_is_told(answer: str, error: type[Exception]) -> None:
    script = after_login(f"C: SELECT *\nS: {{tag}} {answer}", capabilities=OFFERED)

    async with session_with(script) as session:
        with pytest.raises(error):
            await ask(session)


async def test_vanished_is_understood_wherever_it_comes() -> None:
    script = opening(
        *HEAD,
        after="""
        C: UID SEARCH *
        S: * VANISHED 5
        S: * SEARCH 3 9
        S: {tag} OK done
        C: IDLE
        S: + idling
        S: * VANISHED 9
        """.replace("        ", ""),
    )

    async def idling(peer: Peer) -> None:
        await script(peer)
        assert await peer.line() == b"DONE"
        await peer.send("{tag} OK done")

    async with session_with(idling) as session:
        await ask(session)
        assert await session.all_uids() == [3, 9]
        assert await session.idle(30) == {Wake.EXPUNGED}  # the first, kept
        assert await session.idle(30) == {Wake.EXPUNGED}


async def test_a_lying_vanished_does_not_make_a_short_list_complete() -> None:
    search = "C: UID SEARCH *\nS: * VANISHED 1:4000000000\nS: * SEARCH 3\nS: {tag} OK done\n"
    noop = "C: NOOP\nS: {tag} OK done\n"

    async with session_with(opening(*HEAD, after=(search + noop) * 3)) as session:
        await ask(session)
        with pytest.raises(TransientError, match="fewer"):
            await session.all_uids()


async def test_a_select_answered_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "ANSWER_BYTES", 500_000)

    async def script(peer: Peer) -> None:
        await after_login(capabilities=OFFERED)(peer)
        await peer.command("SELECT *")
        while True:
            await peer.send(b"* VANISHED (EARLIER) 1:9\r\n" * 1000)

    async with session_with(script) as session:
        with pytest.raises(TransientError):
            await ask(session)
