from __future__ import annotations

import pytest

from newsarchive.pages.likeness import headline_key, text_digest

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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("平川乳业：前三季度净利润增10%", "平川乳业 前三季度净利润，增10％！"),
        ("平川ＥＴＦ５０跌破面值", "平川etf50跌破面值"),
        ("美股异动丨平川汽车盘后跌超9%", "平川汽车盘后跌超9%"),
        ("平川汽车的2026年怎么走？｜某车库", "平川汽车的2026年怎么走？|某车库"),
    ],
)
def test_headlines_that_differ_in_signs_width_case_or_column_have_one_key(one: str, other: str) -> None:
    assert headline_key(one) == headline_key(other) is not None


def test_a_short_headline_has_no_key_and_figures_make_another() -> None:
    assert headline_key("公告 速递！") is None
    assert headline_key("") is None
    assert headline_key("21申宏01将于3月8日付息") != headline_key("22申宏01将于3月8日付息")
