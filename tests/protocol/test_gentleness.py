"""A large answer neither holds up the event loop nor fills the memory."""

import asyncio
import time

import pytest

from tests.protocol.answers import fetch, row
from tests.support.imap_session import session_with
from tests.support.scripted_imap import Peer, after_login
from vexmail.domain.errors import ProtocolViolation
from vexmail.domain.ids import Uid
from vexmail.imap import connection, exchange
from vexmail.imap.connection import PAUSE_BYTES


async def test_others_get_their_turn_while_a_large_answer_is_read() -> None:
    count = 3000

    async def script(peer: Peer) -> None:
        await after_login(exists=count)(peer)
        for _ in range(6):  # batches of 500
            command = await peer.command("UID FETCH *")
            low, high = map(int, command.split()[2].split(":"))
            peer.writer.write("".join(f"{row(uid)}\r\n" for uid in range(low, high + 1)).encode())
            await peer.send("{tag} OK done")

    async with session_with(script) as session:
        await session.select("INBOX")
        turns = 0

        async def count_turns() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        async with asyncio.TaskGroup() as tasks:
            other = tasks.create_task(count_turns())
            began = time.perf_counter()
            messages = await fetch(session, range(1, count + 1))
            seconds = time.perf_counter() - began
            other.cancel()

    assert len(messages) == count
    # Never mind how fast the machine is: the other task ran again every few milliseconds.
    assert turns >= seconds / (4 * exchange.TURN)


async def test_a_slow_reader_stops_the_server_instead_of_filling_the_memory() -> None:
    size, count = 1 << 20, 64
    body = b"x" * size
    sent = 0

    async def script(peer: Peer) -> None:
        nonlocal sent
        await after_login(exists=count)(peer)
        await peer.command("UID FETCH *")
        for uid in range(1, count + 1):
            await peer.send(
                b"* %d FETCH (UID %d BODY[] {%d}\r\n" % (uid, uid, size) + body + b")\r\n"
            )
            sent += size
        await peer.send("{tag} OK done")

    async with session_with(script) as session:
        await session.select("INBOX")
        bodies = session.fetch_bodies([Uid(uid) for uid in range(1, count + 1)], batch=count)
        first = await anext(aiter(bodies))
        quiet_since = sent
        while True:  # until the server cannot get rid of any more
            await asyncio.sleep(0.2)
            if sent == quiet_since:
                break
            quiet_since = sent
        stopped_at = sent
        rest = [body.uid async for body in bodies]

    assert len(first.raw) == size
    assert len(rest) == count - 1
    # What waits with us, and what the kernel holds for both sides.
    assert stopped_at < PAUSE_BYTES + 24 * size
    assert connection.RESUME_BYTES < PAUSE_BYTES


@pytest.mark.parametrize(
    ("command", "line"),
    [("noop", b"* 1 RECENT\r\n"), ("all_flags", b"* 1 FETCH (UID 1 FLAGS ())\r\n")],
)
async def test_an_answer_without_end_is_given_up(
    command: str, line: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "ANSWER_BYTES", 500_000)
    monkeypatch.setattr(exchange, "SLACK", 5000)

    async def script(peer: Peer) -> None:
        await after_login(exists=1)(peer)
        await peer.command()
        while True:
            await peer.send(line * 1000)

    async with session_with(script) as session:
        await session.select("INBOX")
        with pytest.raises(ProtocolViolation):
            await getattr(session, command)()
