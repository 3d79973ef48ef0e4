"""Header values as people should read them."""

import time

import pytest

from vexmail.mime.header_text import header_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"plain words", "plain words"),
        (b"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?UTF-8?b?R3LDvMOfZQ==?=", "Grüße"),
        (b"=?iso-8859-1?Q?a?=  =?iso-8859-1?Q?b?=", "ab"),  # RFC 2047 §8
        (b"=?iso-8859-1?Q?a?= b", "a b"),
        (b"=?iso-8859-1?Q?a_b?=", "a b"),
        (b"=?iso-8859-1?Q?a?=  =?iso-8859-2?Q?_b?=", "a b"),
        (b"=?utf-8?B?5Lya6A==?= =?utf-8?B?rbA=?=", "会議"),  # one character cut in two
        (b"=?utf-8*de?Q?sch=C3=B6n?=", "schön"),  # RFC 2231 §5
        (b"=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),  # no padding
        (b"=?utf-8?B?R3LDvM!OfZQ==?=", "Grüße"),  # rubbish inside
        (b"=?no-such-charset?Q?caf=C3=A9?=", "café"),
        (b"=?gb2312?B?w7vT0A==?=", "没有"),
        (b"Re: =?utf-8?Q?=E2=82=AC?=5", "Re: €5"),
        (b"=?utf-8?Q?unfinished", "=?utf-8?Q?unfinished"),
        (b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        (b"caf\xc3\xa9", "café"),  # RFC 6532
        (b"caf\xe9", "café"),
        (b"a\x00b\x07c\r\nd", "ab c d"),
        (b"=?utf-8?Q?a=00b=0D=0AInjected:_x?=", "ab Injected: x"),
        (b"", ""),
    ],
)
def test_encoded_words_and_raw_bytes_are_read(value: bytes, text: str):
    assert header_text(value) == text


def test_raw_bytes_are_read_in_the_charset_of_the_text_if_they_are_not_utf8():
    assert header_text("Отчёт".encode("koi8-r"), "koi8-r") == "Отчёт"


def test_twenty_thousand_encoded_words_take_linear_time():
    started = time.perf_counter()

    text = header_text(b"=?utf-8?Q?=C3=A4?= " * 20_000)

    assert text.startswith("ä" * 3_000)
    assert time.perf_counter() - started < 5
