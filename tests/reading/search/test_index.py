"""The index follows the journals: what is new, revised, withdrawn, redacted; killed, it is behind and never wrong."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from newsarchive.archive.format import paths
from newsarchive.archive.record.redaction import redact
from newsarchive.reading.search import building, index
from newsarchive.reading.search.query import parse
from newsarchive.reading.search.searching import SearchBounds, Searcher
from newsarchive.reading.search.shard import Shard
from newsarchive.reading.search.shards import path_of, years_in
from tests.reading import shelves
from tests.reading.search import scan
from tests.reading.search.scan import found
from tests.reading.shelves import MONDAY, TUESDAY, docid_of

EARLIER = SearchBounds(all_states=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = shelves.two_days(tmp_path / "archive")
    assert index.bring_level(root).behind == ()
    return root


def test_a_revised_document_is_found_by_its_new_words_alone(root: Path) -> None:
    assert found(root, "更正后的正文") == {docid_of(2)}
    assert found(root, "正文2") == set()
    assert found(root, "正文2", EARLIER) == {docid_of(2)}


def test_a_revision_that_comes_later_is_right_at_once(root: Path) -> None:
    with shelves.running(root) as run:
        shelves.archived(run, shelves.revised(shelves.article(3), "<p>后来改了。</p>"))
    assert index.standing(root).behind == (MONDAY,)
    index.bring_level(root)
    assert found(root, "后来改了") == {docid_of(3)}
    assert found(root, "正文3") == set()
    (hit,) = Searcher(root).search(parse("正文3"), EARLIER).hits
    assert (hit.entry.state, hit.is_newest) == (1, False)


def test_a_text_that_comes_back_is_shown_again(root: Path) -> None:
    one = shelves.article(3)
    with shelves.running(root) as run:
        shelves.archived(run, shelves.revised(one, "<p>中间。</p>"))
        shelves.archived(run, replace(shelves.revised(one, one.body), fetched_at=one.fetched_at + timedelta(hours=2)))
    index.bring_level(root)
    assert found(root, "正文3") == {docid_of(3)}
    assert found(root, "中间") == set()


def test_a_withdrawn_document_is_found_and_marked(root: Path) -> None:
    (hit,) = Searcher(root).search(parse("正文5")).hits
    assert hit.entry.is_withdrawn
    assert hit.is_newest


def test_a_document_that_moves_to_another_year_is_found_there_alone(root: Path) -> None:
    moved = shelves.revised(
        shelves.article(1), "<p>旧闻。</p>", published_at=shelves.at(MONDAY, 1) - timedelta(days=400)
    )
    with shelves.running(root) as run:
        shelves.archived(run, moved)
    index.bring_level(root)
    assert years_in(index.folder_of(root)) == [2026, 2025]
    assert found(root, "旧闻", SearchBounds(until=MONDAY - timedelta(days=300))) == {docid_of(1)}
    assert (
        found(root, "旧闻 OR 正文1", SearchBounds(since=MONDAY))
        == found(root, "正文1", SearchBounds(since=MONDAY))
        == set()
    )


def test_a_channel_that_shows_it_later_finds_it(root: Path) -> None:
    offer = replace(shelves.article(1).offer, channels=("2509",))
    with shelves.running(root) as run:
        run.offer([offer], poll="2509").result()
    index.bring_level(root)
    assert found(root, "channel:2509 正文1") == {docid_of(1)}
    assert found(root, "channel:2509") == {docid_of(1), docid_of(4)}
    assert found(root, "正文 -channel:2509") == {docid_of(2), docid_of(3), docid_of(5)}


def test_of_a_redacted_document_no_word_is_left_in_the_files(root: Path) -> None:
    redact(root, "clean", docid_of(2), "asked", keep_title=False, clock=lambda: shelves.at(TUESDAY, 23))
    assert Searcher(root).search(parse("更正后"), EARLIER).hits == ()  # before the index has heard of it, too
    index.bring_level(root)
    assert found(root, "更正后 OR 正文2", EARLIER) == set()
    building.purge(root)
    assert "更" not in terms(root)
    assert found(root, "正文") == {docid_of(number) for number in (1, 3, 4, 5)}


def terms(root: Path) -> set[str]:
    """All characters that stand anywhere in the index."""
    with closing(sqlite3.connect(path_of(index.folder_of(root), 2026))) as db:
        db.execute("CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, text, row)")
        return {term for (term,) in db.execute("SELECT term FROM v")}


def test_nothing_is_written_where_nothing_is_new(root: Path) -> None:
    before = shelves.footprint(index.folder_of(root))
    index.bring_level(root)
    assert shelves.footprint(index.folder_of(root)) == before


def test_a_copied_archive_is_compared_and_not_read_anew(root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    assert set(index.standing(copy).behind) == {MONDAY, TUESDAY}
    before = states(copy)
    index.bring_level(copy)
    assert index.standing(copy).behind == ()
    assert states(copy) == before


def states(root: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path_of(index.folder_of(root), 2026))) as db:
        return db.execute("SELECT * FROM states ORDER BY id").fetchall()


def test_an_archive_whose_day_was_taken_away_forgets_it(root: Path) -> None:
    shutil.rmtree(paths.day_folder(root, TUESDAY))
    index.bring_level(root)
    assert found(root, "正文") == {docid_of(1), docid_of(2), docid_of(3)}


@pytest.mark.parametrize("name", ["2026.sqlite", "level.sqlite"])
@pytest.mark.parametrize("harm", ["gone", "rubbish"])
def test_an_index_that_is_damaged_is_made_anew(root: Path, name: str, harm: str) -> None:
    path = index.folder_of(root) / name
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(b"rubbish" * 1000)
    with shelves.running(root) as run:
        shelves.archived(run, shelves.article(6, TUESDAY))
    index.bring_level(root)
    assert found(root, "正文6") == {docid_of(6)}
    assert found(root, "更正后") == {docid_of(2)}


def test_texts_of_the_same_second_are_all_found(tmp_path: Path) -> None:
    moment = shelves.at(MONDAY, 9)
    with shelves.running(tmp_path) as run:
        shelves.archived(run, *(shelves.article(number, published_at=moment) for number in range(40)))
    index.bring_level(tmp_path)
    assert len(found(tmp_path, "正文", SearchBounds(since=MONDAY, until=MONDAY))) == 40


def test_while_another_process_writes_it_is_searched_as_it_is(root: Path) -> None:
    with shelves.running(root) as run:
        shelves.archived(run, shelves.article(6, TUESDAY))
    with FileLock(index.folder_of(root) / index.LOCK_NAME):
        told = index.bring_level(root)
    assert told.behind == (TUESDAY,)
    assert "another process" in told.why
    assert found(root, "正文5") == {docid_of(5)}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_searched_as_it_is(root: Path) -> None:
    with shelves.running(root) as run:
        shelves.archived(run, shelves.article(6, TUESDAY))
    folder = index.folder_of(root)
    for path in (*folder.iterdir(), folder):
        path.chmod(path.stat().st_mode & ~0o222)
    told = index.bring_level(root)
    folder.chmod(0o755)
    assert told.behind == (TUESDAY,)
    assert "cannot be written" in told.why


def test_it_stops_between_two_days_when_it_is_told_to(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path)
    asked = iter([False, True])
    assert index.bring_level(root, lambda: next(asked)).behind == (MONDAY,)
    assert found(root, "正文") == {docid_of(4), docid_of(5)}  # the newest day first


KILLED = """
import os, sys
from pathlib import Path
from newsarchive.reading.search import index, shards
applied = shards.Shards.apply
left = int(sys.argv[2])

def apply(self, *changes):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), 9)
    applied(self, *changes)
    if left == 0 and sys.argv[3] == "after":
        os.kill(os.getpid(), 9)

shards.Shards.apply = apply
index.BATCH_CHARACTERS = 20_000
index.bring_level(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("batches", [1, 3])
def test_killed_in_the_middle_it_is_behind_and_then_right(tmp_path: Path, batches: int, when: str) -> None:
    root = scan.archive(tmp_path / "archive", 40)
    killed = subprocess.run([sys.executable, "-c", KILLED, root, str(batches), when], check=False)
    assert killed.returncode == -9
    assert index.standing(root).behind != ()
    index.bring_level(root)
    texts = scan.fields(root)
    assert [run for run in scan.runs(texts, 20) if found(root, scan.quoted(run)) != scan.scan(texts, run)] == []
    with closing(Shard.read(path_of(index.folder_of(root), 2026))) as shard:
        assert shard.newest == len({docid for docid, _ in texts} & {str(row[1]) for row in states(root)})
