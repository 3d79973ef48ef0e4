"""Units to responses: the ordinary ones by example, everything else by corpora."""

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vexmail.domain.errors import ProtocolViolation
from vexmail.imap.framer import Framer
from vexmail.imap.response_parser import parse_response
from vexmail.imap.responses import (
    Capability,
    Condition,
    Continuation,
    Enabled,
    ESearch,
    Exists,
    Expunge,
    Fetch,
    ListEntry,
    MailboxFlags,
    Namespace,
    Namespaces,
    Other,
    Response,
    Search,
    Status,
    Vanished,
)

DATA = Path(__file__).parents[2] / "data" / "imap"
ADDRESSES = '(("Ann" NIL "ann" "a.example"))'


@pytest.mark.parametrize(
    ("line", "response"),
    [
        ("* OK hello", Condition("", "OK", "", "", "hello")),
        ("* ok [alert] hello", Condition("", "OK", "ALERT", "", "hello")),
        ("* OK", Condition("", "OK", "", "", "")),
        (
            "a1 OK [CAPABILITY IMAP4rev1 IDLE] done",
            Condition("a1", "OK", "CAPABILITY", "IMAP4rev1 IDLE", "done"),
        ),
        ("a1 NO [AUTHENTICATIONFAILED]", Condition("a1", "NO", "AUTHENTICATIONFAILED", "", "")),
        ("* OK [UIDNEXT 12] next", Condition("", "OK", "UIDNEXT", "12", "next")),
        (
            "* OK [PERMANENTFLAGS (\\Seen \\*)] x",
            Condition("", "OK", "PERMANENTFLAGS", "(\\Seen \\*)", "x"),
        ),
        ("* BYE [UNAVAILABLE] later", Condition("", "BYE", "UNAVAILABLE", "", "later")),
        ("* PREAUTH hi", Condition("", "PREAUTH", "", "", "hi")),
        ("+ go on", Continuation("go on")),
        ("+", Continuation("")),
        ("* 23 EXISTS", Exists(23)),
        ("* 23 exists", Exists(23)),
        ("* 4 EXPUNGE", Expunge(4)),
        ("* 4 EXPUNGED", Expunge(4)),
        ("* STATUS To do/NIL x (MESSAGES 1)", Status(b"To do/NIL x", {"MESSAGES": 1}, "")),
        ("* 1 RECENT", Other("RECENT")),
        ("* VANISHED 405,407:410", Vanished(((405, 405), (407, 410)), earlier=False)),
        ("* VANISHED (EARLIER) 41,43:116", Vanished(((41, 41), (43, 116)), earlier=True)),
        ("* vanished (earlier) 41", Vanished(((41, 41),), earlier=True)),
        ("* SEARCH", Search(())),
        ("* SEARCH 2 84 882", Search((2, 84, 882))),
        ("* SEARCH 2 5 (MODSEQ 917162500)", Search((2, 5))),
        ('* ESEARCH (TAG "A1") UID ALL 1:3,9', ESearch("A1", by_uid=True, all=((1, 3), (9, 9)))),
        ('* ESEARCH (TAG "A1") UID', ESearch("A1", by_uid=True, all=None)),
        ("* ESEARCH UID COUNT 5 ALL 4:19", ESearch("", by_uid=True, all=((4, 19),))),
        ("* CAPABILITY IMAP4rev1 auth=plain", Capability(frozenset({"IMAP4REV1", "AUTH=PLAIN"}))),
        (
            '* LIST (\\HasNoChildren \\Sent) "/" "Sent Items"',
            ListEntry(frozenset({"\\hasnochildren", "\\sent"}), "/", b"Sent Items", lsub=False),
        ),
        ("* LIST () NIL INBOX", ListEntry(frozenset(), None, b"INBOX", lsub=False)),
        ('* LSUB () "." a', ListEntry(frozenset(), ".", b"a", lsub=True)),
        (
            '* LIST () "/" "a" ("CHILDINFO" ("SUBSCRIBED"))',
            ListEntry(frozenset(), "/", b"a", lsub=False),
        ),
        ('* LIST () "\\\\" a', ListEntry(frozenset(), "\\", b"a", lsub=False)),
        ("* STATUS a (MESSAGES 3 UIDNEXT 9)", Status(b"a", {"MESSAGES": 3, "UIDNEXT": 9})),
        ("* FLAGS (\\Seen x)", MailboxFlags(frozenset({"\\Seen", "x"}))),
        ("* ENABLED qresync X", Enabled(frozenset({"QRESYNC", "X"}))),
        ("* ENABLED", Enabled(frozenset())),
        ('* NAMESPACE (("" "/")) NIL NIL', Namespaces((Namespace("", "/"),), (), ())),
        (
            '* NAMESPACE (("INBOX." ".")("#mh/" "/" "X" ("A"))) (("~" NIL)) (("#shared." "."))',
            Namespaces(
                (Namespace("INBOX.", "."), Namespace("#mh/", "/")),
                (Namespace("~", None),),
                (Namespace("#shared.", "."),),
            ),
        ),
        ("* X-NEW (anything", Other("X-NEW")),
        (
            "* 3 FETCH (UID 9 FLAGS (\\Seen) MODSEQ (12))",
            Fetch({"UID": "9", "FLAGS": ["\\Seen"], "MODSEQ": ["12"]}),
        ),
    ],
)
def test_responses_are_told_apart(line: str, response: Response) -> None:
    assert parse_response([line.encode()]) == response


