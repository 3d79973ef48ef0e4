"""SELECT and SEARCH of a server that lies about numbers: an error or an unknown, never a defect."""

import pytest

from tests.support.imap_session import session_with
from tests.support.scripted_imap import Peer, after_login
from vexmail.domain.errors import ProtocolViolation
from vexmail.domain.mailbox import SelectedMailbox
from vexmail.imap import uid_sets

BEYOND = ["-1", "²", "18446744073709551616", "9" * 5000, "x"]


async def selected(
    *, validity: str = "7", uid_next: str = "4", mod_seq: str = "9"
) -> SelectedMailbox:
    """Return what comes of a SELECT that is answered with these."""

    async def script(peer: Peer) -> None:
        await after_login(capabilities="CONDSTORE")(peer)
        await peer.command("SELECT *")
        await peer.send(
            f"* 3 EXISTS\r\n* OK [UIDVALIDITY {validity}] a\r\n* OK [UIDNEXT {uid_next}] b\r\n"
            f"* OK [HIGHESTMODSEQ {mod_seq}] c\r\n{{tag}} OK [READ-WRITE] done"
        )
        while (await peer.command()).startswith("UID FETCH * "):  # asked where UIDNEXT is unknown
            await peer.send("* 3 FETCH (UID 12 FLAGS ())\r\n{tag} OK done")

    async with session_with(script) as session:
        return await session.select("INBOX")


@pytest.mark.parametrize("number", BEYOND)
async def test_a_generation_that_is_no_number_is_a_violation(number: str) -> None:
    with pytest.raises(ProtocolViolation, match="generation"):
        await selected(validity=number)


@pytest.mark.parametrize("number", [*BEYOND, "0", "4294967297"])
async def test_a_uidnext_that_cannot_be_is_found_another_way(number: str) -> None:
    assert (await selected(uid_next=number)).uid_next == 13


@pytest.mark.parametrize("number", BEYOND)
async def test_a_mod_sequence_that_cannot_be_is_none_kept(number: str) -> None:
    assert (await selected(mod_seq=number)).highest_modseq == 0


@pytest.mark.parametrize("count", ["4294967295", "9999999999", "5000001"])
async def test_more_messages_than_we_take_are_refused_before_anything_is_kept(count: str) -> None:
    async with session_with(after_login("! silence", exists=int(count))) as session:
        with pytest.raises(ProtocolViolation, match="more than we take"):
            await session.select("INBOX")


async def test_a_mailbox_that_grows_beyond_belief_is_not_searched() -> None:
    script = after_login("C: NOOP\nS: * 4294967295 EXISTS\nS: {tag} OK done\n! silence", exists=3)

    async with session_with(script) as session:
        await session.select("INBOX")
        await session.noop()
        with pytest.raises(ProtocolViolation):
            await session.all_uids()


async def test_parts_that_name_nothing_end_the_search() -> None:
    """With five million messages promised and none named, a hundred SEARCHes would be sent."""
    searches = 0

    async def script(peer: Peer) -> None:
        nonlocal searches
        await after_login(exists=uid_sets.MOST_MESSAGES)(peer)
        while True:
            searches += (await peer.command()).startswith("UID SEARCH")
            await peer.send("* SEARCH\r\n{tag} OK done")

    async with session_with(script) as session:
        await session.select("INBOX")
        with pytest.raises(ProtocolViolation, match="fewer"):
            await session.all_uids()

    assert searches == 3  # attempts


async def test_an_empty_list_of_mailboxes_is_not_believed() -> None:
    async with session_with(after_login("C: LIST *\nS: {tag} OK done\n! silence")) as session:
        with pytest.raises(ProtocolViolation, match="no mailboxes"):
            await session.list_mailboxes()
