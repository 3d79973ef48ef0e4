"""Writes the body: encodings, alternatives, inline pictures, attachments.

Source: RFC 2045, RFC 2046 §5.1, RFC 2387 for multipart/related, RFC 2183 for dispositions.
"""

import base64
import binascii
from collections.abc import Sequence

from vexmail.app.demo.content.attachments import Attachment
from vexmail.app.demo.content.headers import filename_parameter

_MOST_LINE = 900  # RFC 5322 §2.1.1 allows 998
_ASCII = bytes(range(128))
_WESTERN = ("utf-8", "iso-8859-1", "iso-8859-2", "windows-1252", "iso-8859-15")


def mime_body(
    text: str, html: str, charset: str, attachments: Sequence[Attachment], *, boundary: str
) -> bytes:
    """Return Content-* headers, the blank line and the body.

    Args:
        text: plain text, ``\\n`` line ends.
        html: alternative, or empty.
        charset: of both.
        attachments: those with a ``content_id`` go beside the HTML, the rest after it.
        boundary: unique text; levels of nesting add a letter.
    """
    entity = _text_entity("plain", text, charset)
    if html:
        rich = _text_entity("html", html, charset)
        inline = [_file_entity(item) for item in attachments if item.content_id]
        if inline:
            rich = _multipart("related", [rich, *inline], f"r-{boundary}")
        entity = _multipart("alternative", [entity, rich], f"a-{boundary}")
    calendar = [item for item in attachments if item.method]
    files = [_file_entity(item) for item in attachments if not item.content_id and not item.method]
    if calendar:
        entity = _multipart(
            "alternative", [entity, *(_calendar_entity(item) for item in calendar)], f"c-{boundary}"
        )
        files += [_file_entity(item) for item in calendar]
    if files:
        entity = _multipart("mixed", [entity, *files], f"m-{boundary}")
    return entity


def _multipart(subtype: str, entities: Sequence[bytes], boundary: str) -> bytes:
    head = f'Content-Type: multipart/{subtype};\r\n boundary="={boundary}"\r\n\r\n'.encode()
    line = f"--={boundary}".encode()
    body = b"".join(line + b"\r\n" + entity + b"\r\n" for entity in entities)
    return head + body + line + b"--\r\n"


def _text_entity(subtype: str, text: str, charset: str) -> bytes:
    if not text.endswith("\n"):
        text += "\n"
    data = text.encode(charset)
    longest = max((len(line) for line in data.split(b"\n")), default=0)
    if data.isascii() and longest <= _MOST_LINE:
        encoding, wire = "7bit", data.replace(b"\n", b"\r\n")
        shown = charset if charset != "utf-8" else "us-ascii"
    elif charset in _WESTERN and len(data.translate(None, _ASCII)) * 4 < len(data):
        encoding, shown = "quoted-printable", charset
        wire = binascii.b2a_qp(data, istext=True).replace(b"\n", b"\r\n")
    else:
        encoding, shown, wire = "base64", charset, _base64_lines(data.replace(b"\n", b"\r\n"))
    head = (
        f"Content-Type: text/{subtype}; charset={shown}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode() + wire


def _calendar_entity(item: Attachment) -> bytes:
    head = (
        f"Content-Type: text/calendar; charset=utf-8; method={item.method}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + _base64_lines(item.data)


def _file_entity(item: Attachment) -> bytes:
    place = "inline" if item.content_id else "attachment"
    head = (
        f"Content-Type: {item.content_type}{filename_parameter('name', item.filename)}\r\n"
        f"Content-Disposition: {place}{filename_parameter('filename', item.filename)}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
    )
    if item.content_id:
        head += f"Content-ID: <{item.content_id}>\r\n"
    return head.encode() + b"\r\n" + _base64_lines(item.data)


def _base64_lines(data: bytes) -> bytes:
    encoded = base64.b64encode(data)
    return b"".join(encoded[at : at + 76] + b"\r\n" for at in range(0, len(encoded), 76))
