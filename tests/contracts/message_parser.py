"""What every ``MessageParser`` must do; a test class per implementation inherits these tests."""

from pathlib import Path

import pytest

from tests.support.harmless_html import dangers
from vexmail.ports.message_parser import MessageParser

MESSAGES = sorted((Path(__file__).parents[1] / "data" / "mime").rglob("*.eml"))
TWO_PARTS = (
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"References: <a@x> <b@x>\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello, see the file.\r\n"
    b"--b\r\nContent-Type: application/pdf\r\n"
    b'Content-Disposition: attachment; filename="plan.pdf"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--\r\n"
)


class MessageParserContract:
    """Inherit, and give a fixture ``parser``."""

    async def test_a_message_is_read_to_a_record(self, parser: MessageParser):
        record = await parser.parse(TWO_PARTS)

        assert record.text.strip() == "Hello, see the file."
        assert record.snippet == "Hello, see the file."
        assert record.html == ""
        assert record.references == ("<a@x>", "<b@x>")
        assert record.headers[0] == ("Subject", "Grüße")
        assert record.defects == ()
        (attachment,) = record.attachments
        assert (attachment.part_id, attachment.filename, attachment.size) == ("2", "plan.pdf", 5)

    async def test_a_part_comes_decoded_by_its_number(self, parser: MessageParser):
        assert await parser.part(TWO_PARTS, "2") == b"hello"

    @pytest.mark.parametrize("number", ["", "0", "3", "2.1", "1.1.1", "x", "ü" * 2000])
    async def test_a_part_that_is_not_there_is_none(self, parser: MessageParser, number: str):
        assert await parser.part(TWO_PARTS, number) is None

    @pytest.mark.parametrize("raw", [b"", b"\0", b"\n", b"\xff" * 100, b"Subject:", b": :\n\n:"])
    async def test_rubbish_is_read_without_an_error(self, parser: MessageParser, raw: bytes):
        record = await parser.parse(raw)

        assert "\0" not in record.text + record.html + record.snippet

    @pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.stem)
    async def test_odd_messages_give_texts_that_can_be_stored(
        self, parser: MessageParser, path: Path
    ):
        record = await parser.parse(path.read_bytes())

        texts = [record.text, record.html, record.snippet, *record.references]
        texts += [text for pair in record.headers for text in pair]
        texts += [a.filename + a.content_id for a in record.attachments]
        assert "\0" not in "".join(texts)
        "".join(texts).encode("utf-8")
        assert len(record.snippet) <= 200
        assert len(record.snippet.splitlines()) <= 1
        for attachment in record.attachments:
            data = await parser.part(path.read_bytes(), attachment.part_id)
            assert data is not None
            assert len(data) == attachment.size

    async def test_html_comes_back_harmless(self, parser: MessageParser):
        safe = await parser.sanitise(
            '<p onclick="x()" style="color:red;position:fixed">Hi<script>x()</script>'
            '<img src="https://tracker.example/p.gif"><a href="javascript:x()">link</a></p>'
        )

        assert dangers(safe) == []
        assert "Hi" in safe
        assert "color:red" in safe
        assert 'data-vx-src="https://tracker.example/p.gif"' in safe
