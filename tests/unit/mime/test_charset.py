"""Bytes to text, whatever the label says."""

# ruff: noqa: RUF001 - sentences in many scripts are the point

import pytest

from vexmail.mime.charset import codec_for, decode

SENTENCES = {
    "koi8-r": "Встреча перенесена на четверг, приносите документы и отчёт за квартал",
    "cp1251": "Встреча перенесена на четверг, приносите документы и отчёт",
    "cp932": "会議の議事録をお送りします。よろしくお願いいたします。ありがとうございます",
    "euc_jp": "会議の議事録をお送りします。よろしくお願いいたします",
    "gb18030": "会议纪要已经发送，发票已开具请查收，项目进度报告请尽快审阅",
    "big5": "會議紀要已經發送，發票已開具請查收，專案進度報告請盡快審閱",
    "euc_kr": "회의 일정 변경 안내 드립니다. 감사합니다. 좋은 하루 되세요",
    "cp1253": "Πρόσκληση σε εκδήλωση. Σας περιμένουμε όλους με χαρά",
    "cp1255": "אישור הזמנה שלך התקבל בהצלחה, תודה רבה לכולם",
    "cp1256": "المرفق هو التقرير الشهري ونشكركم على التعاون",
    "cp1252": "Résumé de la réunion à Genève, für Jürgen",
    "utf-8": "Đặt phòng đã được xác nhận",
    "iso2022_jp": "会議の議事録をお送りします",
}


@pytest.mark.parametrize("codec", SENTENCES)
def test_text_without_a_label_is_guessed(codec: str):
    text, _ = decode(SENTENCES[codec].encode(codec))

    assert text == SENTENCES[codec]


@pytest.mark.parametrize(
    ("label", "data", "text"),
    [
        ("iso-8859-1", b"\x93quoted\x94", "\u201cquoted\u201d"),  # as browsers: cp1252
        ("gb2312", "鎔".encode("gb18030"), "鎔"),
        ("ks_c_5601-1987", "똠".encode("cp949"), "똠"),
        ("shift_jis", "①".encode("cp932"), "①"),
        ('"UTF-8"', "é".encode(), "é"),
        ("x-unknown", "é".encode(), "é"),
        ("us-ascii", "é".encode(), "é"),
        ("utf-8", b"caf\xe9", "café"),
        ("iso-8859-1", "Grüße für José".encode(), "Grüße für José"),
        ("windows-1251", "Вам выставлен счет".encode(), "Вам выставлен счет"),
        ("windows-1251", "Вам выставлен счет".encode("cp1251"), "Вам выставлен счет"),
        ("utf-8", "ä".encode() * 40 + b"\xc3", "ä" * 40 + "\ufffd"),  # cut at the end
        ("utf-8", b"a\x00b", "ab"),
    ],
)
def test_labels_are_read_as_they_are_meant(label: str, data: bytes, text: str):
    assert decode(data, label)[0] == text


def test_a_wrong_label_is_named_as_a_defect():
    assert decode("é".encode(), "us-ascii")[1] == "wrong charset"
    assert decode(b"caf\xe9", "no-such-thing")[1] == "unknown charset"
    assert decode("é".encode(), "utf-8")[1] == ""


@pytest.mark.parametrize(
    "label", ["zlib", "rot13", "base64", "punycode", "idna", "unicode_escape", "undefined", "a/b"]
)
def test_codecs_that_are_no_charsets_of_mail_are_not_used(label: str):
    assert codec_for(label) is None
    assert decode(b"abc", label)[0] == "abc"


def test_lone_surrogates_never_come_out():
    decode(b"+2AA-", "utf-7")[0].encode("utf-8")
    decode(b"\x00\xd8", "utf-16-le")[0].encode("utf-8")
