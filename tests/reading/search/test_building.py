"""The index made anew: by worker processes, beside the old one, and interrupted without a trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsarchive.errors import ArchiveLocked
from newsarchive.reading.search import building, index
from newsarchive.reading.search.searching import SearchBounds
from tests.reading import shelves
from tests.reading.search import scan
from tests.reading.search.scan import found
from tests.reading.shelves import MONDAY, docid_of


def test_workers_make_the_same_as_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = scan.archive(tmp_path / "archive", 60)
    told: list[tuple[int, ...]] = []
    assert building.rebuild(root) == 60
    words = scan.runs(scan.fields(root), 20)
    before = [found(root, scan.quoted(word)) for word in words]
    monkeypatch.setattr(building, "PARALLEL_BYTES", 0)
    assert building.rebuild(root, lambda *done: told.append(done)) == 60
    assert [found(root, scan.quoted(word)) for word in words] == before
    assert [done for done, *_ in told] == list(range(1, len(told) + 1))
    assert told[-1][2] == 60


def test_earlier_states_are_in_it_too(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path)
    assert building.rebuild(root) == 6
    assert found(root, "正文2") == set()
    assert found(root, "正文2", SearchBounds(all_states=True)) == {docid_of(2)}


def test_what_comes_during_a_rebuild_is_read_after_it(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path)

    def archive_more(done: int, *_: int) -> None:
        if done == 2:
            with shelves.running(root) as run:
                shelves.archived(run, shelves.article(6, MONDAY))

    building.rebuild(root, archive_more)
    assert index.standing(root).behind == (MONDAY,)
    index.bring_level(root)
    assert docid_of(6) in found(root, "正文6")


def test_interrupted_it_leaves_the_old_index_and_nothing_else(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path)
    index.bring_level(root)
    before = shelves.footprint(index.folder_of(root)).keys()

    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        building.rebuild(root, interrupt)
    assert shelves.footprint(index.folder_of(root)).keys() == before
    assert found(root, "正文4") == {docid_of(4)}


def test_one_process_writes_at_a_time(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path)
    with index.writing(root), pytest.raises(ArchiveLocked, match="another process"):
        building.rebuild(root)


def test_an_archive_without_articles_has_an_empty_index(tmp_path: Path) -> None:
    assert building.rebuild(tmp_path) == 0
    assert index.standing(tmp_path).behind == ()


def test_words_that_a_killed_rebuild_left_are_forgotten_too(tmp_path: Path) -> None:
    """It was killed before it put its files in place, or while it did: then the notes are gone, and the index counts as none."""
    root = shelves.two_days(tmp_path)
    building.rebuild(root)
    folder = index.folder_of(root)
    beside = folder / building.BESIDE_NAME
    beside.mkdir()
    for file in folder.glob("*.sqlite"):
        (beside / file.name).write_bytes(file.read_bytes())
    building.forget(root, docid_of(4))
    assert not list(beside.glob("2*.sqlite"))
    (folder / building.NAME).unlink()
    building.forget(root, docid_of(4))
    assert not list(folder.glob("2*.sqlite"))


def test_there_is_nothing_to_forget_without_an_index(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path)
    before = shelves.footprint(root)
    building.forget(root, docid_of(4))
    assert shelves.footprint(root) == before
