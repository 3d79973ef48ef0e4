"""Transfer encodings undone."""

import base64
import binascii
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vexmail.mime.transfer import decoded_size, undo


@pytest.mark.parametrize(
    ("data", "encoding", "result"),
    [
        (b"aGVs\r\nbG8=\r\n", "base64", b"hello"),
        (b"aGVsbG8", "BASE64", b"hello"),
        (b"aGVs?!bG8=", "base64", b"hello"),
        (b"aGVs=bG8=", "base64", b"hello"),
        (b"aGVsbG8gd29ybGQ=\r\n__\r\nlist footer", "base64", b"hello world"),
        (b"a=C3=A4=\r\nb", "quoted-printable", b"a\xc3\xa4b"),
        (b"100% =ZZ =", "quoted-printable", b"100% =ZZ "),
        (b"as it is", "8bit", b"as it is"),
        (b"as it is", "", b"as it is"),
        (b"as it is", "x-strange", b"as it is"),
    ],
)
def test_each_encoding_gives_its_bytes(data: bytes, encoding: str, result: bytes):
    assert undo(data, encoding)[0] == result


def test_an_unknown_encoding_is_named():
    assert undo(b"x", "x-strange")[1] == "unknown transfer encoding"


def test_uuencoded_bytes_come_back():
    data = os.urandom(300)
    lines = b"".join(binascii.b2a_uu(data[i : i + 45]) for i in range(0, 300, 45))

    assert undo(b"begin 644 file.bin\n" + lines + b"`\nend\n", "x-uuencode")[0] == data


@given(st.binary(max_size=300), st.sampled_from(["base64", "quoted-printable", "uuencode", "7bit"]))
def test_no_bytes_raise(data: bytes, encoding: str):
    undo(data, encoding)


@given(st.text("aB9+/= \r\n-", max_size=40))
def test_the_size_is_right_even_for_rubbish(text: str):
    data = text.encode()

    assert decoded_size(data, "base64") == len(undo(data, "base64")[0])


@given(st.binary(max_size=2000))
def test_the_size_is_told_without_decoding(data: bytes):
    assert decoded_size(base64.encodebytes(data), "base64") == len(data)
