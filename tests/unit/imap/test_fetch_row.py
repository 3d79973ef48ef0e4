"""Rows of the envelope pass: the short cut and the long way agree, and imapclient with both."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imapclient.response_parser import parse_fetch_response
from imapclient.response_types import Envelope as TheirEnvelope

from tests.unit.imap.rows import ANN, HEAD, TEXT, envelope, line, long_way
from vexmail.domain.message import Address, RemoteFlags
from vexmail.imap.fetch_row import read_flags, read_message
from vexmail.imap.framer import Unit
from vexmail.imap.header_text import header_text


def test_an_ordinary_row_is_read_whole() -> None:
    message = read_message([line()])

    assert message is not None
    assert (message.uid, message.flags, message.size) == (9, {"\\Seen"}, 44)
    assert message.received_at == datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)
    assert message.envelope.sent_at == datetime(1996, 7, 17, 9, 23, 25, tzinfo=UTC)
    assert message.envelope.from_ == (Address("Ann", "ann@a.example"),)
    assert message.envelope.to == ()
    assert message.envelope.in_reply_to == "<1@x>"
    assert message.envelope.internet_message_id == "<2@x>"
    assert not message.has_attachments


@pytest.mark.parametrize(
    ("people", "addresses"),
    [
        ("NIL", ()),
        ("()", ()),
        (f"({ANN}{ANN})", (Address("Ann", "ann@a.example"),) * 2),
        (f"({ANN} {ANN})", (Address("Ann", "ann@a.example"),) * 2),
        ('((NIL NIL "ann" "a.example"))', (Address("", "ann@a.example"),)),
        # a group: its name and its end are no addresses
        (
            f'((NIL NIL "friends" NIL){ANN}(NIL NIL NIL NIL))',
            (Address("Ann", "ann@a.example"),),
        ),
        ('((NIL NIL "undisclosed-recipients" NIL)(NIL NIL NIL NIL))', ()),
        ('(("Bob" NIL "bob" "MISSING_DOMAIN"))', (Address("Bob", "bob"),)),
        ('(("Bob" NIL "MISSING_MAILBOX" "MISSING_DOMAIN"))', (Address("Bob", ""),)),
        ('(("=?utf-8?Q?J=C3=B6rg?=" NIL "j" "x"))', (Address("Jörg", "j@x"),)),
        ('(("a \\"b\\"" NIL "j" "x"))', (Address('a "b"', "j@x"),)),
    ],
)
def test_addresses_are_read_alike_both_ways(people: str, addresses: tuple[Address, ...]) -> None:
    unit = [line(people=people)]

    for message in (read_message(unit), long_way(unit)):
        assert message is not None
        assert message.envelope.from_ == message.envelope.sender == addresses


def test_strings_may_be_literals() -> None:
    subject = b'5 * 3 :( "quoted" \\ {12}'
    before, after = line(subject="SUBJECT").split(b"SUBJECT")
    unit = [before + b"{%d}" % len(subject), subject, after]

    for message in (read_message(unit), long_way(unit)):
        assert message is not None
        assert message.envelope.subject == subject.decode()


@pytest.mark.parametrize(
    ("items", "email_id", "mod_seq"),
    [
        ("EMAILID (M6d99ac3275bb4e) MODSEQ (12)", "M6d99ac3275bb4e", 12),
        ("X-GM-MSGID 1278455344230334865", "1278455344230334865", 0),
        ("EMAILID NIL", "", 0),
    ],
)
def test_identities_and_mod_sequences_are_read(items: str, email_id: str, mod_seq: int) -> None:
    unit = [f"{HEAD}{items} {envelope()} BODYSTRUCTURE {TEXT})".encode()]

    for message in (read_message(unit), long_way(unit)):
        assert message is not None
        assert (message.email_id, message.mod_seq) == (email_id, mod_seq)


def test_items_may_come_in_any_order_and_case() -> None:
    unit = [f"* 7 fetch (bodystructure {TEXT} {envelope()} uid 9 flags ())".encode()]
    message = read_message(unit)

    assert message is not None
    assert (message.uid, message.envelope.subject) == (9, "s")
    assert message.received_at == message.envelope.sent_at


@pytest.mark.parametrize(
    "rest",
    [
        "ENVELOPE NIL",
        "ENVELOPE nil BODYSTRUCTURE NIL",
        "ENVELOPE ()",
        'ENVELOPE ("x")',
        "ENVELOPE ((((",
        'ENVELOPE ("unclosed',
        "ENVELOPE (]) BODYSTRUCTURE (",
    ],
)
def test_an_unreadable_envelope_keeps_what_is_known(rest: str) -> None:
    message = read_message([f"{HEAD}{rest})".encode()])

    assert message is not None
    assert (message.uid, message.size, message.flags) == (9, 44, {"\\Seen"})
    assert message.received_at == datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)
    assert message.envelope.subject == ""


@pytest.mark.parametrize(
    "other",
    [
        b"* 1 FETCH (UID 3 FLAGS (\\Seen))",
        b"* 3 EXISTS",
        b"a1 OK done",
        b"* 1 FETCH ((",
        b"junk",
        b"* 1 FETCH (ENVELOPE NIL)",
    ],
)
def test_what_is_no_row_is_none(other: bytes) -> None:
    assert read_message([other]) is None


_text = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=12)
_string = st.none() | _text


@st.composite
def _rows(draw: st.DrawFn) -> Unit:
    """Return an answer with strings of any kind, quoted or literal."""
    unit: Unit = [HEAD.encode() + b"ENVELOPE ("]

    def put(value: str | None) -> None:
        if value is None:
            unit[-1] += b"NIL"
        elif draw(st.integers(0, 4)) == 0:
            raw = value.encode()
            unit[-1] += b"{%d}" % len(raw)
            unit.extend((raw, b""))
        else:
            unit[-1] += b'"' + value.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'

    put(draw(_string))
    unit[-1] += b" "
    put(draw(_string))
    for _ in range(6):
        unit[-1] += b" "
        people = draw(st.lists(st.tuples(_string, st.none(), _string, _string), max_size=2))
        unit[-1] += b"(" if people else b"NIL"
        for person in people:
            unit[-1] += b"("
            for index, part in enumerate(person):
                unit[-1] += b" " if index else b""
                put(part)
            unit[-1] += b")"
        unit[-1] += b")" if people else b""
    for _ in range(2):
        unit[-1] += b" "
        put(draw(_string))
    unit[-1] += f") BODYSTRUCTURE {TEXT})".encode()
    return unit


@settings(max_examples=300)
@given(_rows())
def test_short_cut_and_long_way_give_the_same(unit: Unit) -> None:
    message = read_message(unit)

    assert message is not None
    assert message == long_way(unit)


@given(_rows())
def test_imapclient_sees_the_same_strings(unit: Unit) -> None:
    message = read_message(unit)
    body = [unit[0][2:].replace(b" FETCH", b"", 1), *unit[1:]]
    pairs = [(body[i], body[i + 1]) for i in range(0, len(body) - 1, 2)]
    theirs = parse_fetch_response([*pairs, body[-1]], normalise_times=True, uid_is_key=True)
    seen = theirs[9][b"ENVELOPE"]

    assert message is not None
    assert isinstance(seen, TheirEnvelope)
    assert message.envelope.subject == header_text(seen.subject or b"").strip()
    assert message.envelope.internet_message_id == header_text(seen.message_id or b"").strip() or (
        b"=?" in (seen.message_id or b"")
    )
    for ours, other in ((message.envelope.from_, seen.from_), (message.envelope.bcc, seen.bcc)):
        named = [one for one in other or () if one.host is not None]
        assert len(ours) <= len(named)
        assert {one.name for one in ours} <= {header_text(o.name or b"").strip() for o in named}


@given(st.binary(max_size=60), st.integers(0, 400))
def test_any_damage_to_a_row_is_read_refused_or_salvaged(junk: bytes, at: int) -> None:
    whole = line()
    read_message([whole[:at] + junk + whole[at:]])
    read_message([whole[:at] + junk])


@pytest.mark.parametrize(
    ("raw", "row"),
    [
        (b"* 1 FETCH (UID 4 FLAGS (\\seen x) MODSEQ (9))", RemoteFlags(4, {"\\Seen", "x"}, 9)),
        (b"* 1 FETCH (FLAGS () UID 4)", RemoteFlags(4, frozenset(), 0)),
        (b"* 1 FETCH (MODSEQ (9) FLAGS (\\Recent) UID 4 X NIL)", RemoteFlags(4, frozenset(), 9)),
        (b"* 1 FETCH (FLAGS (\\Seen))", None),
        (b"* 1 FETCH (UID 4)", None),
        (b"* 1 EXISTS", None),
    ],
)
def test_flags_are_read(raw: bytes, row: RemoteFlags | None) -> None:
    assert read_flags([raw]) == row


@pytest.mark.parametrize(
    "hostile",
    [
        line(people=f"({ANN * 25_000})"),
        line(people=f"({ANN * 25_000}"),
        line(subject='"' + "\\a" * 400_000),
        line(structure="(" * 500_000),
        line(structure='("a" ' * 150_000),
        HEAD.encode() + b"FLAGS () " * 100_000,
        HEAD.encode() + b"ENVELOPE " + b"UID 1 FLAGS (" * 70_000,
    ],
    ids=range(7),
)
def test_a_megabyte_of_malice_costs_no_more_than_a_megabyte(hostile: bytes) -> None:
    began = time.process_time()
    read_message([hostile])

    assert time.process_time() - began < 5
