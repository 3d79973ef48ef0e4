"""Servers that answer for so many messages at a time (MESSAGELIMIT): nothing is left out."""

from tests.protocol.answers import fetch, row
from tests.support.imap_session import session_with
from tests.support.scripted_imap import Script, after_login
from vexmail.domain.flags import SEEN, FlagEdit
from vexmail.domain.ids import Uid

UIDS = [1, 2, 3, 4, 5]
SEARCHES = """
C: UID SEARCH 1:2
S: * SEARCH 1 2
S: {tag} OK done
C: UID SEARCH 3:4
S: * SEARCH 3 4
S: {tag} OK done
C: UID SEARCH 5:*
S: * SEARCH 5
S: {tag} OK done
"""


def script_of(text: str, exists: int = 5) -> Script:
    """Return a script of a server that answers for two messages at a time."""
    return after_login(text, exists=exists, capabilities="MESSAGELIMIT=2")


async def test_the_uid_list_and_all_flags_come_by_parts() -> None:
    fetches = "".join(
        f"C: UID FETCH {part} (UID FLAGS)\n"
        + "".join(f"S: * {uid} FETCH (UID {uid} FLAGS ())\n" for uid in uids)
        + "S: {tag} OK done\n"
        for part, uids in (("1:2", [1, 2]), ("3:4", [3, 4]), ("5", [5]))
    )

    async with session_with(script_of(SEARCHES + SEARCHES + fetches)) as session:
        await session.select("INBOX")
        assert await session.all_uids() == UIDS
        assert [flags.uid for flags in await session.all_flags()] == UIDS


async def test_new_messages_are_found_first_and_fetched_by_parts() -> None:
    script = script_of(
        f"""
        C: UID SEARCH UID 3:*
        S: * SEARCH 3 4 5
        S: {{tag}} OK done
        C: UID FETCH 3:4 *
        S: {row(3)}
        S: {row(4)}
        S: {{tag}} OK done
        C: UID FETCH 5 *
        S: {row(5)}
        S: {{tag}} OK done
        """
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        assert [message.uid for message in await session.fetch_new(Uid(3))] == [3, 4, 5]


async def test_no_batch_and_no_flag_change_names_more() -> None:
    steps = []
    for part, uids in (("1:2", [1, 2]), ("3:4", [3, 4]), ("5", [5])):
        steps += [f"C: UID FETCH {part} *", *(f"S: {row(uid)}" for uid in uids), "S: {tag} OK x"]
    for part in ("1:2", "3:4", "5"):
        steps += [f"C: UID STORE {part} +FLAGS (\\Seen)", "S: {tag} OK done"]

    async with session_with(script_of("\n".join(steps))) as session:
        await session.select("INBOX")
        assert [message.uid for message in await fetch(session, UIDS)] == UIDS
        await session.store_flags([Uid(uid) for uid in UIDS], FlagEdit(add=frozenset({SEEN})))


async def test_a_mailbox_within_the_limit_is_asked_as_ever() -> None:
    script = script_of(
        """
        C: UID FETCH 1:* (UID FLAGS)
        S: * 1 FETCH (UID 1 FLAGS ())
        S: {tag} OK done
        """,
        exists=1,
    )

    async with session_with(script) as session:
        await session.select("INBOX")
        assert len(await session.all_flags()) == 1
