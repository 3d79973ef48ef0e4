"""Bytes to text: what the label means in practice, and a guess when it lies.

Labels are read as browsers and mail programs read them: a label often names the smaller
standard while the bytes use its later superset (WHATWG Encoding, "Names and labels").
"""

import codecs
import re

_SUPERSETS = {
    "ascii": "ascii", "us-ascii": "ascii", "ansi_x3.4-1968": "ascii", "646": "ascii",
    "utf8": "utf-8", "utf-8": "utf-8", "utf8mb4": "utf-8", "unicode-1-1-utf-8": "utf-8",
    "utf-7": "utf-7", "unicode-1-1-utf-7": "utf-7", "utf-16": "utf-16", "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be", "utf-32": "utf-32", "ucs-2": "utf-16", "unicode": "utf-16",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "l1": "cp1252",
    "iso8859-1": "cp1252", "iso_8859-1": "cp1252", "ansi": "cp1252", "x-ansi": "cp1252",
    "iso-8859-9": "cp1254", "latin5": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874",
    "iso-8859-8-i": "iso8859-8", "iso-8859-8-e": "iso8859-8", "iso-8859-6-i": "iso8859-6",
    "logical": "iso8859-8", "visual": "iso8859-8",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
    "gb_2312-80": "gb18030", "chinese": "gb18030", "csgb2312": "gb18030", "euc-cn": "gb18030",
    "gb18030": "gb18030", "hz-gb-2312": "hz", "hz": "hz",
    "big5": "cp950", "x-x-big5": "cp950", "cn-big5": "cp950", "big5-hkscs": "big5hkscs",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "ksc5601": "cp949", "korean": "cp949",
    "euc-kr": "cp949", "euckr": "cp949", "windows-949": "cp949", "ks_c_5601-1989": "cp949",
    "iso-2022-kr": "iso2022_kr", "johab": "johab",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "windows-31j": "cp932", "ms_kanji": "cp932", "csshiftjis": "cp932",
    "euc-jp": "euc_jis_2004", "x-euc-jp": "euc_jis_2004", "eucjp": "euc_jis_2004",
    "iso-2022-jp": "iso2022_jp_ext", "csiso2022jp": "iso2022_jp_ext",
    "iso-2022-jp-1": "iso2022_jp_1", "iso-2022-jp-2": "iso2022_jp_2",
    "iso-2022-jp-3": "iso2022_jp_3", "iso-2022-jp-2004": "iso2022_jp_2004",
    "macintosh": "mac-roman", "x-mac-roman": "mac-roman", "mac": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic", "x-mac-ce": "mac-latin2", "x-mac-greek": "mac-greek",
    "x-mac-turkish": "mac-turkish", "koi8": "koi8-r", "koi": "koi8-r", "cskoi8r": "koi8-r",
    "unicode-1-1": "utf-16", "x-user-defined": "cp1252", "x-cp1252": "cp1252",
    "dos-874": "cp874", "cp-850": "cp850", "ibm850": "cp850", "utf_8": "utf-8",
}  # fmt: skip

# Python knows more "text" codecs than mail does, some of them slow on purpose-made input
# (punycode, idna) or with side effects (unicode_escape). Only these families are let in.
_FAMILIES = re.compile(
    r"(?:ascii|utf-(?:7|8|16|16-le|16-be|32)|iso8859-\d{1,2}|cp\d{3,4}|koi8-[rtu]|kz1048|ptcp154"
    r"|mac-[a-z0-9]+|gb2312|gbk|gb18030|hz|big5|big5hkscs|euc_(?:jp|jis_2004|jisx0213|kr)"
    r"|shift_(?:jis|jis_2004|jisx0213)|iso2022_(?:jp|jp_1|jp_2|jp_2004|jp_3|jp_ext|kr)|johab|tis-620"
    r"|hp-roman8)\Z"
)
_ONE_BYTE = re.compile(r"(?:cp125\d|cp8\d\d|iso8859-\d+|koi8-[rtu]|mac-[a-z]+)\Z")
_GUESS_SAMPLE = 16 * 1024  # bytes shown to charset-normalizer; more makes it slower, not better
_IS_HIGH = bytes(byte > 127 for byte in range(256))
_GUESSES = [
    "gb18030", "big5", "cp932", "euc_jp", "euc_kr", "koi8_r", "cp1251", "cp1253", "cp1254",
    "cp1255", "cp1256", "cp1250", "cp874", "cp1252",
]  # fmt: skip
_KANA = re.compile("[\u3041-\u30ff]")
_SEVEN_BIT_SHIFTS = re.compile(rb"\x1b(?:\$[@B]|\([BIJ]|\$\([A-D])")
_UNWANTED = {0: None}  # PostgreSQL text refuses NUL
_resolved: dict[str, str | None] = {}


