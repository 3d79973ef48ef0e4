"""Content-Transfer-Encoding undone, forgivingly and in linear time.

Source: RFC 2045 §6. Bad base64 keeps what can be read; nothing raises.
"""

import binascii
import re

Buffer = bytes | memoryview
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_INNER_PADDING = re.compile(rb"=+")
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_CARRIES_NOTHING = bytes(sorted(set(range(256)) - set(_ALPHABET)))
_CHUNK = 256 * 1024
_UU_BEGIN = re.compile(rb"(?:\A|\n)begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?\n")


def undo(data: Buffer, encoding: str) -> tuple[bytes, str]:
    """Undo a transfer encoding.

    Args:
        data: the body of one part as sent.
        encoding: value of Content-Transfer-Encoding, any case, maybe with rubbish around.

    Returns:
        The bytes and what was wrong, ``""`` if nothing.
    """
    name = encoding.strip().strip("\"'").lower().rstrip(";").strip()
    if name == "base64":
        return _base64(data)
    if name in {"quoted-printable", "quoted/printable", "quotedprintable"}:
        return binascii.a2b_qp(data), ""
    if name in {"x-uuencode", "uuencode", "uue", "x-uue"}:
        return _uuencoded(bytes(data))
    if name in {"", "7bit", "8bit", "binary", "7-bit", "8-bit", "none"}:
        return bytes(data), ""
    return bytes(data), "unknown transfer encoding"


def decoded_size(data: Buffer, encoding: str) -> int:
    """Return the number of bytes ``undo`` would give, without holding them at once if it can."""
    if encoding.strip().lower() != "base64":
        return len(undo(data, encoding)[0])
    # Characters that carry bits, four to three bytes; a chunk never holds more than itself.
    count = 0
    padded = False
    for start in range(0, len(data), _CHUNK):
        chunk = bytes(data[start : start + _CHUNK])
        carrying = len(chunk.translate(None, _CARRIES_NOTHING))
        padding = chunk.find(b"=")
        if carrying and (padded or (padding >= 0 and chunk[padding:].strip(b"= \t\r\n"))):
            return len(_base64(data)[0])  # padding in the middle: the answer is in the decoding
        padded = padded or padding >= 0
        count += carrying
    return count * 3 // 4 if count % 4 != 1 or not padded else len(_base64(data)[0])


def _base64(data: Buffer) -> tuple[bytes, str]:
    try:
        return binascii.a2b_base64(data), ""
    except binascii.Error:
        pass
    # Concatenated or cut streams: padding in the middle, length not a multiple of four.
    pieces = []
    for piece in _INNER_PADDING.split(_NOT_BASE64.sub(b"", bytes(data))):
        whole = piece[:-1] if len(piece) % 4 == 1 else piece
        pieces.append(binascii.a2b_base64(whole + b"=" * (-len(whole) % 4)))
    return b"".join(pieces), "broken base64"


def _uuencoded(data: bytes) -> tuple[bytes, str]:
    begin = _UU_BEGIN.search(data)
    lines = data[begin.end() if begin else 0 :].split(b"\n")
    out = []
    defect = "" if begin else "broken uuencoding"
    for line in lines:
        line = line.rstrip(b"\r")  # noqa: PLW2901 - the line end is no part of it
        if line in {b"end", b"`", b""}:
            if line == b"end":
                break
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some programs pad lines wrongly; the length byte says what counts.
            usable = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:usable]))
            except binascii.Error:
                defect = "broken uuencoding"
    return b"".join(out), defect
