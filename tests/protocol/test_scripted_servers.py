"""The tests' own servers obey whole commands only, as real ones do."""

import asyncio

import pytest

from tests.support.live_mailbox import LiveMailbox
from tests.support.scripted_imap import ScriptBroken


async def say(port: int, *lines: bytes) -> list[bytes]:
    """Log in, send these bytes as they are, and leave; answers what came after the login."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"1 AUTHENTICATE PLAIN AGFubgBwdw==\r\n")
    while not (await reader.readline()).startswith(b"1 OK"):
        pass
    writer.write(b"".join(lines))
    writer.write_eof()
    heard = await reader.read()
    writer.close()
    return heard.splitlines()


async def test_a_line_that_the_network_cut_is_not_obeyed() -> None:
    async with LiveMailbox() as server:
        server.deliver(b"Subject: one\r\n\r\n", ["\\Deleted"])

        await say(server.port, b"2 SELECT INBOX\r\n", b"3 UID EXPUNGE 1")  # of 12, perhaps

        assert len(server.messages) == 1
        assert not [said for said in server.commands if "EXPUNGE" in said]


async def test_a_literal_that_the_network_cut_is_not_added() -> None:
    async with LiveMailbox() as server:
        await say(server.port, b"2 APPEND INBOX {20+}\r\n", b"Subject: one\r\n")

        assert not server.messages


async def test_what_cannot_be_read_is_answered_and_told() -> None:
    server = await LiveMailbox().__aenter__()

    heard = await say(server.port, b"2 STATUS INBOX\r\n", b"3 NOOP\r\n")

    assert [line.split()[:2] for line in heard] == [[b"2", b"BAD"], [b"3", b"OK"]]
    with pytest.raises(ScriptBroken, match="STATUS INBOX"):
        await server.__aexit__(None, None, None)
