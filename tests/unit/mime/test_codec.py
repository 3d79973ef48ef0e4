"""Records between processes: equal after the way, and refused when not a record's shape."""

import json

import pytest

from vexmail.domain.message import ParsedAttachment, ParsedMessage
from vexmail.mime.codec import BadAnswer, checked_text, record_from_json, record_to_json

RECORD = ParsedMessage(
    text="text ü 😀\n",
    html="<p>html</p>",
    snippet="snippet",
    references=("<a@x>",),
    headers=(("Subject", "ß"), ("X", "")),
    attachments=(ParsedAttachment("1.2", "ä.pdf", "application/pdf", 7, "cid@x", inline=True),),
    defects=("broken base64",),
)


def test_a_record_comes_back_equal():
    assert record_from_json(record_to_json(RECORD)) == RECORD


@pytest.mark.parametrize(
    "change",
    [
        {"text": None},
        {"text": "a\0b"},
        {"html": "\ud800"},
        {"snippet": "x" * 201},
        {"snippet": "two\nlines"},
        {"references": "abc"},
        {"references": [1]},
        {"references": ["<a@x>"] * 10_000},
        {"headers": [["only one"]]},
        {"attachments": [["1", "n", "t", -1, "", False]]},
        {"attachments": [["1", "n", "t", True, "", False]]},
        {"attachments": [["1", "n", "t", 1, "", "yes"]]},
        {"attachments": [{}]},
        {"defects": None},
    ],
    ids=str,
)
def test_an_answer_of_another_shape_is_refused(change: dict[str, object]):
    answer = json.loads(record_to_json(RECORD)) | change

    with pytest.raises(BadAnswer):
        record_from_json(json.dumps(answer).encode())


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000])
def test_rubbish_is_refused(answer: bytes):
    with pytest.raises(BadAnswer):
        record_from_json(answer)


def test_a_text_must_be_utf8_without_nul():
    assert checked_text("ü".encode()) == "ü"
    for bad in (b"\xff", b"a\0"):
        with pytest.raises(BadAnswer):
            checked_text(bad)
