from __future__ import annotations

import os
from pathlib import Path

import pytest

from newsarchive.errors import ArchiveNotWritable, UsageError
from newsarchive.reading.export.place import begins_with, check_out, part_of, room_beside, whole_file, whole_folder
from tests.reading import shelves


def test_a_file_appears_when_it_is_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with whole_file(out) as part:
        part.write_text("new")
        assert not out.exists()
    assert (out.read_text(), shelves.names(tmp_path)) == ("new", ["out"])


def test_a_failure_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("old")
    with pytest.raises(ArchiveNotWritable, match=r"out cannot be written: the disk is full"):
        _fail(out)
    assert (out.read_text(), shelves.names(tmp_path)) == ("old", ["out"])


def _fail(out: Path) -> None:
    with whole_file(out, begins_with(b"old")) as part:
        part.write_text("half")
        raise OSError(28, "No space left on device")


def test_what_a_kill_left_beside_is_taken_away(tmp_path: Path) -> None:
    out = tmp_path / "out"
    part_of(out).mkdir()
    (part_of(out) / "half").touch()
    with whole_file(out) as part:
        part.write_text("new")
    assert shelves.names(tmp_path) == ["out"]


def test_a_folder_replaces_an_earlier_export_of_its_kind(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for name in ("first", "second"):
        with whole_folder(out, "site") as part:
            (part / name).touch()
    assert (shelves.names(out), shelves.names(tmp_path)) == ([".newsarchive-export", "second"], ["out"])


@pytest.mark.parametrize("name", ["CNAME", "first"])
def test_a_folder_with_a_persons_file_stays(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    with whole_folder(out, "site") as part:
        (part / "first").touch()
    (out / name).write_text("mine")
    before = shelves.footprint(out)
    with pytest.raises(UsageError, match=f"{name} was put there or changed"), whole_folder(out, "site"):
        pass
    assert (shelves.footprint(out), shelves.names(tmp_path)) == (before, ["out"])


def test_what_a_person_puts_there_during_an_export_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with whole_folder(out, "site") as part:
        (part / "first").touch()
    with pytest.raises(UsageError, match="CNAME was put there"), whole_folder(out, "site"):
        (out / "CNAME").write_text("mine")
    assert (out / "CNAME").read_text() == "mine"


def test_two_exports_to_one_place_do_not_meet(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with whole_file(out) as part:
        part.write_text("first")
        with pytest.raises(UsageError, match="another export"), whole_file(out):
            pass
    assert (out.read_text(), shelves.names(tmp_path)) == ("first", ["out"])


@pytest.mark.parametrize("foreign", ["photo.jpg", ".newsarchive-export"])
def test_a_folder_of_something_else_stays(tmp_path: Path, foreign: str) -> None:
    (tmp_path / foreign).write_text("parquet\n")
    with pytest.raises(UsageError, match="not an earlier export of site"), whole_folder(tmp_path, "site"):
        pass
    assert shelves.names(tmp_path) == [foreign]


def test_a_file_for_a_folder_and_a_folder_for_a_file_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError), whole_folder(tmp_path / "file", "site"):
        pass
    for out in (tmp_path, Path(os.devnull)):
        with pytest.raises(UsageError, match="is no file, and stays"), whole_file(out):
            pass


@pytest.mark.parametrize("inside", [".", "out", "2026/out", "../archive/out", "link/out", ".."])
def test_nothing_is_exported_into_the_archive_or_around_it(tmp_path: Path, inside: str) -> None:
    root = tmp_path / "archive"
    (root / "2026").mkdir(parents=True)
    (root / "link").symlink_to(root)
    with pytest.raises(UsageError, match="within the archive"):
        check_out(root / inside, root)


def test_a_place_in_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    with pytest.raises(UsageError, match="is no folder; make it"):
        check_out(tmp_path / "none" / "out", tmp_path / "archive")
    assert check_out(tmp_path / "out", tmp_path / "archive") == tmp_path / "out"


def test_nothing_is_left_of_the_room_beside_an_export(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with room_beside(out) as killed:
        pass
    killed.mkdir()
    (killed / "half").touch()
    with room_beside(out) as room:
        assert shelves.names(room) == []
        (room / "records").touch()
    assert shelves.names(tmp_path) == []


def test_a_full_disk_in_the_room_beside_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(ArchiveNotWritable, match=r"out cannot be written: the disk is full"),
        room_beside(tmp_path / "out"),
    ):
        raise OSError(28, "No space left on device")
    assert shelves.names(tmp_path) == []


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArchiveNotWritable, match="too long"), whole_file(tmp_path / ("x" * 300)):
        pass
