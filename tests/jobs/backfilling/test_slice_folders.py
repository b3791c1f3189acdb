"""What is written down of slices, what a kill leaves of it, and that nothing is removed that is not a slice's."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from newsarchive.jobs.backfilling.clearing import MARK_NAME
from newsarchive.jobs.backfilling.slice_folders import NOTES_NAME, OpenSlice, SliceFolders
from newsarchive.jobs.backfilling.slices import Slice
from tests.jobs.reextracting.shelf import Shelf, page

OCTOBER = Slice(date(2026, 10, 1), date(2026, 10, 31), ("1686", "2509"))
NOVEMBER = Slice(date(2026, 11, 1), date(2026, 11, 7), ("1686", "2509"))
TODAY = date(2026, 11, 7)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / ".newsarchive").mkdir()
    return tmp_path / ".newsarchive"


def crawled(one: OpenSlice) -> OpenSlice:
    """With what a crawl leaves in the folder: articles, an earlier state, raw records, state and log."""
    shelf = Shelf(one.folder)
    shelf.keep(1, 2)
    shelf.revise(1, page(1, "又折出一千只纸船。"))
    shelf.fail(3, b"<html></html>")
    one.log.write_bytes(b"")
    one.log.with_suffix(".out").write_bytes(b"{}")
    return one


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


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


def test_merged_folder_is_removed(state: Path) -> None:
    folders = SliceFolders(state)
    one, other = crawled(folders.begin(NOVEMBER)), crawled(folders.begin(OCTOBER))
    folders.merged(one, TODAY)
    assert folders.sweep() == []
    assert not one.folder.exists()
    assert other.folder.exists()


def test_merged_folder_is_removed_also_after_a_kill_at_any_file(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = SliceFolders(state)
    one = crawled(folders.begin(NOVEMBER))
    folders.merged(one, TODAY)
    shutil.copytree(state, tmp_path / "kept")
    unlink = Path.unlink
    for number in range(len(files_in(one.folder))):
        shutil.rmtree(state)
        shutil.copytree(tmp_path / "kept", state)
        left = iter(range(number))

        def killed(path: Path, *, missing_ok: bool = False) -> None:
            if path.is_relative_to(one.folder) and next(left, None) is None:  # noqa: B023
                raise KeyboardInterrupt
            unlink(path, missing_ok)

        begun = SliceFolders(state)
        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", killed)
            with pytest.raises(KeyboardInterrupt):
                begun.sweep()
        assert one.folder.exists()
        assert SliceFolders(state).sweep() == []
        assert not one.folder.exists()


def test_folder_that_was_emptied_but_for_itself_goes(state: Path) -> None:
    folders = SliceFolders(state)
    one = folders.begin(NOVEMBER)
    folders.merged(one, TODAY)
    (one.folder / MARK_NAME).unlink()
    assert folders.sweep() == []
    assert not one.folder.exists()


@pytest.mark.parametrize(
    "file",
    [
        "notes.txt",
        "My pictures/x.jpg",
        "2026/notes.txt",
        "2026/11/23/notes.md",
        "_raw/2026/11/23-7.warc.gz",
        "_raw/notes.txt",
        f"_media/ab/{'ab' * 32}.jpg",
        ".newsarchive/notes.txt",
        "README.md",
    ],
)
def test_something_of_somebody_else_stays_and_is_told_and_the_rest_goes(state: Path, file: str) -> None:
    folders = SliceFolders(state)
    one = crawled(folders.begin(NOVEMBER))
    (one.folder / file).parent.mkdir(parents=True, exist_ok=True)
    (one.folder / file).write_bytes(b"mine")
    folders.merged(one, TODAY)
    assert folders.sweep() == SliceFolders(state).sweep() == [(one.folder, [file])]
    assert (one.folder / file).read_bytes() == b"mine"
    assert files_in(one.folder) == {file, MARK_NAME}
    (one.folder / file).unlink()
    assert SliceFolders(state).sweep() == []
    assert not one.folder.exists()


def test_an_article_that_somebody_altered_stays_and_so_does_a_journal(state: Path) -> None:
    folders = SliceFolders(state)
    one = crawled(folders.begin(NOVEMBER))
    article, journal = next(one.folder.glob("2026/*/*/*.md")), next(one.folder.glob("2026/*/*/_day.jsonl"))
    article.write_bytes(article.read_bytes() + b"my notes")
    journal.write_bytes(journal.read_bytes().replace(b"offered", b"0ffered", 1))
    folders.merged(one, TODAY)
    names = [path.relative_to(one.folder).as_posix() for path in (article, journal)]
    assert folders.sweep() == [(one.folder, sorted(names))]


@pytest.mark.parametrize("place", ["elsewhere", "2026/11/24"])
def test_links_in_a_merged_folder_are_neither_followed_nor_removed(state: Path, tmp_path: Path, place: str) -> None:
    folders = SliceFolders(state)
    one = crawled(folders.begin(NOVEMBER))
    shutil.copytree(one.folder / "2026/11/23", tmp_path / "mine")
    before = files_in(tmp_path / "mine")
    (one.folder / place).symlink_to(tmp_path / "mine")
    folders.merged(one, TODAY)
    assert folders.sweep() == [(one.folder, [place])]
    assert files_in(tmp_path / "mine") == before


@pytest.mark.parametrize("mark", [b"", b"{}", b'{"begun":"2026-11-01_2026-11-07_00000000"}'])
def test_folder_without_its_own_mark_is_neither_crawled_into_nor_removed(state: Path, mark: bytes) -> None:
    folders = SliceFolders(state)
    one = crawled(folders.begin(NOVEMBER))
    (one.folder / MARK_NAME).write_bytes(mark)
    assert SliceFolders(state).open_slices() == []
    folders.merged(one, TODAY)
    before = files_in(one.folder)
    assert [folder for folder, _ in SliceFolders(state).sweep()] == [one.folder]
    assert files_in(one.folder) == before


def test_link_in_place_of_a_folder_is_not_followed(state: Path, tmp_path: Path) -> None:
    folders = SliceFolders(state)
    one = crawled(folders.begin(NOVEMBER))
    one.folder.rename(tmp_path / "elsewhere")
    one.folder.symlink_to(tmp_path / "elsewhere")
    folders.merged(one, TODAY)
    folders.sweep()
    assert (tmp_path / "elsewhere" / "README.md").exists()


@pytest.mark.parametrize("file", [None, ".slice.json.part", "notes.txt"])
def test_folder_that_was_made_and_never_marked_goes_where_nothing_is_in_it(state: Path, file: str | None) -> None:
    folders = SliceFolders(state)
    one = folders.begin(NOVEMBER)
    (one.folder / MARK_NAME).unlink()
    if file:
        (one.folder / file).write_bytes(b"")
    assert SliceFolders(state).sweep() == []
    assert one.folder.exists() == (file == "notes.txt")


def test_torn_or_foreign_lines_are_passed_over_and_the_next_is_whole(state: Path) -> None:
    folders = SliceFolders(state)
    one = folders.begin(OCTOBER)
    with (state / "backfill" / NOTES_NAME).open("ab") as notes:
        notes.write(b'[]\n{"begun":"../../x","channels":[]}\n{"merged":5}\n\xff\n{"merged":"2026-1')
    later = SliceFolders(state)
    assert later.open_slices() == [one]
    later.merged(one, TODAY)
    assert SliceFolders(state).open_slices() == []
