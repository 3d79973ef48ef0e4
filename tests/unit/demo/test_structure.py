"""ENVELOPE, BODYSTRUCTURE and sections of messages."""

from vexmail.app.demo.imap_structure import body_structure, envelope, nstring
from vexmail.app.demo.mime_structure import parse_part

NESTED = (
    b"From: Ann Ox <ann@ox.example>\r\n"
    b'To: "Bo, the \\"Bee\\"" <bo@bee.example>,\r\n Cy <cy@see.example>\r\n'
    b"Subject: two\r\n lines\r\n"
    b"Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
    b"Message-ID: <1@ox.example>\r\n"
    b'Content-Type: multipart/mixed; boundary="m"\r\n'
    b"\r\n"
    b"preamble\r\n"
    b"--m\r\n"
    b"Content-Type: multipart/alternative; boundary=a\r\n\r\n"
    b"--a\r\n\r\nplain\r\n"
    b"--a\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n"
    b"--a--\r\n"
    b"\r\n--m\r\n"
    b'Content-Type: image/png; name="x.png"\r\n'
    b"Content-Disposition: attachment; filename=x.png\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n"
    b"AAAA\r\n"
    b"--m--\r\nepilogue\r\n"
)


def test_the_parts_are_cut_at_their_boundaries() -> None:
    message = parse_part(NESTED)

    plain, rich, picture = (message.section(path) for path in ([1, 1], [1, 2], [2]))

    assert plain is not None
    assert plain.body == b"plain"
    assert rich is not None
    assert rich.body == b"<p>rich</p>"
    assert picture is not None
    assert picture.body == b"AAAA"


def test_a_part_that_is_not_there_is_none() -> None:
    message = parse_part(NESTED)

    assert message.section([3]) is None
    assert message.section([2, 2]) is None


def test_the_text_of_a_message_without_parts_is_part_one() -> None:
    message = parse_part(b"Subject: x\r\n\r\nhello\r\n")

    part = message.section([1])

    assert part is not None
    assert part.body == b"hello\r\n"


def test_the_body_structure_names_types_sizes_and_dispositions() -> None:
    structure = body_structure(parse_part(NESTED))

    assert structure == (
        b'((("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 5 0 NIL NIL NIL NIL)'
        b'("text" "html" NIL NIL NIL "7bit" 11 0 NIL NIL NIL NIL)'
        b' "alternative" ("boundary" "a") NIL NIL NIL)'
        b'("image" "png" ("name" "x.png") NIL NIL "base64" 4 NIL'
        b' ("attachment" ("filename" "x.png")) NIL NIL)'
        b' "mixed" ("boundary" "m") NIL NIL NIL)'
    )


def test_the_envelope_unfolds_and_repeats_from_as_sender() -> None:
    assert envelope(parse_part(NESTED)) == (
        b'("Sun, 22 Nov 2026 10:00:00 +0000" "two lines"'
        b' (("Ann Ox" NIL "ann" "ox.example")) (("Ann Ox" NIL "ann" "ox.example"))'
        b' (("Ann Ox" NIL "ann" "ox.example"))'
        b' (("Bo, the \\"Bee\\"" NIL "bo" "bee.example")("Cy" NIL "cy" "see.example"))'
        b' NIL NIL NIL "<1@ox.example>")'
    )


def test_what_quotes_cannot_carry_becomes_a_literal() -> None:
    assert nstring("ü".encode()) == b"{2}\r\n\xc3\xbc"
    assert nstring(None) == b"NIL"
