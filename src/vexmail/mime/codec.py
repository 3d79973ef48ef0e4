"""Records as JSON between a parser child and its owner.

The child handles strangers' bytes, so its answers are strangers' bytes too: everything is
checked on the way back in, and nothing is ever unpickled.
"""

import json
from typing import Any

from vexmail.domain.message import ParsedAttachment, ParsedMessage
from vexmail.mime.limits import SNIPPET_CHARS

_MOST_ITEMS = 5_000


class BadAnswer(ValueError):
    """The other side sent something that is no record."""


def record_to_json(record: ParsedMessage) -> bytes:
    """Write a record; ``record_from_json`` reads it back equal."""
    return json.dumps(
        {
            "text": record.text,
            "html": record.html,
            "snippet": record.snippet,
            "references": record.references,
            "headers": record.headers,
            "attachments": [
                (a.part_id, a.filename, a.content_type, a.size, a.content_id, a.inline)
                for a in record.attachments
            ],
            "defects": record.defects,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode("utf-8")


def record_from_json(data: bytes) -> ParsedMessage:
    """Read a record.

    Raises:
        BadAnswer: anything in it has another shape than a record's, or text that cannot be stored.
    """
    try:
        given = json.loads(data)
        record = ParsedMessage(
            text=_text(given["text"]),
            html=_text(given["html"]),
            snippet=_text(given["snippet"]),
            references=tuple(_text(item) for item in _items(given["references"])),
            headers=tuple((_text(name), _text(value)) for name, value in _items(given["headers"])),
            attachments=tuple(_attachment(item) for item in _items(given["attachments"])),
            defects=tuple(_text(item) for item in _items(given["defects"])),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadAnswer(str(error)) from error
    if len(record.snippet) > SNIPPET_CHARS or "\n" in record.snippet:
        raise BadAnswer("snippet too long")
    return record


def checked_text(data: bytes) -> str:
    """Read a text answer.

    Raises:
        BadAnswer: it is not UTF-8, or holds NUL.
    """
    try:
        return _text(data.decode("utf-8"))
    except ValueError as error:
        raise BadAnswer(str(error)) from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BadAnswer("not a text")
    if "\0" in value:
        raise BadAnswer("NUL in a text")
    value.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, a ValueError
    return value


def _items(value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > _MOST_ITEMS:
        raise BadAnswer("not a list of reasonable length")
    return value


def _attachment(item: list[Any]) -> ParsedAttachment:
    part_id, filename, content_type, size, content_id, inline = item
    if type(size) is not int or size < 0 or type(inline) is not bool:
        raise BadAnswer("not an attachment")
    return ParsedAttachment(
        part_id=_text(part_id),
        filename=_text(filename),
        content_type=_text(content_type),
        size=size,
        content_id=_text(content_id),
        inline=inline,
    )
