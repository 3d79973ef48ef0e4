"""Bytes that servers keep as they are, and the Message-ID by which we know them again."""

import pytest

from vexmail.domain.message import Address
from vexmail.domain.new_message import NotAMessage, envelope_of, prepared

KEPT = b"Message-ID: <a@b.example>\r\nSubject: x\r\n\r\nbody\r\n"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (KEPT, KEPT),
        (KEPT.replace(b"\r\n", b"\n"), KEPT),
        (KEPT.replace(b"\r\n", b"\r"), KEPT),
        (b"From ann Sun Nov 22\n" + KEPT, KEPT),
        (b"MESSAGE-id:\r\n <a@b.example>\r\n\r\n", b"MESSAGE-id:\r\n <a@b.example>\r\n\r\n"),
        (b"Message-ID: <a@b.example>", b"Message-ID: <a@b.example>\r\n\r\n"),
    ],
)
def test_a_message_with_a_good_id_is_only_given_its_line_ends(raw: bytes, expected: bytes) -> None:
    assert prepared(raw) == (expected, "<a@b.example>")
    assert prepared(expected) == (expected, "<a@b.example>")


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: x\r\n",
        b"Message-ID:\r\n",
        b"Message-ID: no brackets\r\n",
        b"Message-ID: <\xe4@b>\r\n",
        b"Message-ID: <" + b"x" * 1000 + b"@b>\r\n",
    ],
)
def test_a_message_without_an_id_to_look_for_gets_one_that_follows_from_its_bytes(
    header: bytes,
) -> None:
    raw = header + b"\r\nMessage-ID: <in.the.body@b>\r\n"

    first, name = prepared(raw)

    assert first == f"Message-ID: {name}\r\n".encode() + raw
    assert name.endswith("@imported.invalid>")
    assert prepared(raw) == (first, name)
    assert prepared(first) == (first, name)
    assert prepared(raw + b"more\r\n")[1] != name


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"Hello there", b" Subject: x", b"A: \x00\n\n"])
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    with pytest.raises(NotAMessage):
        prepared(raw)


def test_a_list_shows_what_the_header_says() -> None:
    envelope = envelope_of(
        [
            ("Subject", "Grüße"),
            ("From", '"Doe, John" <john@b.example>'),
            ("To", "Ann Müller <ann@b.example>, bob@b.example, undisclosed-recipients:;"),
            ("Date", "Sun, 22 Nov 2026 10:00:00 +0100"),
            ("Subject", "second"),
        ],
        "<a@b>",
    )

    assert (envelope.subject, envelope.internet_message_id) == ("Grüße", "<a@b>")
    assert envelope.from_[0].address == "john@b.example"
    assert envelope.to == (Address("Ann Müller", "ann@b.example"), Address("", "bob@b.example"))
    assert envelope.sent_at is not None
    assert envelope.sent_at.isoformat() == "2026-11-22T09:00:00+00:00"
    assert envelope_of([("Date", "never")], "").sent_at is None
