"""What is written down of slices, what a kill leaves of it, and that nothing is removed that is not a slice's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from newsarchive.jobs.backfilling.clearing import MARK_NAME
from newsarchive.jobs.backfilling.slice_folders import NOTES_NAME, OpenSlice, SliceFolders
from newsarchive.jobs.backfilling.slices import Slice

OCTOBER = Slice(date(2026, 10, 1), date(2026, 10, 31), ("1686", "2509"))
NOVEMBER = Slice(date(2026, 11, 1), date(2026, 11, 7), ("1686", "2509"))
TODAY = date(2026, 11, 7)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / ".newsarchive").mkdir()
    return tmp_path / ".newsarchive"


def crawled(one: OpenSlice) -> OpenSlice:
    """With what a crawl leaves in the folder."""
    for file in ("2026/11/01/_day.jsonl", ".newsarchive/lock", "_raw/2026/11/28-1.warc.gz", "README.md", "crawl.log"):
        path = one.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return one


def test_what_is_begun_is_open_at_the_next_start_newest_first(state: Path) -> None:
    folders = SliceFolders(state)
    begun = [folders.begin(OCTOBER), folders.begin(NOVEMBER)]
    assert SliceFolders(state).open_slices() == begun[::-1]
    assert SliceFolders(state).done(("1686",)) == set()


def test_what_is_merged_is_done_but_for_days_that_were_not_over(state: Path) -> None:
    folders = SliceFolders(state)
    folders.merged(crawled(folders.begin(NOVEMBER)), TODAY)
    later = SliceFolders(state)
    assert later.done(("1686",)) == later.done(("2509", "1686")) == set(NOVEMBER.days) - {TODAY}
    assert later.done(("1687",)) == set()
    assert later.open_slices() == []


@pytest.mark.parametrize("is_later", [False, True])
def test_merged_folder_is_removed_also_after_a_kill(state: Path, *, is_later: bool) -> None:
    folders = SliceFolders(state)
    one, other = crawled(folders.begin(NOVEMBER)), crawled(folders.begin(OCTOBER))
    folders.merged(one, TODAY)
    if is_later:  # killed when half of it was removed
        (one.folder / "2026/11/01/_day.jsonl").unlink()
        folders = SliceFolders(state)
    assert folders.sweep() == []
    assert not one.folder.exists()
    assert other.folder.exists()


def test_folder_that_was_emptied_but_for_itself_goes(state: Path) -> None:
    folders = SliceFolders(state)
    one = folders.begin(NOVEMBER)
    folders.merged(one, TODAY)
    (one.folder / MARK_NAME).unlink()
    assert folders.sweep() == []
    assert not one.folder.exists()


@pytest.mark.parametrize("file", ["notes.txt", "My pictures/x.jpg"])
def test_folder_with_something_of_somebody_else_stays_and_is_told(state: Path, file: str) -> None:
    folders = SliceFolders(state)
    one = crawled(folders.begin(NOVEMBER))
    (one.folder / file).parent.mkdir(exist_ok=True)
    (one.folder / file).write_bytes(b"mine")
    folders.merged(one, TODAY)
    assert folders.sweep() == SliceFolders(state).sweep() == [one.folder]
    assert (one.folder / file).read_bytes() == b"mine"
    assert (one.folder / "2026/11/01/_day.jsonl").exists()


@pytest.mark.parametrize("mark", [b"", b"{}", b'{"begun":"2026-11-01_2026-11-07_00000000"}'])
def test_folder_without_its_own_mark_is_neither_crawled_into_nor_removed(state: Path, mark: bytes) -> None:
    folders = SliceFolders(state)
    one = crawled(folders.begin(NOVEMBER))
    (one.folder / MARK_NAME).write_bytes(mark)
    assert SliceFolders(state).open_slices() == []
    folders.merged(one, TODAY)
    assert SliceFolders(state).sweep() == [one.folder]
    assert one.folder.exists()


def test_link_in_place_of_a_folder_is_not_followed(state: Path, tmp_path: Path) -> None:
    folders = SliceFolders(state)
    one = crawled(folders.begin(NOVEMBER))
    one.folder.rename(tmp_path / "elsewhere")
    one.folder.symlink_to(tmp_path / "elsewhere")
    folders.merged(one, TODAY)
    folders.sweep()
    assert (tmp_path / "elsewhere" / "README.md").exists()


def test_torn_or_foreign_lines_are_passed_over_and_the_next_is_whole(state: Path) -> None:
    folders = SliceFolders(state)
    one = folders.begin(OCTOBER)
    with (state / "backfill" / NOTES_NAME).open("ab") as notes:
        notes.write(b'[]\n{"begun":"../../x","channels":[]}\n{"merged":5}\n\xff\n{"merged":"2026-1')
    later = SliceFolders(state)
    assert later.open_slices() == [one]
    later.merged(one, TODAY)
    assert SliceFolders(state).open_slices() == []
