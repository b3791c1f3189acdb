import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from newsarchive.archive.record import files
from newsarchive.archive.record.files import (
    append_synced,
    check_writable,
    cut,
    discard,
    make_folder,
    part_path,
    sync_folder,
    write_whole,
)
from newsarchive.errors import ArchiveNotWritable

PROJECT = Path(__file__).parents[2]
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
needs_unix = pytest.mark.skipif(os.name == "nt", reason="signals and resource limits of Unix")


def python(code: str, *args: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, args)]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_file_is_written_whole_and_its_part_is_gone(tmp_path):
    write_whole(tmp_path / "a.md", b"new", part_path(tmp_path, "x"))
    assert (tmp_path / "a.md").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


def test_a_part_is_hidden_and_no_markdown(tmp_path):
    assert part_path(tmp_path, "nitmeav9622448") == tmp_path / ".nitmeav9622448.part"


def test_a_left_part_is_written_over(tmp_path):
    part_path(tmp_path, "x").write_bytes(b"the longer rest of a killed run")
    write_whole(tmp_path / "a.md", b"new", part_path(tmp_path, "x"))
    assert (tmp_path / "a.md").read_bytes() == b"new"


@needs_full
def test_a_full_disk_is_named_and_the_old_file_stays(tmp_path):
    (tmp_path / "a.md").write_bytes(b"old")
    part = part_path(tmp_path, "x")
    part.symlink_to(FULL)
    with pytest.raises(
        ArchiveNotWritable, match=r"a\.md cannot be written: the disk is full .*free some space"
    ) as told:
        write_whole(tmp_path / "a.md", b"new", part)
    assert isinstance(told.value.__cause__, OSError)
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]
    assert (tmp_path / "a.md").read_bytes() == b"old"


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path):
    (tmp_path / "a.md").mkdir()
    with pytest.raises(ArchiveNotWritable, match=r"a\.md cannot be written"):
        write_whole(tmp_path / "a.md", b"new", part_path(tmp_path, "x"))
    assert not part_path(tmp_path, "x").exists()


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ArchiveNotWritable, match="its folder does not exist"):
        write_whole(tmp_path / "gone" / "a.md", b"new", part_path(tmp_path / "gone", "x"))


@needs_unix
def test_a_kill_while_writing_leaves_a_whole_file(tmp_path):
    code = """
import sys; from pathlib import Path; from newsarchive.archive.record.files import part_path, write_whole
folder = Path(sys.argv[1])
write_whole(folder / "a.md", b"0" * 300_000, part_path(folder, "x")); print("first", flush=True)
while True:
    for digit in b"123456789":
        write_whole(folder / "a.md", bytes([digit]) * 300_000, part_path(folder, "x"))
"""
    for pause in (0.0, 0.02, 0.05):
        with python(code, tmp_path) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(pause)
            child.send_signal(signal.SIGKILL)
        data = (tmp_path / "a.md").read_bytes()
        assert len(data) == 300_000
        assert len(set(data)) == 1


@pytest.mark.parametrize("has_links", [True, False])
def test_a_new_name_is_given_once(tmp_path, monkeypatch, has_links):
    if not has_links:
        monkeypatch.setattr("os.link", _no_links)
    for number, is_named in ((1, True), (2, False)):
        part = tmp_path / f"{number}.part"
        part.write_bytes(b"%d" % number)
        assert files.name_new(part, tmp_path / "a.md") is is_named
    assert (tmp_path / "a.md").read_bytes() == b"1"


def test_a_new_name_that_cannot_be_given_is_named(tmp_path):
    (tmp_path / "part").write_bytes(b"x")
    with pytest.raises(ArchiveNotWritable, match="gone"):
        files.name_new(tmp_path / "part", tmp_path / "gone" / "a.md")


def _no_links(*_):
    raise OSError(errno.EPERM, "this file system has none")


