from __future__ import annotations

from pathlib import Path

import frontmatter
import pytest
from markdown_it import MarkdownIt

from newsarchive.reading.export import markdown
from newsarchive.reading.export.shown import title_of
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.reading.export import hostile
from tests.reading.shelves import docid_of

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.fixture
def notes(hostile_library: Library, tmp_path: Path) -> list[Path]:
    markdown.export(ExportSource(hostile_library), tmp_path / "vault")
    return sorted((tmp_path / "vault").rglob("*.md"))


def test_a_note_is_front_matter_a_heading_and_plain_markdown(library: Library, tmp_path: Path) -> None:
    markdown.export(ExportSource(library), tmp_path / "vault")
    note = tmp_path / "vault/2026/11/23/第2篇.md"
    assert note.read_text("utf-8") == (
        '---\ntitle: "第2篇（更正）"\ndate: 2026-11-23T02:00:00+08:00\n'
        f'docid: "{docid_of(2)}"\nsource_url: "https://finance.sina.com.cn/roll/2026-11-23/doc-i{docid_of(2)}.shtml"\n'
        'media: "新华社"\nchannels: ["国內"]\nkeywords: ["降准"]\nsymbols: ["sh600519"]\nstate: 2\n---\n'
        "# 第2篇（更正）\n\n> 发布后有修改：此为第 2 版，更新于 2026-11-23 03:05。\n\n更正后的正文。\n\n"
        f"[来源：新华社，新浪财经](https://finance.sina.com.cn/roll/2026-11-23/doc-i{docid_of(2)}.shtml)\n"
    )
    withdrawn = (tmp_path / "vault/2026/11/24/第5篇.md").read_text("utf-8")
    assert "withdrawn_at: 2026-11-24T22:00:00+08:00\n" in withdrawn
    assert "> 来源已撤下此文" in withdrawn


def test_each_hostile_note_has_its_title_and_no_html(notes: list[Path], hostile_library: Library) -> None:
    titles = {entry.docid: title_of(entry) for entry in hostile_library.entries()}
    assert len(notes) == len(hostile.articles())
    for note in notes:
        post = frontmatter.load(str(note))
        tokens = READER.parse(post.content)
        inline = [child for token in tokens for child in token.children or ()]
        assert post["title"] == titles[str(post["docid"])]
        assert {token.type for token in (*tokens, *inline)} & {"html_block", "html_inline"} == set()
        assert "javascript:" not in {str(token.attrs.get("href", ""))[:11] for token in inline}


def test_the_heading_shows_the_title_to_the_letter(notes: list[Path]) -> None:
    for note in notes:
        post = frontmatter.load(str(note))
        shown = "".join(child.content for child in READER.parse(post.content)[1].children or ())
        assert shown == post["title"]


def test_no_name_has_a_sign_that_obsidian_cannot_link(notes: list[Path]) -> None:
    assert not set("[]#^|\\/:") & set("".join(note.name for note in notes))
    assert len({note.name.casefold() for note in notes}) == len(notes)
