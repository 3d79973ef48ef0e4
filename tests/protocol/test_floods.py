"""A hundred thousand lines that nobody asked for: read or given up, within a fixed memory."""

import tracemalloc
from collections.abc import Awaitable, Callable

import pytest

from tests.support.imap_session import session_with
from tests.support.scripted_imap import Peer, after_login
from vexmail.domain.errors import VexMailError
from vexmail.domain.ids import Uid
from vexmail.ports.mail_server import MailSession

LINES = 100_000
MOST = 64 << 20  # bytes over what was used before, as the fault matrix has it

FLOODS: dict[str, Callable[[int], bytes]] = {
    "ok": lambda _: b"* OK still here\r\n",
    "exists": lambda number: b"* %d EXISTS\r\n" % (number + 1),
    "expunge": lambda _: b"* 1 EXPUNGE\r\n",
    "vanished": lambda number: b"* VANISHED %d:4294967295\r\n" % (number + 1),
    "flags": lambda number: (
        b"* 1 FETCH (UID %d FLAGS (a%d b%d))\r\n" % (number + 1, number, number)
    ),
    "list": lambda number: b'* LIST (\\HasNoChildren) "/" "box %d"\r\n' % number,
    "status": lambda number: b'* STATUS "box %d" (MESSAGES 1 UIDNEXT 2)\r\n' % number,
    "search": lambda number: b"* SEARCH %d\r\n" % (number + 1),
    "capability": lambda number: b"* CAPABILITY IMAP4rev1 X%d\r\n" % number,
    "unknown": lambda number: b"* XMOON %d\r\n" % number,
}


async def _fetch(session: MailSession) -> None:
    [_ async for _ in session.fetch_messages([Uid(1), Uid(2), Uid(3)])]


async def _bodies(session: MailSession) -> None:
    [_ async for _ in session.fetch_bodies([Uid(1), Uid(2), Uid(3)])]


ACTS: dict[str, Callable[[MailSession], Awaitable[object]]] = {
    "noop": lambda session: session.noop(),
    "select": lambda session: session.select("INBOX"),
    "all_uids": lambda session: session.all_uids(),
    "fetch": _fetch,
    "bodies": _bodies,
    "all_flags": lambda session: session.all_flags(),
    "list": lambda session: session.list_mailboxes(),
    "survey": lambda session: session.survey(),
    "idle": lambda session: session.idle(0.01),
}


async def _peak(flood: bytes, act: str) -> int:
    """Return the most memory used while ``act`` is answered with a flood and then as it should."""

    async def script(peer: Peer) -> None:
        await after_login(exists=3)(peer)
        peer.patience = None  # reading a flood while memory is traced takes its time
        while True:
            idling = (await peer.command()) == "IDLE"
            await peer.send(flood)
            await peer.send("+ idling" if idling else "{tag} OK done")
            if idling:
                await peer.line()
                await peer.send("{tag} OK done")

    async with session_with(script) as session:
        await session.select("INBOX")
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        try:
            await ACTS[act](session)
        except VexMailError as error:
            assert error.code in {"protocol_violation", "connection_lost"}, error  # noqa: PT017 - some floods are taken
        return tracemalloc.get_traced_memory()[1] - before


async def _cost(act: str, name: str) -> int:
    tracemalloc.start(1)
    try:
        return await _peak(b"".join(map(FLOODS[name], range(LINES))), act)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("act", "flood"),
    [("select", "flags"), ("list", "list")],
)
async def test_a_flood_in_an_answer_costs_a_bounded_memory(act: str, flood: str) -> None:
    assert await _cost(act, flood) < MOST


@pytest.mark.chaos
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("flood", FLOODS)
async def test_every_flood_in_every_answer_costs_a_bounded_memory(act: str, flood: str) -> None:
    assert await _cost(act, flood) < MOST
