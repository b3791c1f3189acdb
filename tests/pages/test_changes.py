from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsarchive.items import BEIJING
from newsarchive.pages.changes import Kind, Told, edits_of, kind_of, paragraph_edits, tokens, told

TITLE = "平川乳业：上半年净利润增长12.5%"
TEXT = (
    "平川乳业今日公告，上半年实现净利润3.2亿元，同比增长12.5%。",
    "公司表示，增长主要来自低温奶业务，渠道下沉的效果好于预期。",
    "该股（600519）收盘上涨2.1%，成交额为5.6亿元。",
)
PICTURE = '<p><img src="https://n.sinaimg.cn/finance/a.png" referrerpolicy="no-referrer"></p>'
NOON = datetime(2026, 11, 24, 12, 0, 30, tzinfo=BEIJING)


def state(text: tuple[str, ...] = TEXT, title: str = TITLE, at: datetime = NOON, more: str = PICTURE) -> Told:
    return told(title, at, "\n".join([more, *(f"<p>{line}</p>" for line in text)]))


def edited(old: str, new: str) -> tuple[str, ...]:
    assert any(old in line for line in TEXT)
    return tuple(line.replace(old, new) for line in TEXT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("3.2亿元", "2.3亿元"),
        ("3.2亿元", "3.2万元"),
        ("12.5%", "-12.5%"),
        ("12.5%", "12.5"),
        ("增长12.5%", "下降12.5%"),
        ("600519", "600591"),
        ("上涨2.1%", "下跌2.1%"),
        ("上半年", "上半年（6月30日止）"),
    ],
)
def test_a_changed_number_unit_sign_date_or_code_is_a_figure(old: str, new: str) -> None:
    assert kind_of(state(), state(edited(old, new))) is Kind.FIGURE


@pytest.mark.parametrize(
    ("old", "new"), [("渠道下沉", "渠道下沈"), ("好于预期", "好于预期的"), ("公司表示，", "公司表示")]
)
def test_few_changed_characters_are_a_typo(old: str, new: str) -> None:
    assert kind_of(state(), state(edited(old, new))) is Kind.TYPO


def test_another_title_is_a_headline() -> None:
    assert kind_of(state(), state(title="平川乳业上半年业绩好于预期")) is Kind.FIGURE  # the figure went with it
    assert kind_of(state(title="平川乳业公布业绩"), state(title="平川乳业业绩好于预期")) is Kind.HEADLINE


def test_another_text_or_a_further_paragraph_is_rewritten() -> None:
    assert kind_of(state(), state(("全新的一篇文章，讲的是另一家公司在海外市场的扩张计划。",) * 3)) is Kind.REWRITTEN
    further = "分析师认为，公司在高端市场的份额仍有较大的提升空间，但原料价格的波动可能影响下半年的利润。"
    assert kind_of(state(TEXT * 4), state((*TEXT * 4, further))) is Kind.REWRITTEN


def test_another_picture_is_pictures_and_another_minute_is_time() -> None:
    swapped = PICTURE.replace("a.png", "b.png")
    assert kind_of(state(), state(more=swapped)) is Kind.PICTURES
    assert kind_of(state(), state(at=NOON + timedelta(minutes=1))) is Kind.TIME


def test_what_does_not_count_is_no_change() -> None:
    other_host = PICTURE.replace("https://n.sinaimg.cn", "https://k.sinaimg.cn")
    spaced = tuple(line.replace("，", "， \u200b") for line in TEXT)
    linked = tuple(line.replace("公司", '<a href="https://finance.sina.com.cn/?from=x">公司</a>') for line in TEXT)
    for other in (state(more=other_host), state(spaced), state(linked), state(at=NOON + timedelta(seconds=20))):
        assert kind_of(state(), other) is None


def test_edits_are_runs_of_tokens() -> None:
    edits = [
        (edit.before, edit.after) for edit in edits_of("净利润3.2亿元，增长", "净利润2.3亿元，增长") if edit.is_change
    ]
    assert edits == [("3.2", "2.3")]
    assert tokens("上涨-2.1% iPhone17") == ["上", "涨", "-2.1%", " ", "iPhone", "17"]


@given(st.lists(st.text(max_size=30), max_size=6), st.lists(st.text(max_size=30), max_size=6))
def test_edits_tell_the_text_after_and_the_text_before(before: list[str], after: list[str]) -> None:
    edits = list(chain.from_iterable(paragraph_edits(before, after)))
    bare = lambda lines: "".join("".join(lines).split())  # noqa: E731
    assert bare(edit.after for edit in edits) == bare(after)


def test_a_paragraph_without_end_is_taken_as_replaced() -> None:
    (edit,) = edits_of("甲" * 10_000, "乙" * 10_000)
    assert (len(edit.before), len(edit.after)) == (10_000, 10_000)