def test_appending_returns_the_new_size(tmp_path):
    path = tmp_path / "_day.jsonl"
    assert [append_synced(path, b"one\n"), append_synced(path, b"three\n")] == [4, 10]
    assert path.read_bytes() == b"one\nthree\n"


@needs_unix
def test_an_append_that_fails_midway_is_taken_back(tmp_path):
    path = tmp_path / "_day.jsonl"
    path.write_bytes(b"one\n")
    code = """
import resource, sys; from pathlib import Path; from newsarchive.archive.record.files import append_synced
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
append_synced(Path(sys.argv[1]), b"x" * 5000)
"""
    with python(code, path) as child:
        _, said = child.communicate()
    assert "ArchiveNotWritable" in said
    assert "_day.jsonl cannot be written: the file would be larger than allowed" in said
    assert path.read_bytes() == b"one\n"


@needs_full
def test_appending_to_a_full_disk_is_named(tmp_path):
    (tmp_path / "_day.jsonl").symlink_to(FULL)
    with pytest.raises(ArchiveNotWritable, match="the disk is full"):
        append_synced(tmp_path / "_day.jsonl", b"one\n")


def test_cutting_keeps_the_beginning(tmp_path):
    path = tmp_path / "_day.jsonl"
    path.write_bytes(b"one\ntor")
    cut(path, 4)
    assert path.read_bytes() == b"one\n"


def test_discarding_takes_a_file_away_and_never_complains(tmp_path):
    (tmp_path / "a.part").write_bytes(b"x")
    for name in ("a.part", "a.part", "."):
        discard(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_new_folders_are_told_outermost_first(tmp_path):
    day = tmp_path / "2026" / "11" / "23"
    assert make_folder(day, tmp_path) == [tmp_path / "2026", tmp_path / "2026" / "11", day]
    assert make_folder(day, tmp_path) == []


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "2026").write_bytes(b"")
    with pytest.raises(ArchiveNotWritable, match="2026 cannot be written: a file stands where a folder is needed"):
        make_folder(tmp_path / "2026" / "11", tmp_path)


def test_a_root_that_is_gone_is_not_made_anew(tmp_path):
    with pytest.raises(ArchiveNotWritable, match="see whether the disk is mounted"):
        make_folder(tmp_path / "gone" / "2026", tmp_path / "gone")


def test_syncing_a_missing_folder_is_an_error_of_the_archive(tmp_path):
    sync_folder(tmp_path)
    with pytest.raises(ArchiveNotWritable, match="does not exist"):
        sync_folder(tmp_path / "gone")


def test_a_writable_root_is_made_and_left_empty(tmp_path):
    check_writable(tmp_path / "new" / "archive")
    assert list((tmp_path / "new" / "archive").iterdir()) == []


@pytest.mark.parametrize("below", ["", "archive"])
def test_a_root_that_is_or_lies_below_a_file_is_refused(tmp_path, below):
    (tmp_path / "file").write_bytes(b"keep")
    with pytest.raises(ArchiveNotWritable, match=r"a file stands where a folder is needed.*another ARCHIVE_DIR"):
        check_writable(tmp_path / "file" / below)
    assert (tmp_path / "file").read_bytes() == b"keep"


@needs_unix
def test_a_root_on_a_full_disk_is_refused(tmp_path):
    code = """
import resource, sys; from pathlib import Path; from newsarchive.archive.record.files import check_writable
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
check_writable(Path(sys.argv[1]))
"""
    with python(code, tmp_path) as child:
        _, said = child.communicate()
    assert "larger than allowed" in said
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_a_reader_holds_is_replaced_once_it_is_let_go():
    refusals = [PermissionError(), PermissionError()]

    def replace() -> None:
        if refusals:
            raise refusals.pop()

    files._patiently(replace, seconds=60)
    assert refusals == []


def test_a_file_that_a_reader_never_lets_go_is_given_up():
    def replace() -> None:
        raise PermissionError

    with pytest.raises(PermissionError):
        files._patiently(replace, seconds=0.1)
