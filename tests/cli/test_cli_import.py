"""``newsarchive import``: what it says, what it writes, and how it ends."""

import json

import pytest

from tests.archive.making import NEXT_DAY, docid_of, opened, tree
from tests.cli.cli_process import newsarchive
from tests.jobs.importing.machines import fetched, files_of, live, offered
from tests.jobs.importing.test_posts import HEXO, seeds

pytestmark = pytest.mark.slow  # processes by the dozen


@pytest.fixture
def posts(tmp_path):
    folder = tmp_path / "posts"
    folder.mkdir()
    (folder / "甲.md").write_bytes(seeds())
    (folder / "乙.md").write_text(HEXO)
    return folder


def run(*arguments, archive):
    return newsarchive("import", *map(str, arguments), "--archive", str(archive))


def test_posts_come_into_a_folder_that_becomes_an_archive(tmp_path, posts):
    ended = run(posts, archive=tmp_path / "new")
    assert (ended.returncode, ended.stdout.splitlines()[0][:20]) == (0, "Imported 2 articles,")
    assert newsarchive("verify", "--archive", str(tmp_path / "new")).returncode == 0


def test_the_report_tells_file_by_file_what_was_mended_and_what_was_not_read(tmp_path, posts):
    (posts / "README.md").write_text("nothing")
    ended = run(posts, "--report", tmp_path / "report.jsonl", "--json", archive=tmp_path / "new")
    mended, unread = map(json.loads, (tmp_path / "report.jsonl").read_text("utf-8").splitlines())
    assert (mended["path"], mended["file"], mended["mended"]) == (
        "乙.md",
        "2021/09/29/你好.md",
        ["keys left out: og-kind"],
    )
    assert unread["path"] == "README.md"
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["kind"], told["articles"], told["mended"]) == (3, "posts", 2, 1)
    assert told["unread"] == [unread]


def test_archives_are_merged(tmp_path):
    live(tmp_path / "ours", offered(0, 1), fetched(1, 1, "甲"))
    live(tmp_path / "theirs", offered(0, 2), fetched(1, 2, "乙"))
    dry = run(tmp_path / "theirs", "--dry-run", "--json", archive=tmp_path / "ours")
    assert len(files_of(tmp_path / "ours")) == 2
    ended = run(tmp_path / "theirs", "--json", archive=tmp_path / "ours")
    assert json.loads(ended.stdout) == json.loads(dry.stdout) | {"dry_run": False}
    assert len(files_of(tmp_path / "ours")) == 3


def test_what_they_took_out_on_purpose_stays_out_here(tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    live(ours, offered(0, 1), fetched(1, 1, "甲"))
    live(theirs, offered(0, 2), fetched(1, 2, "乙"))
    redacted = newsarchive("redact", docid_of(2), "--reason", "asked for", "--yes", "--archive", str(theirs))
    assert (redacted.returncode, run(theirs, archive=ours).returncode) == (0, 0)
    with opened(ours) as archive:
        assert archive.find(docid_of(2)).result().is_redacted
    assert newsarchive("verify", "--full", "--archive", str(ours)).returncode == 0
    live(theirs, offered(2, 3, day=NEXT_DAY))
    assert run(ours, archive=theirs).returncode == 0
    assert newsarchive("verify", "--full", "--archive", str(theirs)).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing"], "no folder"),
        (["empty"], "nothing to import"),
        (["ours"], "in one another"),
        (["posts", "--report", "posts/report"], "nothing there is changed"),
        (["posts", "--report", "nowhere/report"], "a folder that exists"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_written(tmp_path, posts, arguments, words):
    live(tmp_path / "ours", offered(0, 1))
    (tmp_path / "empty").mkdir()
    before = tree(tmp_path)
    paths = [text if text.startswith("--") else str(tmp_path / text) for text in arguments]
    ended = run(*paths, archive=tmp_path / "ours")
    assert ended.returncode == 2
    assert words in ended.stderr
    assert tree(tmp_path) == before


def test_a_held_archive_is_left_alone(tmp_path, posts):
    with opened(tmp_path / "ours"):
        assert run(posts, archive=tmp_path / "ours").returncode == 6


def test_a_folder_that_is_no_archive_is_none_to_import_into(tmp_path, posts):
    assert run(tmp_path, archive=posts).returncode == 2


def test_what_a_file_name_says_to_a_terminal_is_shown_to_the_letter(tmp_path, posts):
    (posts / "x\x1b[31m.md").write_text("none")
    assert "\x1b" not in run(posts, archive=tmp_path / "new").stdout
