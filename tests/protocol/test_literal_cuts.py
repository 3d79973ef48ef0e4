"""A message cut anywhere, or whose length is a lie, is never taken for the message."""

import random

import pytest

from tests.support.imap_session import session_with
from tests.support.mail_account import a_message
from tests.support.scripted_imap import Peer, after_login
from vexmail.domain.errors import (
    ConnectionLost,
    ConnectionTimedOut,
    ProtocolViolation,
    VexMailError,
)
from vexmail.domain.ids import Uid
from vexmail.imap import exchange
from vexmail.imap.fetching import read_body
from vexmail.imap.framer import Framer
from vexmail.ports.mail_server import MailSession

BODY = a_message("Five kilobytes", "0123456789abcde\r\n" * 320)
ANSWER = b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % len(BODY) + BODY + b")\r\n"
NEXT = b"* 2 FETCH (UID 2 BODY[] {5}\r\nhello)\r\n"


def test_cut_at_every_byte_there_is_no_body_and_whole_there_is_one() -> None:
    assert len(BODY) > 5000
    for size in range(len(ANSWER)):
        assert Framer().feed(ANSWER[:size]) == []

    [unit] = Framer().feed(ANSWER)
    body = read_body(unit)
    assert body is not None
    assert body.raw == BODY


def test_cut_in_two_at_every_byte_it_is_the_same_body() -> None:
    for size in range(len(ANSWER)):
        framer = Framer()
        units = framer.feed(ANSWER[:size]) + framer.feed(ANSWER[size:])
        assert [b"".join(unit) for unit in units] == [ANSWER[:-2].replace(b"}\r\n", b"}", 1)]


async def _error(answer: bytes, ending: str = "close") -> VexMailError:
    """Return what a FETCH of two bodies ends with, having given nothing for the first."""

    async def script(peer: Peer) -> None:
        await after_login(exists=2)(peer)
        await peer.command("UID FETCH *")
        await peer.send(answer)
        if ending == "silence":
            await peer.silence()

    found: dict[Uid, bytes] = {}
    async with session_with(script) as session:
        await session.select("INBOX")
        with pytest.raises(VexMailError) as caught:
            await _collect(session, found)
    assert found in ({}, {2: b"hello"})
    return caught.value


async def _collect(session: MailSession, found: dict[Uid, bytes]) -> None:
    async for body in session.fetch_bodies([Uid(1), Uid(2)]):
        found[body.uid] = body.raw


@pytest.mark.parametrize("at", [0, 1, len(BODY) // 2, len(BODY) - 1, len(BODY)])
async def test_a_connection_lost_in_a_body_gives_no_body(at: int) -> None:
    start = ANSWER.index(b"\r\n") + 2
    found: dict[Uid, bytes] = {}

    async def script(peer: Peer) -> None:
        await after_login(exists=2)(peer)
        await peer.command("UID FETCH *")
        await peer.send(NEXT + ANSWER[: start + at])

    async with session_with(script) as session:
        await session.select("INBOX")
        with pytest.raises(ConnectionLost):
            await _collect(session, found)

    assert found == {2: b"hello"}


@pytest.mark.parametrize("seed", range(5))
async def test_a_large_body_cut_somewhere_gives_no_body(seed: int) -> None:
    size = 2_000_000
    cut = random.Random(seed).randrange(size)

    error = await _error(b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % size + b"x" * cut)

    assert isinstance(error, ConnectionLost)


@pytest.mark.parametrize("length", ["-5", "4294967296", "99999999999", "9" * 19, "1e3", ""])
async def test_a_length_that_cannot_be_gives_no_body(length: str) -> None:
    answer = b"* 1 FETCH (UID 1 BODY[] {%b}\r\n" % length.encode() + BODY + b")\r\n"

    assert isinstance(await _error(answer), ProtocolViolation)


@pytest.mark.parametrize("length", [0, 1, 100, len(BODY) - 1])
async def test_a_length_too_short_gives_no_body(length: int) -> None:
    answer = b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % length + BODY + b")\r\n" + NEXT

    assert isinstance(await _error(answer), (ProtocolViolation, ConnectionLost))


@pytest.mark.parametrize("more", [1, 3, 16, 20, 23, 28, 5000])
async def test_a_length_too_long_gives_neither_a_body_nor_anothers(
    more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 20 bytes too many, UID 1 is followed by the BODY[] of UID 2."""
    monkeypatch.setattr(exchange, "SILENCE", 0.3)
    answer = b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % (len(BODY) + more) + BODY + b")\r\n" + NEXT

    assert isinstance(await _error(answer, "silence"), (ProtocolViolation, ConnectionTimedOut))
