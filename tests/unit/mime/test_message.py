"""Whole messages read to records."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.mime_samples import sample, samples
from vexmail.domain.message import ParsedMessage
from vexmail.mime.codec import record_from_json, record_to_json
from vexmail.mime.limits import MAX_DEPTH, MAX_PARTS
from vexmail.mime.message import parse_message, part_bytes


def header(record: ParsedMessage, name: str) -> str:
    return next(value for key, value in record.headers if key.lower() == name)


def names(record: ParsedMessage) -> list[tuple[str, str, bool]]:
    return [(a.part_id, a.filename, a.inline) for a in record.attachments]


def test_flowed_text_is_put_together():
    record = parse_message(sample("own/flowed-delsp"))

    assert record.text.splitlines()[:3] == [
        "> They said something long.", " indented by stuffing", "Soft line break.",
    ]  # fmt: skip
    assert record.snippet == "indented by stuffing Soft line break."


def test_a_newsletter_with_an_empty_text_part_takes_its_text_from_the_html():
    record = parse_message(sample("own/newsletter"))

    assert record.text == "View in browser\nSale\nShoes & socks"
    assert record.snippet == "Everything for half the price, today only. Sale Shoes & socks"
    assert header(record, "subject") == "Sale \u2013 today"
    assert "<h1>Sale</h1>" in record.html


def test_pictures_that_the_html_shows_are_inline_and_others_are_listed():
    record = parse_message(sample("own/related-with-alternative"))

    assert record.text.strip() == "See the picture."
    assert names(record) == [
        ("1.2.2", "pic.png", True), ("1.2.3", "unused.png", False), ("2", "Übersicht.pdf", False),
    ]  # fmt: skip


def test_an_attached_message_is_an_attachment_named_by_its_subject_and_can_be_looked_into():
    raw = sample("own/forwarded-as-attachment")
    record = parse_message(raw)

    assert record.text.strip() == "See below."
    assert names(record) == [("2", "Die Lösung.eml", False)]
    assert part_bytes(raw, "2.1") == b"inner text"
    assert part_bytes(raw, "2.2") == b"a,b"


def test_an_invitation_lists_its_calendar():
    record = parse_message(sample("own/invitation"))

    assert record.text.strip() == "Meeting on Thursday"
    assert [(a.content_type, a.filename) for a in record.attachments] == [
        ("text/calendar", "part-3.ics")
    ]


@pytest.mark.parametrize(
    ("name", "subject", "text"),
    [
        ("raw-8bit-headers", "Grüße aus Köln", "Schöne Grüße"),
        ("utf8-called-latin1", "café", "Le café coûte 3 €"),
        ("split-encoded-words", "会議の件", "body"),
        ("japanese", "会議の議事録", "会議の議事録をお送りします"),
        ("broken-base64", "broken", "Hello world"),
        ("no-boundary", "no boundary", "readable text"),
        ("no-blank-line", "no blank line", "This is already the body.\nIt goes on."),
        ("mbox-line", "from an mbox", "body"),
    ],
)
def test_broken_messages_are_read_as_they_were_meant(name: str, subject: str, text: str):
    record = parse_message(sample(f"own/{name}"))

    assert header(record, "subject") == subject
    assert record.text.strip() == text


def test_nul_is_nowhere():
    record = parse_message(sample("own/nul-bytes"))

    assert record.text == "text"
    assert record.html.endswith("<p>hi</p>")
    assert "\0" not in repr(record).replace("\\x00", "\0")


def test_a_message_that_is_only_a_file_has_one_attachment_and_no_text():
    record = parse_message(sample("own/only-attachment"))

    assert (record.text, record.html) == ("", "")
    assert names(record) == [("1", "scan 1.jpg", False)]


def test_a_name_cannot_pretend_another_extension():
    assert names(parse_message(sample("own/direction-override-name"))) == [
        ("2", "photo_gpj.exe", False)
    ]


def test_a_reply_is_previewed_by_what_is_new():
    assert parse_message(sample("own/quoted-reply")).snippet == "Yes, see you there."


def test_others_messages_are_read_right():
    korean = parse_message(sample("mikel/raw_email"))
    names_of = {
        path: [a.filename for a in parse_message(sample(path)).attachments]
        for path in ("mikel/japanese_attachment", "webklex/attachment_encoded_filename",
                     "webklex/mixed_filename", "webklex/multiple_nested_attachments")
    }  # fmt: skip

    assert korean.text.startswith("대부분의 마찬가지로")
    assert names_of == {
        "mikel/japanese_attachment": ["てすと.txt"],
        "webklex/attachment_encoded_filename": ["Prostřeno_2014_poslední volné termíny.xls"],
        "webklex/mixed_filename": ["Price4VladDaKar.xlsx"],
        "webklex/multiple_nested_attachments": ["mleokdgdlgkkecep.png", "FF4D00-1.png"],
    }


def test_references_are_listed_once_in_order():
    record = parse_message(b"References: <a@x> <b@x>\r\n <a@x> junk <c@x\r\n\r\n")

    assert record.references == ("<a@x>", "<b@x>")


def test_text_and_html_between_each_other_are_all_shown():
    record = parse_message(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>one</p>\n"
        b"--b\nContent-Type: text/plain\n\n<two>\n--b\nContent-Type: text/html\n\n<p>3</p>\n--b--"
    )

    assert "<p>one</p>" in record.html
    assert "&lt;two&gt;" in record.html
    assert "<p>3</p>" in record.html


def nested(depth: int) -> bytes:
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth)
    )
    return b"Subject: deep\n" + opening + b"Content-Type: text/plain\n\nat the bottom\n"


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (nested(5_000), "nested too deeply"),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 50_000,
            "too many parts",
        ),
        (b"X: y\n" * 200_000 + b"\nbody", "header too long"),
        (b"Subject: x\n" + b" y\n" * 300_000 + b"\nbody", "header too long"),
        (b"\n" + b"x" * 9_000_000, "text too long"),
    ],
    ids=["depth", "parts", "fields", "folds", "text"],
)
def test_excess_is_cut_and_named_in_reasonable_time(raw: bytes, defect: str):
    started = time.perf_counter()

    record = parse_message(raw)

    assert defect in record.defects
    assert len(record.attachments) <= MAX_PARTS
    assert time.perf_counter() - started < 5


def test_the_depth_that_is_allowed_is_read():
    assert parse_message(nested(MAX_DEPTH - 1)).text.strip() == "at the bottom"


@given(st.binary(max_size=600))
def test_no_bytes_raise(raw: bytes):
    record = parse_message(raw)

    assert not any("reader failed" in defect for defect in record.defects)


MUTABLE = [path.read_bytes() for path in samples()]


@settings(max_examples=300)
@given(st.data())
def test_no_damage_to_a_message_raises_and_its_parts_can_be_fetched(data: st.DataObject):
    raw = bytearray(data.draw(st.sampled_from(MUTABLE)))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 40))] = data.draw(
            st.one_of(st.binary(max_size=10), st.sampled_from([b"\r\n", b"--", b"=?", b'"', b";"]))
        )

    record = parse_message(bytes(raw))

    assert not any("reader failed" in defect for defect in record.defects)
    assert record_from_json(record_to_json(record)) == record
    for attachment in record.attachments:
        part = part_bytes(bytes(raw), attachment.part_id)
        assert part is not None
        assert len(part) == attachment.size
