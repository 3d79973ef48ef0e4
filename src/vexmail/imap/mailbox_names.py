"""Mailbox names on the wire: modified UTF-7 (RFC 3501 §5.1.3)."""

import binascii
import re
from typing import Final

_SHIFTED: Final = re.compile(r"&([^-]*)-")
_PLAIN: Final = re.compile(r"[\x20-\x7e]+|[^\x20-\x7e]+")


def decode_name(wire_name: str) -> str:
    """Return the name for people; what is not valid modified UTF-7 is shown as it came."""
    if "&" not in wire_name:
        return wire_name
    try:
        return _SHIFTED.sub(_decode_run, wire_name)
    except (binascii.Error, UnicodeError):
        return wire_name


def encode_name(name: str) -> str:
    """Return the wire form of a name a person typed."""
    parts = []
    for run in _PLAIN.findall(name):
        if run.isascii() and run.isprintable():
            parts.append(run.replace("&", "&-"))
        else:
            raw = binascii.b2a_base64(run.encode("utf-16-be"), newline=False).rstrip(b"=")
            parts.append("&" + raw.decode("ascii").replace("/", ",") + "-")
    return "".join(parts)


def _decode_run(match: re.Match[str]) -> str:
    run = match[1]
    if not run:
        return "&"
    raw = run.replace(",", "/").encode("ascii")
    text = binascii.a2b_base64(raw + b"=" * (-len(raw) % 4), strict_mode=True).decode("utf-16-be")
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
