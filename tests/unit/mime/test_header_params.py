"""Parameters of Content-Type and Content-Disposition."""

import pytest

from vexmail.mime.filename import safe_filename
from vexmail.mime.header_params import read_parameters


@pytest.mark.parametrize(
    ("value", "kind", "parameters"),
    [
        (b"text/plain", "text/plain", {}),
        (b"TEXT/Plain; Charset=UTF-8", "text/plain", {"charset": "UTF-8"}),
        (b"text/plain; charset =us-ascii (Plain text)", "text/plain", {"charset": "us-ascii"}),
        (b'multipart/mixed; boundary="a;b=\\"c"', "multipart/mixed", {"boundary": 'a;b="c'}),
        (b"a/b; name=my own file.txt; x=y", "a/b", {"name": "my own file.txt", "x": "y"}),
        (b'a/b; name="=?utf-8?Q?=C3=9C.txt?="', "a/b", {"name": "Ü.txt"}),
        (b"a/b; name=first; name=second", "a/b", {"name": "first"}),
        (b"a/b;;; x=y;", "a/b", {"x": "y"}),
        (b'a/b; name="unfinished', "a/b", {"name": "unfinished"}),
        (b"", "", {}),
    ],
)
def test_parameters_are_split(value: bytes, kind: str, parameters: dict[str, str]):
    assert read_parameters(value) == (kind, parameters)


@pytest.mark.parametrize(
    ("value", "filename"),
    [
        (b"attachment; filename*=utf-8''%E2%82%AC.txt", "€.txt"),
        (b"attachment; filename*0=long; filename*1=name.txt", "longname.txt"),
        (b"attachment; filename*1=name.txt; filename*0=long", "longname.txt"),
        (b"attachment; filename*0*=iso-8859-1'de'%DC; filename*1=b.txt", "Üb.txt"),
        (b"attachment; filename=plain.txt; filename*=utf-8''%C3%BC.txt", "ü.txt"),
        (b"attachment; filename*=%C3%BC.txt", "ü.txt"),
        (b"attachment; filename*=bad'x", "bad'x"),
    ],
)
def test_long_and_foreign_names_are_put_together(value: bytes, filename: str):
    """RFC 2231 §3 and §4."""
    assert read_parameters(value)[1]["filename"] == filename


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\plan.doc", "plan.doc"),
        ("photo\u202egpj.exe", "photo_gpj.exe"),
        ("a\r\nb\t.txt", "a_b_.txt"),
        ("", "part-2.1.pdf"),
        ("..", "part-2.1.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_are_safe_to_show_and_to_save(given: str, safe: str):
    assert safe_filename(given, content_type="application/pdf", part_id="2.1") == safe
