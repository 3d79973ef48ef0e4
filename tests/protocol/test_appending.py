"""APPEND: bytes as they are, in every kind of literal, and every refusal."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.support.imap_session import session_with
from tests.support.scripted_imap import Peer, after_login
from vexmail.domain.errors import CommandRefused, MailboxGone
from vexmail.domain.flags import SEEN
from vexmail.imap import appending, exchange

RAW = b"Subject: \xff\xfe gr\xc3\xbc\xc3\x9fe\nbare line feed\r\n{12}\r\n)\r\n"


async def append_to(peer: Peer, kind: str) -> tuple[str, bytes]:
    """Take an APPEND whose literal is announced by ``kind``; return its command and bytes."""
    command = await peer.command(f"APPEND *{{*{kind}}}")
    if not kind:
        await peer.send("+ go on")
    size = int(command.rpartition("{")[2].rstrip("+}"))
    raw = await peer.reader.readexactly(size)
    assert await peer.line() == b""
    return command, raw


@pytest.mark.parametrize(
    ("offered", "size", "kind"),
    [
        ("LITERAL+", 100, "+"),
        ("LITERAL+", 100_000, "+"),
        ("LITERAL+", 2_000_000, ""),
        ("LITERAL-", 100, "+"),
        ("LITERAL-", 4097, ""),
        ("IDLE", 100, ""),
    ],
)
async def test_every_kind_of_literal_carries_the_bytes_as_they_are(
    offered: str, size: int, kind: str
) -> None:
    got: list[tuple[str, bytes]] = []
    raw = (RAW + b"x" * size)[: max(size, len(RAW))]

    async def script(peer: Peer) -> None:
        await after_login(capabilities=f"UIDPLUS {offered}")(peer)
        got.append(await append_to(peer, kind))
        await peer.send("{tag} OK [APPENDUID 7 42] done")

    moment = datetime(2026, 2, 3, 1, 5, 6, tzinfo=timezone(timedelta(hours=-3)))
    async with session_with(script) as session:
        uid = await session.append("&AMQ-rger", raw, frozenset({SEEN, "\\Recent"}), moment)

    command, received = got[0]
    assert received == raw
    assert uid == 42
    assert command.startswith('APPEND "&AMQ-rger" (\\Seen) "03-Feb-2026 04:05:06 +0000" {')


async def test_without_flags_and_date_none_are_sent() -> None:
    got: list[tuple[str, bytes]] = []

    async def script(peer: Peer) -> None:
        await after_login(capabilities="LITERAL+")(peer)
        got.append(await append_to(peer, "+"))
        await peer.send("{tag} OK done")

    async with session_with(script) as session:
        assert await session.append("Sent", b"a\r\n", frozenset(), None) is None

    assert got == [('APPEND "Sent" {3+}', b"a\r\n")]


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ("NO [TRYCREATE] no", MailboxGone, "does not exist"),
        ("NO [OVERQUOTA] full", CommandRefused, "no room left"),
        ("NO [TOOBIG] 10 MB at most", CommandRefused, "too large"),
    ],
)
async def test_a_refusal_instead_of_go_on_sends_no_byte_of_the_message(
    answer: str, error: type[Exception], words: str
) -> None:
    script = after_login(f"C: APPEND *\nS: {{tag}} {answer}\nC: NOOP\nS: {{tag}} OK done")

    async with session_with(script) as session:
        with pytest.raises(error, match=words):
            await session.append("Sent", RAW, frozenset(), None)
        await session.noop()


@pytest.mark.parametrize(
    ("raw", "flags"), [(b"a\0b", frozenset()), (b"", frozenset()), (RAW, frozenset({"a b"}))]
)
async def test_what_no_server_takes_never_reaches_the_wire(
    raw: bytes, flags: frozenset[str]
) -> None:
    async with session_with(after_login("C: NOOP\nS: {tag} OK done")) as session:
        with pytest.raises(CommandRefused):
            await session.append("Sent", raw, flags, datetime(2026, 1, 1, tzinfo=UTC))
        await session.noop()


async def test_a_large_message_may_take_longer_than_a_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exchange, "SILENCE", 0.1)
    monkeypatch.setattr(appending, "SLOWEST", 20)  # so that these 100 bytes may take 5 s

    async def script(peer: Peer) -> None:
        await after_login(capabilities="LITERAL+")(peer)
        await append_to(peer, "+")
        await asyncio.sleep(0.4)  # the slow work of a server, four silences long
        await peer.send("{tag} OK done")

    async with session_with(script) as session:
        await session.append("Sent", b"x" * 100, frozenset(), None)
