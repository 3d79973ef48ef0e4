"""Reads one IMAP command, literals and all, into nested tokens.

Source: RFC 9051 §4 and §9; LITERAL+ of RFC 7888. Atoms and strings become ``bytes`` (a quoted
string or literal is marked as :class:`Text`), parenthesised lists become ``list``.
"""

import asyncio
import re
from dataclasses import dataclass

MOST_LITERAL = 30 * 2**20
MOST_LINE = 2**20
_LITERAL_END = re.compile(rb"\{(\d+)(\+?)\}\r?\n\Z")
_ATOM = re.compile(rb"(?:\[[^\]]*\]|[^\s()\[\"])+")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')


class CommandError(Exception):
    """The command cannot be understood; the client gets BAD with this text."""


class Text(bytes):
    """A string: never a keyword, even when it looks like one."""

    __slots__ = ()


Token = bytes | list["Token"]


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its tag, upper-case name and arguments."""

    tag: str
    name: str
    arguments: list[Token]


async def read_line(reader: asyncio.StreamReader) -> bytes:
    """Return one line with its end; empty at the end of the stream."""
    try:
        return await reader.readline()
    except ValueError as error:  # StreamReader's word for a line over its limit
        message = "line too long"
        raise CommandError(message) from error


async def read_command(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Command | None:
    """Read one command, asking for literals as they come; None at the end of the stream.

    Raises:
        CommandError: it is malformed or too large.
    """
    chunks: list[bytes | Text] = []
    total = 0
    while True:
        line = await read_line(reader)
        if not line:
            return None
        total += len(line)
        literal = _LITERAL_END.search(line)
        if literal is None:
            chunks.append(line.rstrip(b"\r\n"))
            break
        size = int(literal.group(1))
        if total + size > MOST_LITERAL:
            message = "literal too large"
            raise CommandError(message)
        if not literal.group(2):
            writer.write(b"+ go ahead\r\n")
            await writer.drain()
        chunks += [line[: literal.start()], Text(await reader.readexactly(size))]
    return parse_command(chunks)


def parse_command(chunks: list[bytes | Text]) -> Command:
    """Turn the lines and literals of one command into tokens."""
    tokens = _tokens(chunks)
    if len(tokens) < 2 or not isinstance(tokens[0], bytes) or not isinstance(tokens[1], bytes):
        message = "expected a tag and a command"
        raise CommandError(message)
    tag, name = tokens[0].decode("ascii", "replace"), tokens[1].decode("ascii", "replace").upper()
    rest = tokens[2:]
    if name == "UID" and rest and isinstance(rest[0], bytes):
        name = f"UID {rest[0].decode('ascii', 'replace').upper()}"
        rest = rest[1:]
    return Command(tag, name, rest)


def _tokens(chunks: list[bytes | Text]) -> list[Token]:
    stack: list[list[Token]] = [[]]
    for chunk in chunks:
        if isinstance(chunk, Text):
            stack[-1].append(chunk)
        else:
            _scan(chunk, stack)
    if len(stack) != 1:
        message = "unbalanced parentheses"
        raise CommandError(message)
    return stack[0]


def _scan(line: bytes, stack: list[list[Token]]) -> None:
    at = 0
    while at < len(line):
        char = line[at : at + 1]
        if char in b" \t":
            at += 1
        elif char == b"(":
            fresh: list[Token] = []
            stack[-1].append(fresh)
            stack.append(fresh)
            at += 1
        elif char == b")":
            if len(stack) == 1:
                message = "unbalanced parentheses"
                raise CommandError(message)
            stack.pop()
            at += 1
        else:
            at = _scan_word(line, at, stack[-1])


def _scan_word(line: bytes, at: int, into: list[Token]) -> int:
    quoted = _QUOTED.match(line, at)
    found = quoted or _ATOM.match(line, at)
    if found is None:
        message = "unexpected character"
        raise CommandError(message)
    if quoted is not None:
        into.append(Text(re.sub(rb"\\(.)", rb"\1", quoted.group(1))))
    else:
        into.append(found.group(0))
    return found.end()


def parse_set(text: bytes, largest: int) -> list[tuple[int, int]]:
    """Read a sequence set into inclusive ranges; ``*`` is ``largest`` (RFC 9051 §9)."""
    ranges = []
    for piece in text.split(b","):
        low_text, _, high_text = piece.partition(b":")
        try:
            low = largest if low_text == b"*" else int(low_text)
            high = low if not high_text else largest if high_text == b"*" else int(high_text)
        except ValueError as error:
            message = "bad sequence set"
            raise CommandError(message) from error
        ranges.append((min(low, high), max(low, high)))
    return ranges