@pytest.mark.parametrize(
    "line",
    [
        "",
        " ",
        "*",
        "* ",
        "a1",
        "a1 MAYBE",
        "a1 BYE",
        "hello world",
        "* 1 FETCH",
        "* 1 FETCH (",
        "* 1 FETCH (UID)",
        "* 1 FETCH ((x) y)",
        "* VANISHED",
        "* VANISHED 0",
        "* VANISHED 1:*",
        "* VANISHED 99999999999",
        "* SEARCH x",
        "* LIST",
        "* LIST () NIL",
        "* STATUS a",
        "* ESEARCH UID ALL",
        "* ESEARCH UID ALL x",
        "* FLAGS x",
        "* FLAGS",
    ],
)
def test_what_is_no_response_is_a_violation(line: str) -> None:
    with pytest.raises(ProtocolViolation):
        parse_response([line.encode()])


def test_facts_of_a_fetch_are_absent_rather_than_wrong() -> None:
    response = parse_response([b"* 1 FETCH (UID x MODSEQ y FLAGS NIL)"])

    assert isinstance(response, Fetch)
    assert (response.uid, response.mod_seq, response.flags) == (0, 0, None)


def test_a_fact_told_twice_must_be_the_same() -> None:
    assert isinstance(parse_response([b"* 1 FETCH (UID 1 FLAGS (a) UID 1)"]), Fetch)
    with pytest.raises(ProtocolViolation):
        parse_response([b"* 1 FETCH (UID 1 BODY[] {1}", b"a", b" BODY[] {1}", b"b", b")"])


def _mox_lines() -> list[bytes]:
    return (DATA / "mox" / "responses.txt").read_bytes().splitlines()


def _dictionary_words() -> list[bytes]:
    words: list[bytes] = []
    for path in sorted((DATA / "imap-codec").glob("*.dict")):
        found = re.findall(r'^"(.*)"$', path.read_text("ascii"), re.MULTILINE)
        words += [ast.literal_eval(f'b"{word}"') for word in found]
    return words


def _taken(wire: bytes) -> int:
    """Return how many units a wire holds; each must be taken or refused, none may be lost."""
    units = Framer().feed(wire)
    for unit in units:
        try:
            parse_response(unit)
        except ProtocolViolation:
            continue
    return len(units)


def test_every_line_of_the_corpus_is_taken_or_refused_and_the_next_one_is_not_lost() -> None:
    lines = _mox_lines()
    assert len(lines) == 535
    refused = 0
    for line in lines:
        # A literal's announcement takes what follows for its content: lines of the corpus are
        # cut out of examples and have none.
        if re.search(rb"\{\d+\+?\}$", line) and line.startswith(b"* ") and b" OK " not in line:
            continue
        units = Framer().feed(line + b"\r\n* 7 EXISTS\r\n")
        assert len(units) == 2, line
        assert parse_response(units[1]) == Exists(7)
        try:
            parse_response(units[0])
        except ProtocolViolation:
            refused += 1

    # Examples broken over two lines, or with an ellipsis in them.
    assert refused == 15


def test_tagged_and_status_lines_of_the_corpus_are_all_taken() -> None:
    for line in _mox_lines():
        if re.match(rb"(?:\*|[A-Za-z0-9]+) (?:OK|NO|BAD) ", line):
            assert isinstance(parse_response([line]), Condition), line


def test_words_of_the_dictionaries_survive_as_subject_name_flag_and_line() -> None:
    words = _dictionary_words()
    assert len(words) > 250
    for word in words:
        quoted = word.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        literal = b"* 1 FETCH (UID 1 X {%d}\r\n%b)\r\n" % (len(word), word)
        string = b'* 1 FETCH (UID 1 X "%b")\r\n' % quoted
        bare = b"* 1 FETCH (UID 1 FLAGS (%b))\r\n" % word
        flat = word.replace(b"\r\n", b" ")

        for wire in (literal, string if b"\r\n" not in word else literal):
            [unit] = Framer().feed(wire)
            response = parse_response(unit)
            assert isinstance(response, Fetch)
            assert response.items["X"] == word
        _taken(bare)
        _taken(b"* " + flat + b"\r\n")
        assert _taken(b"* OK " + flat + b"\r\n* 1 EXISTS\r\n") == 2


@given(st.data())
def test_corpus_lines_cut_and_mixed_are_taken_or_refused(data: st.DataObject) -> None:
    lines = _mox_lines()
    wire = b""
    for _ in range(data.draw(st.integers(1, 3))):
        line = data.draw(st.sampled_from(lines))
        at = data.draw(st.integers(0, len(line)))
        other = data.draw(st.sampled_from(lines))
        wire += line[:at] + other[data.draw(st.integers(0, len(other))) :] + b"\r\n"

    _taken(wire)


def test_an_address_structure_stays_a_structure() -> None:
    response = parse_response([f'* 1 FETCH (ENVELOPE (NIL "s" {ADDRESSES}))'.encode()])

    assert isinstance(response, Fetch)
    assert response.items["ENVELOPE"] == [None, b"s", [[b"Ann", None, b"ann", b"a.example"]]]
