"""Header bytes to text a list can show: RFC 2047 words, raw 8-bit, wrong charsets, controls."""

import binascii
import codecs
import re
from typing import Final

# Charset names that senders use for a superset of what they name, or that Python does not know.
_ALIASES: Final = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_2",
    "iso-8859-8-i": "iso-8859-8",
    "unicode-1-1-utf-7": "utf-7",
    "x-unknown": "utf-8",
    "unknown-8bit": "utf-8",
    "default": "utf-8",
    "windows-874": "cp874",
    "tis-620": "cp874",
}
# Only these of Python's codecs are charsets of mail; others (unicode_escape, idna) run code paths
# that no sender should choose for us.
_CHARSET: Final = re.compile(
    r"utf[-_]?(?:7|8|16|16[-_]?[bl]e|32)|utf[-_]8[-_]sig|iso[-_]?8859[-_]?\d{1,2}|iso2022[-_]\w{2,9}"
    r"|cp\d{3,4}|koi8[-_][rut]|big5(?:hkscs)?|gb18030|gb2312|gbk|hz|euc[-_]?(?:jp|kr)|shift[-_]jis"
    r"|mac[-_]\w{2,12}|johab|tis[-_]620|ascii|ptcp154|viscii"
)
# encoded-word (RFC 2047 §2), tolerant of spaces inside Q text; the language suffix of RFC 2231 §5
# is dropped. Every part excludes "?", so nothing can backtrack far.
_WORD: Final = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,20})?\?([BbQq])\?([^?]*+)\?=")
_HEX: Final = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]+")
_UNSHOWABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_BREAKS: Final = re.compile(r"[\t\r\n]+")


def header_text(raw: bytes) -> str:
    """Return the decoded text of a header value, one line, fit for PostgreSQL and people.

    Adjacent encoded words are joined before decoding, since senders cut characters in two
    (against RFC 2047 §5). What cannot be decoded stays as it came. Never raises.
    """
    text = raw.decode("ascii") if raw.isascii() else _eight_bit(raw)
    if "=?" in text:
        text = _decode_words(text)
    if text.isprintable():
        return text
    return clean(text)


def clean(text: str) -> str:
    """Drop control and direction characters and lone surrogates; line breaks become spaces."""
    return _UNSHOWABLE.sub("", _BREAKS.sub(" ", text))


def decode_bytes(raw: bytes, charset: str) -> str:
    """Decode by the charset named, repaired: a superset where one is usual, else a guess."""
    name = charset.strip().lower()
    name = _ALIASES.get(name, name)
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return _eight_bit(raw)
    if not _CHARSET.fullmatch(known):
        return _eight_bit(raw)
    try:
        return raw.decode(known)
    except (UnicodeError, ValueError):
        pass
    try:
        return raw.decode("utf-8")  # the commonest lie about a charset
    except UnicodeError:
        return raw.decode(known, "replace")


def _eight_bit(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeError:
        return raw.decode("cp1252", "replace")


def _decode_words(text: str) -> str:
    out: list[str] = []
    pending, charset = b"", ""
    pos = 0
    for match in _WORD.finditer(text):
        between = text[pos : match.start()]
        # White space between adjacent encoded words is not displayed (RFC 2047 §6.2).
        if not (charset and between.isspace()) and between:
            out.append(decode_bytes(pending, charset) if charset else "")
            out.append(between)
            pending, charset = b"", ""
        raw = _word_bytes(match[2], match[3])
        if charset and match[1].lower() != charset:
            out.append(decode_bytes(pending, charset))
            pending = b""
        charset = match[1].lower()
        pending += raw
        pos = match.end()
    if charset:
        out.append(decode_bytes(pending, charset))
    out.append(text[pos:])
    return "".join(out)


def _word_bytes(encoding: str, body: str) -> bytes:
    if encoding in "Bb":
        letters = _NOT_BASE64.sub("", body)
        letters = letters[:-1] if len(letters) % 4 == 1 else letters
        return binascii.a2b_base64(letters + "=" * (-len(letters) % 4))
    raw = body.replace("_", " ").encode("utf-8", "replace")
    return _HEX.sub(lambda found: bytes((int(found[1], 16),)), raw) if b"=" in raw else raw
