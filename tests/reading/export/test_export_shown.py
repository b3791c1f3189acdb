from __future__ import annotations

import pytest

from newsarchive.pages.safe_html import MOST_REFERENCES
from newsarchive.reading.export import shown
from newsarchive.reading.library import Library
from tests.reading.export import hostile
from tests.reading.shelves import docid_of


def test_no_hostile_body_keeps_anything_that_runs(hostile_library: Library) -> None:
    for article in hostile_library.articles():
        html = shown.framed(article)
        assert not {"<script", "<style", "<iframe", "<svg", "<!--", "javascript:", "</div"} & set_of(html), (
            article.entry
        )
        assert "onerror" not in html
        assert "onclick" not in html
        assert "\x1b" not in html
        assert "\n\n" not in html


def set_of(html: str) -> set[str]:
    looked_for = ("<script", "<style", "<iframe", "<svg", "<!--", "javascript:", "</div")
    return {word for word in looked_for if word in html.lower()}


def test_a_title_is_one_line_that_turns_nothing(hostile_library: Library) -> None:
    for entry in hostile_library.entries():
        title = shown.title_of(entry)
        assert title
        assert title.isprintable() or "\u200d" in title  # an emoji made of several
        assert title == " ".join(title.split())


def test_a_text_that_no_parser_can_bear_is_shown_as_text() -> None:
    deep = "<blockquote>" * 300 + "<p>深</p>"
    assert shown.safe(deep).startswith("<p>&lt;blockquote&gt;")
    assert shown.safe("&amp;" * (MOST_REFERENCES + 1)).startswith("<p>&amp;amp;")


def test_a_text_without_blocks_keeps_its_lines() -> None:
    assert shown.safe("\n\n一 <b>二\n三</b>\n\n四\n") == "<p>一 <b>二<br>三</b><br>四</p>"
    assert shown.safe("<p>一</p>\n\n二") == "<p>一</p>\n二"
    assert shown.safe("") == ""


@pytest.mark.parametrize("docid", ["../x", "a/b", "", ".", "a" * 200, "CON\0", "x.md", "{{ x }}", "index"])
def test_a_foreign_docid_becomes_a_plain_name(docid: str) -> None:
    name = shown.file_name_of(docid)
    assert name.startswith("u-")
    assert len(name) == 18
    assert shown.file_name_of(docid_of(1)) == docid_of(1)


def test_notes_tell_of_a_correction_and_a_withdrawal(library: Library) -> None:
    told = {entry.docid: shown.notes_on(entry) for entry in library.entries()}
    assert told[docid_of(1)] == []
    assert told[docid_of(2)] == ["发布后有修改：此为第 2 版，更新于 2026-11-23 03:05。"]
    assert told[docid_of(5)] == ["来源已撤下此文（2026-11-24 22:00）。"]


def test_the_source_is_named_and_linked(library: Library, hostile_library: Library) -> None:
    entries = {entry.docid: entry for entry in library.entries()}
    assert shown.source_of(entries[docid_of(4)]) == ("来源：证券时报，新浪财经", entries[docid_of(4)].url)
    for article in hostile_library.articles():
        assert "来源：&lt;b&gt;社" in shown.framed(article)
    assert len(hostile.articles()) == 40
