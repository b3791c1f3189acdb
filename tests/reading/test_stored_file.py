from __future__ import annotations

import os
from pathlib import Path

import pytest

from newsarchive.errors import ArchiveDamaged
from newsarchive.reading.stored_file import StoredFile, read_file


def stored(text: str) -> StoredFile:
    return StoredFile(text.encode(), "0" * 64)


def test_front_matter_of_an_imported_post_is_told() -> None:
    post = stored(
        "---\ntitle: 甲\ncategories: 财经\ntags:\n - 降准\n - 2026\nthumbnail: https://n.sinaimg.cn/a.png\n---\n文"
    )
    assert (post.title, post.categories, post.tags) == ("甲", ("财经",), ("降准", "2026"))
    assert (post.picture, post.body, post.is_whole) == ("https://n.sinaimg.cn/a.png", "文", False)


@pytest.mark.parametrize("header", ["[", "- a\n- b", "just text", "a: &x [*x]", "a: !!python/object:os.system x"])
def test_front_matter_that_is_none_is_empty(header: str) -> None:
    odd = stored(f"\n---\n{header}\n---\n\n<p>文</p>")
    assert (odd.title, odd.picture, odd.categories, odd.tags) == ("", "", (), ())
    assert odd.body.strip() == "<p>文</p>"


def test_a_file_without_a_header_is_all_body() -> None:
    assert stored("文").body == "文"


@pytest.mark.parametrize(
    "file", ["/etc/hostname", "../x.md", "a/../../x.md", "a\0.md", "\udc80.md", "nothing.md", ".", "watches.toml"]
)
def test_what_is_no_file_below_the_archive_is_damage(tmp_path: Path, file: str) -> None:
    (tmp_path.parent / "x.md").touch()
    (tmp_path / "watches.toml").touch()
    with pytest.raises(ArchiveDamaged):
        read_file(tmp_path, file)


def test_a_link_in_the_place_of_an_article_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "private.txt").write_text("secret", "utf-8")
    (tmp_path / "a.md").symlink_to(tmp_path / "private.txt")
    with pytest.raises(ArchiveDamaged, match="symbolic link"):
        read_file(tmp_path, "a.md")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_in_the_place_of_an_article_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    with pytest.raises(ArchiveDamaged, match="no plain file"):
        read_file(tmp_path, "a.md")
