"""A folder of posts comes into an archive: names, days, twice, and what stands in the way."""

import os

import pytest

from newsarchive.jobs.importing import run
from tests.archive.making import DAY, said, tables, tree
from tests.jobs.importing.machines import (
    coverage_of,
    fetched,
    files_of,
    live,
    offered,
    silent,
    take_in,
)
from tests.jobs.importing.test_posts import HEXO, seeds
from tests.jobs.verifying import verdict

FLAT = "金融/新浪财经/新浪财经－国內"


@pytest.fixture
def root(tmp_path):
    return tmp_path / "ours"


@pytest.fixture
def posts(tmp_path):
    folder = tmp_path / "posts" / FLAT
    folder.mkdir(parents=True)
    return folder


def articles(root):
    return {path: data for path, data in files_of(root).items() if path.startswith("20")}


def test_posts_come_in_under_their_days_and_names(root, posts, tmp_path):
    (posts / "甲.md").write_bytes(seeds("'甲: 一'"))
    (posts / "乙.md").write_text(HEXO)
    before = tree(tmp_path / "posts")
    told = take_in(root, tmp_path / "posts")
    assert articles(root)["2021/09/29/甲： 一.md"] == seeds("'甲: 一'")
    assert set(articles(root)) == {"2021/09/29/甲： 一.md", "2021/09/29/你好.md"}
    assert [(one.path, one.file) for one in told.mended] == [(f"{FLAT}/乙.md", "2021/09/29/你好.md")]
    assert tree(tmp_path / "posts") == before
    assert verdict(root).findings == []


def test_the_line_says_where_it_comes_from(root, posts, tmp_path):
    (posts / "甲.md").write_bytes(seeds())
    take_in(root, tmp_path / "posts")
    (line,) = said(root, DAY.replace(2021, 9, 29))
    assert (line["event"], line["source"], line["source_link"]) == ("imported", f"posts/{FLAT}/甲.md", None)
    assert line["published_at"] == "2021-09-29T13:37:47+08:00"


def test_importing_twice_changes_nothing(root, posts, tmp_path):
    (posts / "甲.md").write_bytes(seeds())
    (posts / "乙.md").write_bytes(seeds('"x \'y\' "z""'))
    take_in(root, tmp_path / "posts")
    once = tree(root)
    assert take_in(root, tmp_path / "posts").counts["unchanged"] == 2
    assert tree(root) == once


def test_of_equal_titles_the_earlier_has_the_plain_name(root, posts, tmp_path):
    (posts / "1.md").write_bytes(seeds(date="Wed, 29 Sep 2021 07:00:00 GMT"))
    (posts / "2.md").write_bytes(seeds(date="Wed, 29 Sep 2021 06:00:00 GMT"))
    take_in(root, tmp_path / "posts")
    assert articles(root)["2021/09/29/平常的标题.md"] == (posts / "2.md").read_bytes()
    assert len(articles(root)) == 2


def test_what_cannot_be_read_is_listed_and_the_rest_comes_in(root, posts, tmp_path):
    (posts / "甲.md").write_bytes(seeds())
    (posts / "README.md").write_text("# no post")
    os.mkfifo(posts / "pipe.md")
    (posts / "link.md").symlink_to("/etc/passwd")
    (posts / "away").symlink_to("/etc")
    (posts / "large.md").write_bytes(b"")
    os.truncate(posts / "large.md", 65 << 20)
    told = take_in(root, tmp_path / "posts")
    reasons = {left.path.rpartition("/")[2]: left.reason for left in told.left}
    assert set(reasons) == {"README.md", "pipe.md", "link.md", "away", "large.md"}
    assert "larger than 64 MiB" in reasons["large.md"]
    assert told.counts["articles"] == 1


def test_a_text_that_is_here_already_is_not_taken_twice_and_another_one_is_told(root, posts, tmp_path):
    live(root, offered(0, 1), fetched(1, 1, "甲"))
    (kept,) = [data for path, data in articles(root).items() if path.endswith(".md")]
    with_docid = kept.replace(b"\n---\n\n<div>", b"\ndocid: 'abcdefg0000001'\n---\n\n<div>")
    (posts / "same.md").write_bytes(with_docid)
    assert take_in(root, tmp_path / "posts").counts["unchanged"] == 1
    (posts / "same.md").write_bytes(with_docid.replace("甲".encode(), "完全不同的另一段".encode()))
    told = take_in(root, tmp_path / "posts")
    assert "another text" in told.left[0].reason
    assert list(articles(root)) == ["2026/11/23/第1号公告.md"]


def test_of_two_posts_with_one_title_and_date_the_first_comes_in_and_the_other_is_told(root, posts, tmp_path):
    for number in range(300):
        (posts / f"{number}.md").write_bytes(seeds().replace("一段话".encode(), f"第{number}段话".encode()))
    told = take_in(root, tmp_path / "posts")
    assert (told.counts["articles"], len(told.left)) == (1, 299)
    assert verdict(root).findings == []
    once = tree(root)
    take_in(root, tmp_path / "posts")
    assert tree(root) == once


def test_another_text_with_the_time_of_its_fetch_becomes_a_state(root, posts, tmp_path):
    live(root, offered(0, 1), fetched(10, 1, "甲"))
    (kept,) = [data for path, data in articles(root).items() if path.endswith(".md")]
    keys = b"\ndocid: 'abcdefg0000001'\nfetched_at: '2026-11-23T12:05:00+08:00'\n---\n\n<div>"
    (posts / "x.md").write_bytes(kept.replace(b"\n---\n\n<div>", keys).replace("甲".encode(), "更早的一段".encode()))
    take_in(root, tmp_path / "posts")
    assert articles(root)["2026/11/23/_revisions/abcdefg0000001/1.md"] == (posts / "x.md").read_bytes()
    assert articles(root)["2026/11/23/第1号公告.md"] == kept
    assert verdict(root).findings == []


def test_coverage_counts_what_was_offered_alone(root, posts, tmp_path):
    live(root, offered(0, 1), fetched(10, 1, "甲"))
    before = coverage_of(root)
    (posts / "甲.md").write_bytes(seeds())
    take_in(root, tmp_path / "posts")
    assert coverage_of(root) == before


def test_a_dry_run_says_the_same_and_writes_nothing(root, posts, tmp_path):
    (posts / "甲.md").write_bytes(seeds())
    (posts / "README.md").write_text("# no post")
    dry = run.rehearse(root, tmp_path / "posts", "clean", silent)
    assert not root.exists()
    assert dry.as_dict() == take_in(root, tmp_path / "posts").as_dict()


def test_an_archive_of_the_original_s_form_takes_them_into_its_one_folder(root, posts, tmp_path):
    (posts / "甲.md").write_bytes(seeds())
    take_in(root, tmp_path / "posts", profile="rsshub")
    assert files_of(root)[f"{FLAT}/平常的标题.md"] == seeds()
    assert tables(root)["documents"][0]["state"] == "kept"
