"""Hearing of all mailboxes by NOTIFY, beside IDLE, and what a server may do about it."""

import pytest

from tests.support.imap_session import session_with
from tests.support.scripted_imap import Peer, after_login
from vexmail.ports.mail_server import News, Wake

OFFERED = "IDLE NOTIFY"
ASKED = "C: NOTIFY SET (SELECTED-DELAYED (*)) (PERSONAL (*MailboxName))\nS: {tag} OK heard\n"


async def heard(*pushed: str) -> tuple[frozenset[Wake], News]:
    """Return what an IDLE ends with, after NOTIFY, when ``pushed`` comes."""

    async def push(peer: Peer) -> None:
        await after_login(ASKED, exists=3, capabilities=OFFERED)(peer)
        await peer.command("IDLE")
        await peer.send("+ idling\r\n" + "\r\n".join(pushed))
        assert await peer.line() == b"DONE"
        await peer.send("{tag} OK done")

    async with session_with(push) as session:
        await session.select("INBOX")
        assert await session.hear_of_all()
        wakes = await session.idle(30)
        news = session.news()
        assert session.news() == News()
        return wakes, news


async def test_another_mailbox_is_named() -> None:
    wakes, news = await heard("* STATUS Sent (MESSAGES 5 UIDNEXT 6 UIDVALIDITY 2)")

    assert wakes == {Wake.ELSEWHERE}
    assert news == News(mailboxes=frozenset({"Sent"}))


async def test_news_of_the_selected_and_of_another_mailbox_come_together() -> None:
    wakes, news = await heard("* 4 EXISTS", '* STATUS "A b" (MESSAGES 5)', "* VANISHED 2")

    assert wakes == {Wake.NEW_MESSAGES, Wake.EXPUNGED, Wake.ELSEWHERE}
    assert news == News(vanished=(2,), mailboxes=frozenset({"A b"}))  # type: ignore[arg-type]  # a number does


async def test_a_mailbox_that_was_renamed_changes_the_list() -> None:
    wakes, news = await heard('* LIST () "/" New ("OLDNAME" (Old))')

    assert wakes == {Wake.ELSEWHERE}
    assert news.list_changed


async def test_a_server_that_cannot_tell_any_more_says_so() -> None:
    wakes, news = await heard("* OK [NOTIFICATIONOVERFLOW] too much", "* STATUS A (MESSAGES 5)")

    assert wakes == {Wake.ELSEWHERE}
    assert news == News(overflowed=True)


@pytest.mark.parametrize("answer", ["NO no", "BAD what?", "NO [NOTIFICATIONOVERFLOW] no"])
async def test_a_refusal_is_no_failure(answer: str) -> None:
    script = after_login(
        f"C: NOTIFY *\nS: {{tag}} {answer}\n"
        "C: NOOP\nS: * STATUS A (MESSAGES 5)\nS: {tag} OK done",
        capabilities=OFFERED,
    )

    async with session_with(script) as session:
        assert not await session.hear_of_all()
        await session.noop()
        assert session.news() == News()


async def test_events_a_server_does_not_know_are_left_out() -> None:
    script = after_login(
        "C: NOTIFY *MailboxName*\nS: {tag} NO [BADEVENT (MessageNew FlagChange)] no\n"
        "C: NOTIFY SET *(PERSONAL (MessageNew MessageExpunge FlagChange))\nS: {tag} OK heard",
        capabilities=OFFERED,
    )

    async with session_with(script) as session:
        assert await session.hear_of_all()


async def test_without_notify_nothing_is_asked() -> None:
    async with session_with(after_login(capabilities="IDLE")) as session:
        assert not await session.hear_of_all()


async def test_the_answers_to_a_survey_are_not_news() -> None:
    script = after_login(
        ASKED + 'C: LIST *\nS: * LIST () "/" A\nS: * STATUS A (MESSAGES 5)\nS: {tag} OK done\n'
        "C: NOOP\nS: * STATUS B (MESSAGES 1)\nS: {tag} OK done",
        capabilities="NOTIFY LIST-STATUS LIST-EXTENDED",
    )

    async with session_with(script) as session:
        assert await session.hear_of_all()
        await session.survey()
        assert session.news() == News()
        await session.noop()
        assert session.news() == News(mailboxes=frozenset({"B"}))
