"""A rehearsal empties its folder of what rehearsals made, and of nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from newsarchive.cli.rehearsal_folder import LOG, MARKER, emptied
from newsarchive.errors import UsageError
from tests.cli.cli_process import newsarchive

LINKS = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a rehearsal that has ended."""
    home = tmp_path_factory.mktemp("rehearsed")
    assert newsarchive("rehearse", "--articles", "6", "--days", "1", cwd=home).returncode == 0
    return home / "rehearsal-archive"


def copy_of(folder: Path, place: Path) -> Path:
    for file in folder.rglob("*"):
        if file.is_file():
            target = place / file.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    return place


def an_article(folder: Path) -> Path:
    return next(folder.glob("2*/*/*/*.md"))


def test_what_a_rehearsal_made_goes(rehearsed: Path, tmp_path: Path):
    folder = copy_of(rehearsed, tmp_path / "trial")
    (folder / LOG).touch()
    (folder / "2026").mkdir(exist_ok=True)
    assert [entry.name for entry in emptied(folder).iterdir()] == [MARKER]


def edit(folder: Path) -> Path:
    with an_article(folder).open("a", encoding="utf-8") as file:
        file.write("a note of mine")
    return an_article(folder)


def note_beside(folder: Path) -> Path:
    return an_article(folder).with_name("note.md")


def letter(folder: Path) -> Path:
    return folder / "letter.txt"


def named_like_a_journal(folder: Path) -> Path:
    return folder / "notes" / "_day.jsonl"


def named_like_raw_records(folder: Path) -> Path:
    return folder / "_raw" / "2026" / "11" / "23-99.warc.gz"


def in_a_folder_named_like_state(folder: Path) -> Path:
    return folder / "notes" / ".newsarchive" / "thesis.txt"


@pytest.mark.parametrize(
    "own", [edit, note_beside, letter, named_like_a_journal, named_like_raw_records, in_a_folder_named_like_state]
)
def test_a_persons_own_file_keeps_the_folder_as_it_is(rehearsed: Path, tmp_path: Path, own: Callable[[Path], Path]):
    folder = copy_of(rehearsed, tmp_path / "trial")
    file = own(folder)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("mine")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match=f"{file.name} that no rehearsal made"):
        emptied(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@LINKS
@pytest.mark.parametrize("is_folder", [True, False])
def test_a_link_is_nothing_that_a_rehearsal_made(tmp_path: Path, is_folder: bool):
    folder, outside = emptied(tmp_path / "trial"), tmp_path / "outside"
    outside.mkdir() if is_folder else outside.write_text("mine")
    (folder / "link").symlink_to(outside)
    with pytest.raises(UsageError, match="link that no rehearsal made"):
        emptied(folder)
    assert outside.exists()


def test_a_folder_without_the_mark_of_a_rehearsal_is_left_alone(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(UsageError, match="no rehearsal made"):
        emptied(tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "mine"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="no rehearsal made"):
        emptied(tmp_path / "file")
