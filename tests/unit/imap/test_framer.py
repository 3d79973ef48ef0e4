"""Framing: bytes to units, however they were cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vexmail.domain.errors import ProtocolViolation
from vexmail.imap.framer import Framer, Limits, Unit

_text = st.binary(max_size=40).filter(lambda raw: b"\r\n" not in raw and not raw.endswith(b"\r"))
_line = _text.filter(lambda raw: not raw.endswith(b"}")).map(lambda raw: b"* x" + raw)


@st.composite
def _units(draw: st.DrawFn) -> tuple[Unit, bytes]:
    """Return a unit and its bytes on the wire."""
    unit = [draw(_line)]
    wire = unit[0]
    for literal in draw(st.lists(st.binary(max_size=60), max_size=3)):
        mark = draw(st.sampled_from([b"{%d}", b"~{%d}", b"{%d+}"])) % len(literal)
        unit[-1] += mark
        wire += mark + b"\r\n" + literal
        rest = draw(_text.filter(lambda raw: not raw.endswith(b"}")))
        unit += [literal, rest]
        wire += rest
    return unit, wire + b"\r\n"


@given(st.lists(_units(), max_size=5), st.data())
def test_any_cutting_of_the_bytes_gives_the_same_units(
    sent: list[tuple[Unit, bytes]], data: st.DataObject
) -> None:
    wire = b"".join(raw for _, raw in sent)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(wire)), max_size=30)))
    framer = Framer()

    got: list[Unit] = []
    for low, high in zip([0, *cuts], [*cuts, len(wire)], strict=True):
        got += framer.feed(wire[low:high])

    assert got == [unit for unit, _ in sent]
    assert framer.idle


@given(st.binary(max_size=300))
def test_any_bytes_give_the_same_one_by_one_as_at_once(raw: bytes) -> None:
    limits = Limits(line=100, literal=100)

    def units(chunks: list[bytes]) -> tuple[list[Unit], bool]:
        framer, got = Framer(limits), []
        try:
            for chunk in chunks:
                got += framer.feed(chunk)
        except ProtocolViolation:
            return got, False
        return got, True

    at_once, fine = units([raw])
    one_by_one, fine_too = units([raw[i : i + 1] for i in range(len(raw))])
    assert fine == fine_too
    assert one_by_one == at_once or not fine  # a violation takes the rest of its chunk with it


@pytest.mark.parametrize(
    "line",
    [
        b"* OK see {12}",
        b"* ok [ALERT] see {12}",
        b"* NO {3}",
        b"* BYE {3}",
        b"a12 NO no such thing as {5}",
        b"a12 OK {5}",
        b"+ go on {5}",
    ],
)
def test_text_that_looks_like_a_literal_does_not_swallow_the_next_line(line: bytes) -> None:
    assert Framer().feed(line + b"\r\n* 1 EXISTS\r\n") == [[line], [b"* 1 EXISTS"]]


def test_an_empty_literal_is_a_literal() -> None:
    assert Framer().feed(b"* X {0}\r\n y\r\n") == [[b"* X {0}", b"", b" y"]]


def test_a_lone_line_feed_or_return_is_data() -> None:
    assert Framer().feed(b"* a\nb\rc\r\r\n") == [[b"* a\nb\rc\r"]]


@pytest.mark.parametrize("end", [b"A1 OK welcome\n", b"A1 NO who?\n", b"A1 BAD\n"])
def test_a_tagged_answer_may_end_without_carriage_return(end: bytes) -> None:
    framer = Framer()
    units = [unit for i in range(len(end)) for unit in framer.feed(end[i : i + 1])]

    assert units == [[end[:-1]]]
    assert framer.idle
    assert framer.feed(b"* 1 EXISTS\r\n") == [[b"* 1 EXISTS"]]


def test_what_follows_a_tagged_answer_without_carriage_return_is_the_next_answer() -> None:
    wire = b"A1 OK welcome\n* X {3}\r\na\nb y\r\n"

    assert Framer().feed(wire) == [[b"A1 OK welcome"], [b"* X {3}", b"a\nb", b" y"]]
    assert Framer().feed(b"A1 NO one line\nand another\r\n") == [[b"A1 NO one line\nand another"]]


@pytest.mark.parametrize(
    "raw",
    [
        b"x" * 103,
        b"x" * 101 + b"\r\n",
        b"* a {101}\r\n",
        b"* a {60}\r\n" + b"x" * 60 + b" {60}\r\n",
        b"* a {99999999999999999999}\r\n",
        b"* {0}\r\n {0}\r\n" * 40,
    ],
)
def test_what_exceeds_a_limit_is_refused_before_it_is_kept(raw: bytes) -> None:
    framer = Framer(Limits(line=100, literal=100))

    with pytest.raises(ProtocolViolation):
        framer.feed(raw)


def test_a_line_of_exactly_the_limit_is_taken_in_any_cutting() -> None:
    framer = Framer(Limits(line=100))
    wire = b"x" * 100 + b"\r\n"

    assert [unit for byte in wire for unit in framer.feed(bytes([byte]))] == [[b"x" * 100]]


def test_a_framer_is_idle_only_between_units() -> None:
    framer = Framer()
    for part, idle in ((b"* a {3}", False), (b"\r\n", False), (b"abc", False), (b"\r\n", True)):
        framer.feed(part)
        assert framer.idle is idle
