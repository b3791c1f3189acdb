"""reading.reposts: what says the same is one story."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from newsarchive.reading.entries import Entry
from newsarchive.reading.library import Library
from newsarchive.reading.reposts import stories
from tests.reading.shelves import MONDAY, archived, article, docid_of, running

HEADLINE = "平川乳业前三季度净利润同比增长一成"


def shelf(root: Path, **told: dict[str, Any]) -> list[Entry]:
    """Articles of one day; ``told``: ``a1`` → the fields of the first."""
    with running(root) as archive:
        archived(archive, *(article(int(number[1:]), **fields) for number, fields in told.items()))
    return list(Library(root).day(MONDAY).entries)


def folded(found: list[Entry]) -> dict[str, list[str]]:
    return {story.first.docid: [one.docid for one in story.again] for story in stories(found)}


def test_the_oldest_of_the_same_headline_stands_for_the_others(tmp_path: Path) -> None:
    found = shelf(
        tmp_path,
        a1={"title": HEADLINE},
        a2={"title": "东岭汽车十月销量创下今年新高"},
        a3={"title": "平川乳业：前三季度净利润，同比增长一成！"},
        a4={"title": f"快讯丨{HEADLINE}｜夜读"},
    )
    assert folded(found) == {docid_of(1): [docid_of(3), docid_of(4)], docid_of(2): []}


def test_headlines_that_differ_in_a_figure_or_are_short_are_not_folded(tmp_path: Path) -> None:
    found = shelf(
        tmp_path,
        a1={"title": "平川证券“21平01”将于3月8日付息"},
        a2={"title": "平川证券“22平01”将于3月8日付息"},
        a3={"title": "公告速递"},
        a4={"title": "公告速递"},
    )
    assert folded(found) == {docid_of(number): [] for number in (1, 2, 3, 4)}


def test_the_same_text_is_folded_whatever_the_headline(tmp_path: Path) -> None:
    found = shelf(
        tmp_path,
        a1={"title": "一家的标题是这样写的", "text_sha256": "ab" * 32},
        a2={"title": "别家的标题是那样写的", "text_sha256": "ab" * 32},
        a3={"title": "第三家的标题又不一样", "same_as": docid_of(1)},
        a4={"title": "不相干的另一条新闻标题", "same_as": docid_of(99)},
    )
    assert folded(found) == {docid_of(1): [docid_of(2), docid_of(3)], docid_of(4): []}


def test_nothing_is_lost_whatever_agrees(tmp_path: Path) -> None:
    found = shelf(
        tmp_path,
        a1={"title": HEADLINE},
        a2={"title": "东岭汽车十月销量创下今年新高"},
        a3={"title": "东岭汽车，十月销量创下今年新高", "same_as": docid_of(1)},
        a4={"title": "东岭汽车十月销量创下今年新高？"},
    )
    told = stories(found)
    assert sorted(one.docid for story in told for one in (story.first, *story.again)) == [
        docid_of(number) for number in (1, 2, 3, 4)
    ]
    assert all(story.first.at <= one.at for story in told for one in story.again)
