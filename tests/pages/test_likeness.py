from __future__ import annotations

from newsarchive.pages.likeness import text_digest

BODY = "<p>" + "某市的纸船出口增长。" * 12 + "</p>"


def test_markup_and_breaks_make_no_difference() -> None:
    other = BODY.replace("。", "。</p>\n<p>", 3).replace("纸船", "<strong>纸船</strong> ", 1)
    assert text_digest("题", BODY) == text_digest(" 题 ", other)


def test_a_changed_sign_or_title_is_another_text() -> None:
    digests = {text_digest("题", BODY), text_digest("题", BODY.replace("。", "！", 1)), text_digest("题目", BODY)}
    assert len(digests) == 3


def test_full_width_digits_are_not_the_same() -> None:
    assert text_digest("题", BODY + "1") != text_digest("题", BODY + "１")


def test_short_text_has_no_digest() -> None:
    assert text_digest("题", "<p>更新中</p>" + " " * 200) is None


def test_references_are_read() -> None:
    assert text_digest("题", BODY + "A&amp;B") == text_digest("题", BODY + "A&#38;B")
