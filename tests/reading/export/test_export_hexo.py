from __future__ import annotations

from pathlib import Path

import frontmatter
import pytest

from newsarchive.reading.export import hexo
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.reading.export import hostile
from tests.reading.shelves import docid_of


@pytest.fixture
def posts(hostile_library: Library, tmp_path: Path) -> list[Path]:
    hexo.export(ExportSource(hostile_library), tmp_path / "_posts")
    return sorted((tmp_path / "_posts").rglob("*.md"))


def test_a_post_is_named_and_addressed_by_its_docid(library: Library, tmp_path: Path) -> None:
    hexo.export(ExportSource(library), tmp_path / "_posts")
    text = (tmp_path / f"_posts/2026/11/24/{docid_of(4)}.md").read_text("utf-8")
    url = f"https://finance.sina.com.cn/roll/2026-11-24/doc-i{docid_of(4)}.shtml"
    assert text == (
        '---\ntitle: "第4篇"\ndate: "2026-11-24 04:00:00"\nupdated: "2026-11-24 04:00:00"\n'
        f'permalink: "news/{docid_of(4)}/"\ncategories: ["新浪财经", "国內"]\ntags: ["hk00700", "降准"]\n'
        f'docid: "{docid_of(4)}"\nsource_url: "{url}"\nmedia: "证券时报"\n---\n'
        f'<div>\n<p>正文4。</p>\n<p><a href="{url}">来源：证券时报，新浪财经</a></p>\n</div>\n'
    )


def test_no_post_holds_a_template_a_script_or_an_empty_line(posts: list[Path]) -> None:
    assert len(posts) == len(hostile.articles())
    for post in posts:
        content = frontmatter.load(str(post)).content
        assert not {"{{", "{%", "{#"} & {content[place : place + 2] for place in range(len(content))}
        assert "\n\n" not in content
        assert "```" not in content
        assert "<script" not in content


def test_tags_are_such_as_an_address_can_hold(posts: list[Path]) -> None:
    assert {tag for post in posts for tag in frontmatter.load(str(post))["tags"]} == {"sh600519", "降准"}  # type: ignore[union-attr]


def test_no_title_holds_a_tag_that_a_theme_would_pass_on(posts: list[Path]) -> None:
    assert not {"<", ">"} & set("".join(str(frontmatter.load(str(post))["title"]) for post in posts))


@pytest.mark.parametrize(
    ("settings", "date"),
    [
        ("title: t\n", "2026-11-24T04:00:00+08:00"),
        ("timezone: ''\n", "2026-11-24T04:00:00+08:00"),
        ("timezone: Asia/Shanghai\n", "2026-11-24 04:00:00"),
        ("timezone: America/New_York\n", "2026-11-23 15:00:00"),
        ("timezone: ../../etc/passwd\n", "2026-11-24 04:00:00"),
        ("timezone: Nowhere/None\n", "2026-11-24 04:00:00"),
        ("- no\n- mapping", "2026-11-24T04:00:00+08:00"),
        ("{{", "2026-11-24T04:00:00+08:00"),
    ],
)
def test_dates_are_such_as_the_blog_takes_them(library: Library, tmp_path: Path, settings: str, date: str) -> None:
    (tmp_path / "source/_posts").mkdir(parents=True)
    (tmp_path / "_config.yml").write_text(settings)
    hexo.export(ExportSource(library), tmp_path / "source/_posts/news")
    post = frontmatter.load(str(tmp_path / f"source/_posts/news/2026/11/24/{docid_of(4)}.md"))
    assert post["date"] == date
