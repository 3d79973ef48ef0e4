"""The last rung: the message as it came, as text; cheap enough for any process."""

from vexmail.domain.message import ParsedMessage
from vexmail.mime.header_block import read_header_block
from vexmail.mime.header_text import header_text
from vexmail.mime.snippet import snippet

TOO_EXPENSIVE = "too expensive to read"
_SHOWN = 64 * 1024  # bytes


def read_as_raw_text(raw: bytes, defect: str) -> ParsedMessage:
    """Return the first bytes of ``raw`` as text with ``defect`` named; never raises."""
    head = raw[:_SHOWN]
    block = read_header_block(head, 0, len(head))
    body = head[block.body_start :] or head
    text = body.decode("utf-8", "replace").replace("\0", "").replace("\r\n", "\n")
    return ParsedMessage(
        text=text,
        html="",
        snippet=snippet(text),
        headers=tuple((name, header_text(value)) for name, value in block.fields[:200]),
        defects=(defect,),
    )
