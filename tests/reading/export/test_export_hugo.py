from __future__ import annotations

from pathlib import Path

import frontmatter

from newsarchive.reading.export import hugo
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.reading.export import hostile
from tests.reading.shelves import docid_of


def test_a_page_has_an_address_of_its_own_and_markdown(library: Library, tmp_path: Path) -> None:
    hugo.export(ExportSource(library), tmp_path / "news")
    text = (tmp_path / f"news/2026/11/24/{docid_of(4)}.md").read_text("utf-8")
    url = f"https://finance.sina.com.cn/roll/2026-11-24/doc-i{docid_of(4)}.shtml"
    assert text == (
        '---\ntitle: "第4篇"\ndate: 2026-11-24T04:00:00+08:00\nlastmod: 2026-11-24T04:00:00+08:00\n'
        f'url: "/news/{docid_of(4)}/"\ncategories: ["国內", "滚动"]\ntags: ["hk00700", "降准"]\n'
        f'docid: "{docid_of(4)}"\nsource_url: "{url}"\nmedia: "证券时报"\n---\n'
        f"正文4。\n\n[来源：证券时报，新浪财经]({url})\n"
    )


def test_no_hostile_page_holds_a_shortcode(hostile_library: Library, tmp_path: Path) -> None:
    hugo.export(ExportSource(hostile_library), tmp_path / "news")
    pages = sorted((tmp_path / "news").rglob("*.md"))
    assert len(pages) == len(hostile.articles())
    for page in pages:
        content = frontmatter.load(str(page)).content
        assert "{{<" not in content
        assert "{{%" not in content
