"""Header values as readable text: encoded words, raw 8-bit bytes, and the broken kinds of both.

Source: RFC 2047 (encoded words), RFC 2231 §5 (language suffix), RFC 6532 (UTF-8 headers).
"""

import binascii
import re

from vexmail.mime.charset import clean, decode
from vexmail.mime.limits import MAX_HEADER_VALUE

# Lenient: blanks inside the text of a Q word, missing final "?=" handled by the caller's text.
_WORD = re.compile(rb"=\?([!-<>@-~]{1,60})\?([bBqQ])\?([^\r\n]{0,4000}?)\?=")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_QUOTED_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")


def header_text(value: bytes, hint: str = "") -> str:
    """Decode one unfolded header value; never raises.

    Args:
        value: the bytes after the colon, folds already undone.
        hint: charset to try for raw 8-bit bytes that are not UTF-8.

    Returns:
        Text without control characters. Neighbouring encoded words of one charset are joined
        before decoding, since senders cut characters in two (against RFC 2047 §5).
    """
    value = value[:MAX_HEADER_VALUE]
    if b"=?" not in value:
        return _visible(_raw(value, hint))
    parts: list[str] = []
    pending, pending_charset = bytearray(), b""
    position = 0
    for match in _WORD.finditer(value):
        between = value[position : match.start()]
        charset = match[1].split(b"*", 1)[0].lower()  # RFC 2231 §5: charset*language
        # RFC 2047 §6.2: white space between two encoded words is not displayed.
        adjacent = position > 0 and not between.strip(b" \t\r\n")
        if pending_charset and (not adjacent or charset != pending_charset):
            parts.append(decode(bytes(pending), pending_charset.decode("ascii"), hint=hint)[0])
            pending.clear()
        if not adjacent:
            parts.append(_raw(between, hint))
        pending += _word_bytes(match[2], match[3])
        pending_charset = charset
        position = match.end()
    if pending_charset:
        parts.append(decode(bytes(pending), pending_charset.decode("ascii"), hint=hint)[0])
    parts.append(_raw(value[position:], hint))
    return _visible("".join(parts))


def _raw(value: bytes, hint: str) -> str:
    if value.isascii():
        return value.decode("ascii")
    return decode(value, hint=hint)[0]


def _visible(text: str) -> str:
    return _CONTROLS.sub(" ", clean(text)).strip()


def _word_bytes(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"qQ":
        return _QUOTED_ESCAPE.sub(
            lambda match: bytes((int(match[1], 16),)), text.replace(b"_", b" ")
        )
    text = _NOT_BASE64.sub(b"", text)
    if len(text) % 4 == 1:
        text = text[:-1]
    return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
