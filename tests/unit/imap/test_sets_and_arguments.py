"""What goes out: sequence sets and command lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vexmail.domain.errors import Defect, ProtocolViolation
from vexmail.domain.ids import Uid
from vexmail.imap import uid_sets
from vexmail.imap.encode import Astring, Literal, sasl_plain, unasked_literal, wire_lines
from vexmail.ports.mail_server import Credentials


@given(st.sets(st.integers(1, 2**32 - 1), min_size=1, max_size=60))
def test_a_set_is_read_back(numbers: set[int]) -> None:
    text = uid_sets.format_set(numbers)

    assert sorted(uid_sets.expand(uid_sets.parse_ranges(text), len(numbers))) == sorted(numbers)


def test_neighbours_are_joined() -> None:
    assert uid_sets.format_set([5, 3, 2, 1, 9, 5]) == "1:3,5,9"
    assert uid_sets.format_set([]) == ""


@pytest.mark.parametrize("text", ["", "0", "1:", ":1", "1,,2", "*", "1:*", "a", "4294967296", "-1"])
def test_what_is_no_set_is_a_violation(text: str) -> None:
    with pytest.raises(ProtocolViolation):
        uid_sets.parse_ranges(text)


def test_a_few_bytes_do_not_become_four_billion_numbers() -> None:
    with pytest.raises(ProtocolViolation):
        uid_sets.expand(uid_sets.parse_ranges("1:4294967295"), 1000)


@given(
    st.lists(st.integers(1, 2**32 - 1).map(Uid), unique=True, max_size=300),
    st.integers(1, 100),
    st.none() | st.integers(1, 20),
)
def test_cutting_keeps_all_in_order(uids: list[Uid], batch: int, first: int | None) -> None:
    batches = uid_sets.cut(uids, batch, first)

    assert [uid for part in batches for uid in part] == uids
    assert all(0 < len(part) <= max(batch, first or 0) for part in batches)
    if uids and first:
        assert len(batches[0]) == min(first, len(uids))


def test_no_batch_is_longer_than_a_command_line() -> None:
    uids = [Uid(1_000_000_000 + 2 * n) for n in range(5000)]
    batches = uid_sets.cut(uids, 5000)

    assert len(batches) > 1
    assert all(len(uid_sets.format_set(part)) <= uid_sets.SET_BYTES for part in batches)


@pytest.mark.parametrize(
    ("text", "plus", "lines"),
    [
        ("INBOX", False, [b'A1 SELECT "INBOX"\r\n']),
        ('a "b" \\', False, [b'A1 SELECT "a \\"b\\" \\\\"\r\n']),
        ("ä", False, [b"A1 SELECT {2}\r\n", b"\xc3\xa4\r\n"]),
        ("ä", True, [b"A1 SELECT {2+}\r\n\xc3\xa4\r\n"]),
        ("", False, [b'A1 SELECT ""\r\n']),
    ],
)
def test_an_argument_is_quoted_or_a_literal(text: str, plus: bool, lines: list[bytes]) -> None:  # noqa: FBT001 - a column of the table
    assert wire_lines("A1", "SELECT", [Astring(text)], unasked=4096 if plus else -1) == lines


@pytest.mark.parametrize("bad", ["a\rb", "a\nb", "a\0b", "INBOX\r\nA2 DELETE INBOX"])
def test_a_line_break_never_becomes_part_of_a_command(bad: str) -> None:
    for argument in (bad, Astring(bad)):
        with pytest.raises(Defect):
            wire_lines("A1", "SELECT", [argument], unasked=4096)


def test_a_password_is_in_no_repr() -> None:
    assert "hush" not in repr(Astring("hush"))
    assert "hush" not in repr(Credentials("ann", "hush"))
    assert sasl_plain(Credentials("ann", "hush")) == "AGFubgBodXNo"


def test_a_literal_is_sent_byte_for_byte_and_asked_for_when_it_is_long() -> None:
    raw = b"a\nb\r\n\xff"

    short = wire_lines("A1", "APPEND", [Astring("Sent"), Literal(raw)], unasked=6)
    long = wire_lines("A1", "APPEND", [Astring("Sent"), Literal(raw)], unasked=5)

    assert short == [b'A1 APPEND "Sent" {6+}\r\n' + raw + b"\r\n"]
    assert long == [b'A1 APPEND "Sent" {6}\r\n', raw + b"\r\n"]
    with pytest.raises(Defect):
        wire_lines("A1", "APPEND", [Literal(b"a\0b")])


@pytest.mark.parametrize(
    ("capabilities", "unasked"),
    [
        (set(), -1),
        ({"LITERAL-"}, 4096),
        ({"IMAP4REV2"}, 4096),
        ({"LITERAL-", "LITERAL+"}, 1 << 20),
    ],
)
def test_how_long_a_literal_may_be_that_nobody_asked_for(
    capabilities: set[str], unasked: int
) -> None:
    assert unasked_literal(capabilities) == unasked


@pytest.mark.parametrize(
    ("capabilities", "most"),
    [
        ({"IDLE"}, uid_sets.LARGEST),
        ({"IDLE", "MESSAGELIMIT=1000"}, 1000),
        ({"MESSAGELIMIT=0"}, uid_sets.LARGEST),
        ({"MESSAGELIMIT=many"}, uid_sets.LARGEST),
        ({"MESSAGELIMIT"}, uid_sets.LARGEST),
    ],
)
def test_how_many_messages_a_command_may_name(capabilities: set[str], most: int) -> None:
    assert uid_sets.most_at_once(capabilities) == most
