"""Inline style declarations rebuilt from what is known to be harmless.

Nothing of the sender's CSS is passed on as written: a declaration survives only if its property
is on the list and its whole value consists of tokens on the list, and is then written anew. So
escapes, comments, functions that fetch or compute, and parser tricks cannot survive.
Viewport units are refused: a frame that grows with its content would grow for ever.
"""

import re
from functools import lru_cache

_PROPERTIES = """
    background background-color border border-bottom border-bottom-color border-bottom-style
    border-bottom-width border-collapse border-color border-left border-left-color
    border-left-style border-left-width border-radius border-top-left-radius
    border-top-right-radius border-bottom-left-radius border-bottom-right-radius border-right
    border-right-color border-right-style border-right-width border-spacing border-style
    border-top border-top-color border-top-style border-top-width border-width box-sizing
    caption-side clear color direction display empty-cells float font font-family font-size
    font-style font-variant font-weight height letter-spacing line-height list-style
    list-style-position list-style-type margin margin-bottom margin-left margin-right margin-top
    max-height max-width min-height min-width opacity overflow overflow-wrap padding
    padding-bottom padding-left padding-right padding-top page-break-after page-break-before
    page-break-inside table-layout text-align text-decoration text-decoration-color
    text-decoration-line text-decoration-style text-indent text-overflow text-transform
    vertical-align visibility white-space width word-break word-spacing word-wrap unicode-bidi
    align-items align-content align-self justify-content flex flex-basis flex-direction flex-grow
    flex-shrink flex-wrap gap row-gap column-gap order text-shadow box-shadow object-fit
"""
SAFE_PROPERTIES = frozenset(_PROPERTIES.split())

_WITH_FONT_NAMES = frozenset({"font", "font-family"})  # the only values where case may matter
_MAX_DECLARATIONS = 80
_MAX_STYLE = 8_000  # characters of one style attribute
_LARGEST = 5_000  # any number, whatever its unit; larger ones only serve to break layouts
_TOKEN = re.compile(
    r"""
    (?P<number>[+-]?(?:\d{1,5}(?:\.\d{0,8})?|\.\d{1,8})
        (?:px|pt|em|rem|ex|ch|pc|in|cm|mm|q|%|deg|fr)?(?![\w.%(-]))
    | (?P<colour>\#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})(?![\w-]))
    | (?P<function>(?:rgba?|hsla?)\([\d.,%/\s+-]{1,60}(?:deg[\d.,%/\s+-]{1,40})?\))
    | (?P<word>-?[a-z][a-z0-9-]{0,40}(?![\w(]))
    | (?P<string>"[^\x00-\x1f\x7f"'\\<>&{}();:@!`/*]{1,80}"
               |'[^\x00-\x1f\x7f"'\\<>&{}();:@!`/*]{1,80}')
    | (?P<mark>[,/])
    """,
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
_BLANK = frozenset(" \t\r\n\f")
_URL_FUNCTION = re.compile(r"url\(\s*(?:\"[^\"\\]*\"|'[^'\\]*'|[^\"'()\\\s]*)\s*\)")
_IMPORTANT = re.compile(r"\s*!\s*important\s*\Z", re.IGNORECASE)
# Words that compute or reach outside; as functions they are no tokens of ours anyway.
_REFUSED_WORDS = frozenset({"expression", "url", "var", "attr", "env", "calc"})


@lru_cache(maxsize=2048)
def filter_style(style: str) -> str:
    """Return the harmless declarations of a ``style`` attribute, rebuilt; maybe empty."""
    kept: list[str] = []
    for declaration in style[:_MAX_STYLE].split(";")[:_MAX_DECLARATIONS]:
        name, colon, value = declaration.partition(":")
        name = name.strip().lower()
        if not colon or name not in SAFE_PROPERTIES:
            continue
        rebuilt = _value(name, value)
        if rebuilt:
            kept.append(f"{name}:{rebuilt}")
    return ";".join(kept)


def _value(name: str, value: str) -> str:
    value = value.strip().lower() if name not in _WITH_FONT_NAMES else value.strip()
    value = _IMPORTANT.sub("", value)
    if name == "background":
        # The shorthand often names a picture beside the colour; the colour may stay.
        value = _URL_FUNCTION.sub(" ", value)
    tokens: list[str] = []
    position = 0
    while position < len(value):
        if value[position] in _BLANK:
            position += 1
            continue
        match = _TOKEN.match(value, position)
        if match is None or not _is_harmless(match):
            return ""
        tokens.append(match[0] if match.lastgroup != "string" else f"'{match[0][1:-1]}'")
        position = match.end()
    return " ".join(tokens).replace(" ,", ",").replace(" / ", "/")


def _is_harmless(match: re.Match[str]) -> bool:
    if match.lastgroup == "word":
        return match[0].lower() not in _REFUSED_WORDS
    if match.lastgroup == "number":
        digits = re.match(r"[+-]?([\d.]*)", match[0])
        return digits is not None and float(digits[1] or 0) <= _LARGEST
    return True
