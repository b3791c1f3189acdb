"""Snippets: some text around the words, each word marked where it stands in the text as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsarchive.reading.library import Library
from newsarchive.reading.search.query import parse
from newsarchive.reading.search.snippet import CHARACTERS, Snippet, snippet_of, title_of
from tests.reading import shelves
from tests.reading.shelves import docid_of


def snippet(root: Path, query: str, body: str, **more: object) -> str:
    with shelves.running(root) as run:
        shelves.archived(run, shelves.article(1, body=body, **more))
    article = Library(root).article(docid_of(1))
    assert article is not None
    return snippet_of(article, parse(query).terms).marked("[", "]")


@pytest.mark.parametrize(
    ("query", "body", "shown"),
    [
        ("降准", "<p>央行宣布降准。</p>", "央行宣布[降准]。"),
        ("降准 央行", "<p>央行宣布降准。</p>", "[央行]宣布[降准]。"),
        ("降準", "<p>央行宣布降 准。</p>", "央行宣布[降 准]。"),
        ("iphone", "<p>ｉＰｈｏｎｅ发布</p>", "[ｉＰｈｏｎｅ]发布"),
        ("上涨。今日", "<p>昨日上涨。</p><p>今日下跌。</p>", "昨日[上涨。 今日]下跌。"),
        ("甲乙 乙丙", "<p>甲乙丙丁</p>", "[甲乙丙]丁"),
        ("第1篇", "<p>正文。</p>", "正文。"),
        ("新华", "<p>正文。</p>", "[新华]社"),
        ("media:正文", "<p>正文。</p>", "正文。"),
        ("symbol:519", "<p>正文519。</p>", "sh600[519]"),
    ],
)
def test_words_are_marked(tmp_path: Path, query: str, body: str, shown: str) -> None:
    body = body.replace("</p><p>", "</p>\n<p>")
    assert snippet(tmp_path, query, body) == shown


def test_a_long_text_is_cut_around_the_place_with_most_words(tmp_path: Path) -> None:
    shown = snippet(tmp_path, "甲 乙", f"<p>{'文' * 200}甲{'文' * 200}甲中乙{'文' * 200}</p>")
    assert "[甲]中[乙]" in shown
    assert shown.startswith("…文")
    assert shown.endswith("文…")
    assert len(shown) <= CHARACTERS + 10


def test_a_line_of_a_megabyte_is_no_trouble(tmp_path: Path) -> None:
    assert "[针]" in snippet(tmp_path, "针", f"<p>{'草' * 300_000}针{'草' * 300_000}</p>")


def test_a_title_is_shown_whole() -> None:
    terms = parse("title:降准 media:央行").terms
    assert title_of("央行宣布降准，央行", terms).marked("[", "]") == "央行宣布[降准]，央行"


def test_parts_are_the_text() -> None:
    assert "".join(part for part, _ in Snippet("abcde", ((1, 2), (3, 5))).parts) == "abcde"