def codec_for(label: str) -> str | None:
    """Return the Python codec that reads text labelled ``label``, or None if unknown."""
    key = label.strip().strip("\"'").lower()
    if key not in _resolved:
        if len(_resolved) > 1_000:  # labels come from strangers: the cache must not grow for ever
            _resolved.clear()
        _resolved[key] = _look_up(key)
    return _resolved[key]


def _look_up(key: str) -> str | None:
    name = _SUPERSETS.get(key) or _SUPERSETS.get(key.replace("_", "-"))
    if name:
        return name
    if not re.fullmatch(r"[a-z0-9._:+-]{1,40}", key):
        return None
    try:
        found = codecs.lookup(key.removeprefix("x-")).name
    except (LookupError, ValueError):
        match = re.fullmatch(r"(?:windows|win|cp|ibm|dos|x-cp)[-_]?(\d{3,4})", key)
        return (
            f"cp{match[1]}"
            if match and _FAMILIES.match(f"cp{match[1]}") and _exists(f"cp{match[1]}")
            else None
        )
    return _SUPERSETS.get(found, found) if _FAMILIES.match(found) else None


def _exists(codec: str) -> bool:
    try:
        codecs.lookup(codec)
    except LookupError:
        return False
    return True


def clean(text: str) -> str:
    """Drop what no database or browser takes: NUL and lone surrogates."""
    if "\0" in text:
        text = text.translate(_UNWANTED)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text


def decode(data: bytes, label: str = "", *, hint: str = "") -> tuple[str, str]:
    """Decode text of a body part or header.

    Args:
        data: bytes with the transfer encoding already undone.
        label: the charset as the message names it; may be empty, unknown or wrong.
        hint: another label to try before guessing, for example the one of a sibling part.

    Returns:
        The text without NUL, and what was wrong with the label: ``""`` (nothing),
        ``unknown charset``, ``wrong charset`` or ``charset guessed``.
    """
    codec = codec_for(label) if label else None
    if data.isascii() and (codec in {None, "ascii", "utf-8", "cp1252"}):
        if codec is None and b"\x1b" in data and _SEVEN_BIT_SHIFTS.search(data):
            return clean(data.decode("iso2022_jp_ext", "replace")), "charset guessed"
        return clean(data.decode("ascii")), ""
    if codec and codec != "ascii":
        text = _strict(data, codec)
        if text is not None:
            return clean(text), ""
    defect = "wrong charset" if codec else ("unknown charset" if label else "charset guessed")
    text = _strict(data, "utf-8")
    if text is None and hint and (other := codec_for(hint)) and other != codec:
        text = _strict(data, other)
    if text is None and codec and codec not in {"ascii", "utf-8"}:
        text = data.decode(codec, "replace")
        if text.count("\ufffd") * 50 > len(text):  # more than 2 %: the label is a lie
            text = None
    if text is None:
        text = _guess(data)
    return clean(text), defect


def _strict(data: bytes, codec: str) -> str | None:
    if _ONE_BYTE.match(codec):
        # Every byte means something here, so only the bytes themselves can show that they are
        # UTF-8; letters of these charsets very rarely make valid UTF-8 by chance.
        if _looks_like_utf8(data):
            return None
        if codec == "cp1252":  # five bytes have no meaning; browsers keep them as controls
            return data.decode("cp1252", "latin1_for_cp1252")
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _looks_like_utf8(data: bytes) -> bool:
    """Tell whether bytes are UTF-8 and not plain ASCII."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not data.isascii()


def _one_byte(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("latin1_for_cp1252", _one_byte)


def _guess(data: bytes) -> str:
    if b"\xef\xbf\xbd" in data or _mostly_utf8(data):
        return data.decode("utf-8", "replace")
    sample = data[:_GUESS_SAMPLE]
    high = sum(sample.translate(_IS_HIGH))
    japanese = _strict(data, "euc_jis_2004")
    if japanese and len(_KANA.findall(japanese)) * 5 > len(japanese):
        return japanese  # statistics take short EUC-JP for EUC-KR; kana settle it
    # Accents among Latin letters, or too little for statistics: Latin-1's superset.
    if len(data) >= 32 and high * 4 > len(sample):
        from charset_normalizer import from_bytes  # noqa: PLC0415 - 90 ms, and seldom needed

        best = from_bytes(sample, cp_isolation=_GUESSES, threshold=0.5).best()
        if best is not None:
            return data.decode(codec_for(best.encoding) or best.encoding, "replace")
    return data.decode("cp1252", "latin1_for_cp1252")


def _mostly_utf8(data: bytes) -> bool:
    """Tell whether a few bad bytes spoil what is otherwise UTF-8, for example a cut at the end."""
    high = sum(data[:_GUESS_SAMPLE].translate(_IS_HIGH))
    return data[:_GUESS_SAMPLE].decode("utf-8", "replace").count("\ufffd") * 4 < high
