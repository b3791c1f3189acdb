"""The language of searches, and how mistakes in it are told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from newsarchive.errors import UsageError
from newsarchive.reading.search.query import MOST_CHARACTERS, MOST_WORDS, parse

NAMES = {"1686": "国内滚动", "2672": "美股", "2518": "美股"}


@pytest.mark.parametrize(
    ("source", "match"),
    [
        ("降准", '("降 准")'),
        ("央行 降准", '("央 行") AND ("降 准")'),
        ("央行\u3000降准", '("央 行") AND ("降 准")'),
        ('"interest rate"', '("i n t e r e s t r a t e")'),
        ("“两 词”", '("两 词")'),
        ('"华浩称“平川”"', '("华 浩 称 “ 平 川 ”")'),
        ("a 降准 OR 降息 b", '("a") AND ("降 准" OR "降 息") AND ("b")'),
        ("央行 -国债 -ETF", '(("央 行")) NOT ("国 债" OR "e t f")'),
        ("title:降准", '(title : "降 准")'),
        ("标题 Title：Ａ股", '("标 题") AND (title : "a 股")'),
        ('symbol:519 media:"新华"', '(symbols : "5 1 9") AND (media : "新 华")'),
        ("-title:降准 央行", '(("央 行")) NOT (title : "降 准")'),
        ("10:30 http://x", '("1 0 : 3 0") AND ("h t t p : / / x")'),
        ('5"', '("5 """)'),
        ("or and NOT", '("o r") AND ("a n d") AND ("n o t")'),
        ('"OR"', '("o r")'),
        ("- x", '("-") AND ("x")'),
    ],
)
def test_a_query_becomes_an_expression(source: str, match: str) -> None:
    assert parse(source).match == match


def test_channels_are_named_by_number_or_name() -> None:
    assert parse("channel:1686 降准", NAMES).channels == (("1686",),)
    assert parse("channel:国内滚动", NAMES).channels == (("1686",),)
    assert parse("channel:美股 -channel:9999", NAMES).channels == (("2672", "2518"),)
    assert parse("降准 -channel:9999", NAMES).without_channels == (("9999",),)


def test_a_channel_alone_asks_for_any_text() -> None:
    assert parse("channel:1686").match is None


WRONG = [
    ("", "empty", "^"),
    ("央行 OR", "between two words", "     ^^"),
    ("OR 央行", "between two words", "^^"),
    ("a OR OR b", "between two words", "     ^^"),
    ('央行 "降准', "not closed", "     ^"),
    ("title: 央行", "nothing stands behind title:", "^^^^^^"),
    ('央行 ""', "nothing is in there", "     ^^"),
    ("-国债", "no word that is to be found", "^"),
    ("a OR -b", "alternatives", "     ^^"),
    ("-a OR b", "alternatives", "^^"),
    ("a OR channel:1686", "alternatives", "     ^^^^^^^^^^^^"),
    ("x channel:国内", "did you mean 国内滚动?", "  ^^^^^^^^^^^^"),
    ("x channel:天文", "its number", "  ^^^^^^^^^^^^"),
]


@pytest.mark.parametrize(("source", "why", "mark"), WRONG)
def test_a_mistake_is_told_with_a_mark_under_its_place(source: str, why: str, mark: str) -> None:
    with pytest.raises(UsageError) as told:
        parse(source, NAMES)
    message, shown, under = str(told.value).split("\n")
    assert why in message
    assert shown == f"  {source}"
    assert under == f"  {mark}"


@pytest.mark.parametrize(
    "source", [*(source for source, _, _ in WRONG), "x " * (MOST_WORDS + 1), "长" * (MOST_CHARACTERS + 1)]
)
def test_each_mistake_is_told_in_chinese_with_the_same_mark(source: str) -> None:
    with pytest.raises(UsageError) as told:
        parse(source, NAMES)
    why, *place = told.value.chinese.split("\n")
    assert place == str(told.value).split("\n")[1:]
    assert any("\u4e00" <= character <= "\u9fff" for character in why)


@pytest.mark.parametrize("source", ["x " * (MOST_WORDS + 1), "长" * (MOST_CHARACTERS + 1)])
def test_a_query_that_is_too_long_is_refused(source: str) -> None:
    with pytest.raises(UsageError, match="more than"):
        parse(source)


def test_what_a_terminal_would_obey_is_not_repeated() -> None:
    with pytest.raises(UsageError) as told:
        parse('\x1b[31m "x')
    assert "\x1b" not in str(told.value)


@given(st.text(st.sampled_from("ab央降 \"“”:：-－ORtitle\x00\u200b'()*^+{}"), max_size=30))
def test_whatever_is_typed_is_a_query_or_explained(source: str) -> None:
    try:
        parse(source)
    except UsageError:
        return


def test_of_a_long_query_the_place_of_the_mistake_is_shown() -> None:
    source = "央行 " * 40 + '"降准' + "x" * 300
    with pytest.raises(UsageError) as told:
        parse(source, NAMES)
    _, shown, under = str(told.value).split("\n")
    assert len(shown) < 110
    assert (shown.strip()[0], shown[-1]) == ("…", "…")
    assert cell_len(shown[: shown.index('"')]) == under.index("^")
