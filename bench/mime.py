"""Promise 5: a MIME message read to a record, per CPU second."""

import email
import email.policy
import time
from collections.abc import Callable, Sequence
from email.message import EmailMessage

from bench.promise import Bound, Line, Promise
from tests.support.mailgen import generate
from vexmail.domain.message import ParsedMessage
from vexmail.mime.message import parse_message

PROMISE = Promise(5, "mime", "MIME read to a record", "the standard library, policy.default")
_MESSAGES = 400
_PASSES = 3


async def measure() -> Sequence[Line]:
    """Read the same messages with both, alternating; the best pass of each counts."""
    corpus = [bytes(message.raw) for message in generate(_MESSAGES, seed=5)]
    theirs: list[float] = []
    ours: list[float] = []
    for _ in range(_PASSES):
        theirs.append(_cpu_seconds(_read_with_standard_library, corpus))
        ours.append(_cpu_seconds(parse_message, corpus))
    lost = sum(_is_lost(parse_message(raw)) for raw in corpus)
    bound = Bound(at_least=4, ratio=True)
    return [
        Line("messages", "/cpu-s", len(corpus) / min(ours), len(corpus) / min(theirs), bound),
        Line("messages lost", "", lost, None, Bound(at_most=0)),
    ]


def _cpu_seconds(read: Callable[[bytes], object], corpus: Sequence[bytes]) -> float:
    begun = time.process_time()
    for raw in corpus:
        read(raw)
    return time.process_time() - begun


def _read_with_standard_library(raw: bytes) -> object:
    """Do what a straightforward program does: headers, bodies, attachment sizes."""
    try:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        headers = [(name, str(value)) for name, value in message.items()]
        body = message.get_body(("plain", "html"))
        text = body.get_content() if body is not None else ""
        sizes = [len(part.get_payload(decode=True) or b"") for part in message.iter_attachments()]
    except Exception:  # noqa: BLE001 - it raises many kinds on real mail; each is a lost message
        return None
    return headers, text, sizes


def _is_lost(parsed: ParsedMessage) -> bool:
    return not parsed.headers or any("reader failed" in defect for defect in parsed.defects)
