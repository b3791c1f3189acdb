from __future__ import annotations

import codecs
import zlib

import pytest

from newsarchive.errors import NotAnArticle
from newsarchive.pages.charset import _as_browsers, _label, decode

SAYS = "这是一篇虚构的报道，说的是某市的公司在这一年里不分昼夜地生产纸船，人们都说好。"
TEXT = "<html><head><meta charset={}></head><body>" + SAYS + "</body></html>"


def page(charset: str, label: str) -> bytes:
    return TEXT.format(label).encode(charset)


@pytest.mark.parametrize("label", ["gb2312", "gbk", "x-gbk", "GB18030"])
def test_gb_page_is_read_under_any_of_its_labels(label: str) -> None:
    assert "虚构的报道" in decode(page("gb18030", label), label)
    assert "虚构的报道" in decode(page("gb18030", label), None)


def test_right_meta_wins_over_a_wrong_header() -> None:
    assert "虚构的报道" in decode(page("gb18030", "gbk"), "iso-8859-1")


def test_utf8_page_under_gbk_labels_is_no_nonsense() -> None:
    assert "虚构的报道" in decode(page("utf-8", "gbk"), "gbk")


def test_gb_page_under_a_utf8_header_is_read() -> None:
    assert "虚构的报道" in decode(page("gb18030", "utf-8"), "utf-8")


def test_page_torn_within_a_character_is_read_up_to_it() -> None:
    assert decode("纸船".encode()[:-1], "utf-8") == "纸"


def test_byte_order_mark_is_no_text() -> None:
    assert decode(b"\xef\xbb\xbf<html>", "utf-8") == "<html>"


@pytest.mark.parametrize("label", [None, "no-such-charset", "", "base64"])
def test_unknown_label_is_passed_over(label: str | None) -> None:
    assert "虚构的报道" in decode(page("utf-8", "no-such"), label)


def test_replacement_character_of_the_author_is_no_reason_to_refuse() -> None:
    assert decode("某市\ufffd公司".encode(), "utf-8") == "某市\ufffd公司"


@pytest.mark.parametrize("label", [
    "zlib", "bz2", "rot13", "base64", "hex", "quopri", "uu", "idna", "punycode", "unicode_escape", "raw_unicode_escape",
    "undefined", "utf-7", "utf-16", "utf-16-le", "utf-32", "mbcs", "cp037", "palmos",
])  # fmt: skip
def test_label_that_only_python_knows_decides_nothing(label: str) -> None:
    assert _label(label, page("utf-8", label)) is None
    assert "虚构的报道" in decode(page("utf-8", label), label)


def test_page_is_never_unpacked_by_its_label() -> None:
    with pytest.raises(NotAnArticle):
        decode(zlib.compress(bytes(50 * 2**20)), "zlib")


def test_utf16_is_read_behind_its_mark() -> None:
    assert decode(SAYS.encode("utf-16"), "utf-16") == SAYS
    assert decode(SAYS.encode("utf-16"), "utf-16le") == SAYS


def test_bytes_that_make_no_sense_are_not_mended_by_the_million() -> None:
    mended = []
    codecs.register_error("newsarchive-as-browsers", lambda error: (mended.append(1), _as_browsers(error))[1])
    try:
        with pytest.raises(NotAnArticle):
            decode(b"\xff" * 100_000, None)
    finally:
        codecs.register_error("newsarchive-as-browsers", _as_browsers)
    assert len(mended) <= 2_000


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_description_cut_within_a_character_costs_that_alone(charset: str) -> None:
    description = b'<meta name=description content="' + "纸船".encode(charset)[:-1] + b'">'
    text = decode(page(charset, charset).replace(b"<body>", description + b"<body>"), None)
    assert SAYS in text
    assert text.count("\ufffd") == 1


@pytest.mark.parametrize("label", ["iso-8859-1", "base64", "punycode", "utf-16"])
def test_label_of_another_kind_hinders_no_nearly_readable_page(label: str) -> None:
    assert SAYS in decode(page("gb18030", label).replace(b"</body>", b"\xff</body>"), label)


def test_euro_of_old_windows_is_one() -> None:
    assert "50€" in decode(page("gb18030", "gbk").replace(b"</body>", b"50\x80</body>"), None)


@pytest.mark.parametrize(
    "body", [b"<html>\xff\xfe\xff\xff", "這是關於價格變動的報導，內容純屬虛構無誤請放心閱讀謝謝".encode("big5") * 3]
)
def test_page_that_no_charset_reads_is_refused(body: bytes) -> None:
    with pytest.raises(NotAnArticle) as caught:
        decode(body, None)
    assert caught.value.reason == "charset"


def test_text_that_was_once_read_in_the_wrong_charset_is_refused() -> None:
    with pytest.raises(NotAnArticle) as caught:
        decode(page("utf-8", "utf-8").decode("gb18030", "ignore").encode(), "utf-8")
    assert caught.value.reason == "charset"


def test_words_without_common_characters_are_read() -> None:
    assert decode(("纸船" * 30).encode(), None) == "纸船" * 30
