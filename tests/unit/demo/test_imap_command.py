"""Reading IMAP commands."""

import asyncio

import pytest

from vexmail.app.demo.imap_command import (
    Command,
    CommandError,
    Text,
    parse_command,
    parse_set,
    read_command,
)


class Asked:
    """A writer that keeps what it was given."""

    def __init__(self) -> None:
        self.sent = b""

    def write(self, data: bytes) -> None:
        """Keep it."""
        self.sent += data

    async def drain(self) -> None:
        """Nothing is held back."""


async def read(*chunks: bytes) -> tuple[Command | None, bytes]:
    """Read one command from a stream made of ``chunks``; also answer what was sent meanwhile."""
    reader = asyncio.StreamReader()
    for chunk in chunks:
        reader.feed_data(chunk)
    reader.feed_eof()
    asked = Asked()
    command = await read_command(reader, asked)  # type: ignore[arg-type]  # all it uses
    return command, asked.sent


async def test_words_lists_and_quoted_strings_become_tokens() -> None:
    command, _ = await read(b"a1 uid fetch 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (From To)])\r\n")

    assert command == Command(
        "a1", "UID FETCH", [b"1:*", [b"FLAGS", b"BODY.PEEK[HEADER.FIELDS (From To)]"]]
    )


async def test_quoted_characters_are_unquoted() -> None:
    command, _ = await read(b'a1 LOGIN "an\\"n" "s3cret \\\\ pass"\r\n')

    assert command is not None
    assert command.arguments == [b'an"n', b"s3cret \\ pass"]


async def test_a_literal_is_asked_for_and_taken_as_it_is() -> None:
    command, sent = await read(b"a1 APPEND Drafts {8}\r\n", b'a (b\r\n"c\r\n')

    assert command is not None
    assert command.arguments == [b"Drafts", b'a (b\r\n"c']
    assert isinstance(command.arguments[1], Text)
    assert sent.startswith(b"+ ")


async def test_a_non_synchronising_literal_is_not_asked_for() -> None:
    command, sent = await read(b"a1 LOGIN {3+}\r\n", b"ann {2+}\r\n", b"pw\r\n")

    assert command is not None
    assert command.arguments == [b"ann", b"pw"]
    assert sent == b""


@pytest.mark.parametrize("line", [b"a1 LIST (", b"a1 LIST )", b"justatag", b'a1 X "open'])
def test_malformed_commands_are_refused(line: bytes) -> None:
    with pytest.raises(CommandError):
        parse_command([line])


async def test_a_huge_literal_is_refused_before_it_is_read() -> None:
    with pytest.raises(CommandError, match="too large"):
        await read(b"a1 APPEND INBOX {99999999999}\r\n")


async def test_the_end_of_the_stream_is_no_command() -> None:
    assert (await read(b""))[0] is None


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        (b"1", [(1, 1)]),
        (b"2,4:7", [(2, 2), (4, 7)]),
        (b"9:4", [(4, 9)]),
        (b"*", [(50, 50)]),
        (b"60:*", [(50, 60)]),  # RFC 9051 §6.4.8: it still covers the last message
    ],
)
def test_sequence_sets_become_ranges(text: bytes, ranges: list[tuple[int, int]]) -> None:
    assert parse_set(text, 50) == ranges
