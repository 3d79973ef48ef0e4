"""The line under the subject: what the sender says first, not what the program says first."""

import re

from vexmail.mime.limits import SNIPPET_CHARS

_LOOK_AT = 20_000  # characters; beyond that nothing is the beginning
_INVISIBLE = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160"
    r"\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]"
)
_LONELY_JOINER = re.compile(r"(?:[\u200c\u200d](?:\s|\Z))|(?:(?:\A|\s)[\u200c\u200d])+")
_URL = re.compile(r"[<(\[]?\s?\b(?:https?://|www\.|mailto:)[^\s<>\])]{1,2000}\s?[>)\]]?")
_RULE = re.compile(r"[-=_*~#.+\s|\u2500-\u257f\u2014\u2013]{3,}\Z")
_ATTRIBUTION = re.compile(
    r".{0,300}(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|написал\S{0,3})\s?:\s*\Z"
)
_VIEW_ONLINE = re.compile(
    r".{0,40}\b(?:view|read|open|see|trouble|online|browser|web version|webversion|im browser)\b"
    r".{0,60}\b(?:browser|online|web|here|version|click)\b.{0,20}\Z",
    re.IGNORECASE,
)
_IMAGE_MARK = re.compile(r"\[(?:image|cid|inline)[^\]]{0,200}\]", re.IGNORECASE)


def snippet(text: str, preheader: str = "") -> str:
    """Return at most 200 characters of readable text on one line.

    Quoted lines, attributions, rules, bare links and "view in browser" lines are skipped as
    long as something else remains. A preheader that says something comes first.
    """
    lines = text[:_LOOK_AT].splitlines()
    wanted: list[str] = []
    length = 0
    for index, line in enumerate(lines):
        if line.startswith("-- ") and not line[3:].strip() and wanted:
            break  # RFC 3676 §4.3: what follows is the signature
        following = lines[index + 1] if index + 1 < len(lines) else ""
        kept = _readable(line, following, first=not wanted)
        if kept:
            wanted.append(kept)
            length += len(kept) + 1
            if length > SNIPPET_CHARS * 2:
                break
    line = _one_line(" ".join(wanted)) or _one_line(text[:_LOOK_AT])
    opening = _one_line(preheader[:_LOOK_AT])
    if len(opening) >= 15 and not line.startswith(opening[:30]):
        line = f"{opening} {line}"
    return _shorten(line)


def _readable(line: str, following: str, *, first: bool) -> str:
    bare = line.strip()
    if not bare or bare.startswith(">") or _RULE.match(bare):
        return ""
    if following.startswith(">") and _ATTRIBUTION.match(bare):
        return ""
    if first and len(bare) < 120 and _VIEW_ONLINE.match(_URL.sub("", bare)):
        return ""
    return _IMAGE_MARK.sub(" ", _URL.sub(" ", bare))


def _one_line(text: str) -> str:
    text = " ".join(_INVISIBLE.sub("", text).split())
    if "\u200c" in text or "\u200d" in text:
        text = " ".join(_LONELY_JOINER.sub(" ", text).split())
    return text


def _shorten(line: str) -> str:
    if len(line) <= SNIPPET_CHARS:
        return line
    cut = line[:SNIPPET_CHARS]
    if not line[SNIPPET_CHARS].isspace() and (blank := cut.rfind(" ", SNIPPET_CHARS - 30)) > 0:
        cut = cut[:blank]
    return cut.rstrip()
