"""One message read to a record: the ladder from exact reading down to raw text."""

import html as entities
import re

from vexmail.domain.message import ParsedAttachment, ParsedMessage
from vexmail.mime.body_choice import BodyChoice, choose_bodies
from vexmail.mime.charset import clean, decode
from vexmail.mime.filename import safe_filename
from vexmail.mime.flowed import unflow
from vexmail.mime.header_text import header_text
from vexmail.mime.html_text import html_to_text
from vexmail.mime.limits import MAX_HTML_CHARS, MAX_REFERENCES, MAX_TEXT_CHARS
from vexmail.mime.raw_text import read_as_raw_text
from vexmail.mime.snippet import snippet
from vexmail.mime.structure import Part, Structure, read_structure
from vexmail.mime.transfer import decoded_size, undo

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,995}>")
_META_CHARSET = re.compile(
    rb"<meta[^<>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:+-]{2,40})", re.IGNORECASE
)
_LINE_END = re.compile(r"\r+\n|\r")  # twice translated text ends its lines in CR CR LF
_MESSAGES = {"message/rfc822", "message/global"}
_MOST_NESTED_MESSAGES = 20


def parse_message(raw: bytes) -> ParsedMessage:
    """Read one RFC 5322 message; never raises.

    What cannot be read exactly is repaired, what cannot be repaired is shown as raw text; each
    step down is named in ``defects``.
    """
    try:
        return _read(raw)
    except MemoryError:
        raise  # the limits of this process were hit: its owner answers in our place
    except Exception as error:  # noqa: BLE001 - boundary: no message may be lost to a bug of ours
        return read_as_raw_text(raw, f"reader failed: {type(error).__name__}")


def part_bytes(raw: bytes, part_id: str) -> bytes | None:
    """Return one part's bytes, transfer encoding undone, by IMAP part number; None if absent.

    Numbers go on into attached messages (RFC 9051 §6.4.5.1: ``2.1`` in a message at ``2``).
    """
    if not part_id:
        return None
    prefix = ""
    for _ in range(_MOST_NESTED_MESSAGES):
        enclosing = None
        for part in _leaves(read_structure(raw, prefix=prefix).root):
            if part.number == part_id:
                return _body(raw, part)[0]
            if part.content_type in _MESSAGES and part_id.startswith(f"{part.number}."):
                enclosing = part
        if enclosing is None:
            return None
        raw, prefix = _body(raw, enclosing)[0], enclosing.number
    return None


def _read(raw: bytes) -> ParsedMessage:
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")  # written by a program of the classic Mac
    structure = read_structure(raw)
    choice = choose_bodies(structure.root)
    defects = list(structure.defects)
    text_parts = [part for part in choice.text if part.content_type != "text/html"]
    hint = next((part.charset for part in (*choice.text, *choice.html) if part.charset), "")
    decoded = {
        id(part): _part_text(raw, part, hint, defects)
        for part in {id(p): p for p in (*choice.text, *choice.html)}.values()
        if part.content_type.startswith("text/")
    }
    html = _html_body(choice, decoded)
    text = "\n\n".join(
        _plain(part, decoded[id(part)])
        for part in text_parts
        if id(part) in decoded and decoded[id(part)].strip()
    )[:MAX_TEXT_CHARS]
    preheader = ""
    if not text.strip() and html:
        text, preheader = html_to_text(html)
    headers = tuple(
        (name, header_text(value, hint)) for name, value in structure.root.header.fields
    )
    return ParsedMessage(
        text=text,
        html=html,
        snippet=snippet(text, preheader),
        references=_references(headers),
        headers=headers,
        attachments=_attachments(raw, choice, html),
        defects=tuple(dict.fromkeys(defect for defect in defects if defect)),
    )


def _body(raw: bytes, part: Part) -> tuple[bytes, str]:
    return undo(memoryview(raw)[part.body_start : part.end], part.encoding)


def _part_text(raw: bytes, part: Part, hint: str, defects: list[str]) -> str:
    data, defect = _body(raw, part)
    defects.append(defect)
    label = part.charset
    if part.content_type == "text/html" and (not label or label.lower() == "us-ascii"):
        meta = _META_CHARSET.search(data, 0, 4096)
        label = meta[1].decode("ascii") if meta else label
    text, defect = decode(data, label, hint=hint)
    defects.append(defect)
    limit = MAX_HTML_CHARS if part.content_type == "text/html" else MAX_TEXT_CHARS
    if len(text) > limit:
        defects.append("text too long")
        text = text[:limit]
    text = text.replace("\r\n", "\n")  # many times faster than the expression below
    return _LINE_END.sub("\n", text) if "\r" in text else text


def _plain(part: Part, text: str) -> str:
    if part.parameters.get("format", "").lower() == "flowed":
        return unflow(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    return text


def _html_body(choice: BodyChoice, decoded: dict[int, str]) -> str:
    """Join what the HTML body is made of; empty when none of it is HTML."""
    if not any(part.content_type == "text/html" for part in choice.html):
        return ""
    pieces = []
    for part in choice.html:
        if part.content_type == "text/html":
            pieces.append(decoded[id(part)])
        elif part.content_type.startswith("image/") and part.content_id:
            pieces.append(f'<img src="cid:{entities.escape(part.content_id)}">')
        elif id(part) in decoded and decoded[id(part)].strip():
            text = entities.escape(_plain(part, decoded[id(part)]), quote=False)
            pieces.append(f'<div style="white-space:pre-wrap">{text}</div>')
    return "\n".join(pieces)[:MAX_HTML_CHARS]


def _references(headers: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Return the message identifiers of the References field in order, each once."""
    value = next((value for name, value in headers if name.lower() == "references"), "")
    found = tuple(dict.fromkeys(_MESSAGE_ID.findall(value)))
    if len(found) > MAX_REFERENCES:  # the first is the root, the last are the near parents
        return found[:1] + found[1 - MAX_REFERENCES :]
    return found


def _attachments(raw: bytes, choice: BodyChoice, html: str) -> tuple[ParsedAttachment, ...]:
    found = []
    for part in choice.attachments:
        data = memoryview(raw)[part.body_start : part.end]
        name = part.filename
        if not name and part.content_type in _MESSAGES:
            subject = _subject_of(raw, part)
            name = f"{subject}.eml" if subject else ""
        found.append(
            ParsedAttachment(
                part_id=part.number,
                filename=safe_filename(name, content_type=part.content_type, part_id=part.number),
                content_type=part.content_type,
                size=decoded_size(data, part.encoding),
                content_id=clean(part.content_id),
                inline=_is_shown(part, html),
            )
        )
    return tuple(found)


def _is_shown(part: Part, html: str) -> bool:
    """Tell whether the HTML itself shows this part; what it does not show must be listed."""
    if not part.content_id or not html:
        return False
    return f"cid:{part.content_id}" in html or f"cid:{entities.escape(part.content_id)}" in html


def _subject_of(raw: bytes, part: Part) -> str:
    data, _ = _body(raw, part)
    inner: Structure = read_structure(data[: 64 * 1024])
    return header_text(inner.root.header.first("subject"))[:120]


def _leaves(root: Part) -> list[Part]:
    found, waiting = [], [root]
    while waiting:
        part = waiting.pop()
        found.append(part)
        waiting += part.children
    return found
