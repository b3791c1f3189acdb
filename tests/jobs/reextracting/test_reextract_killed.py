"""A re-extraction that is killed at each of its writes, begun again each time, ends as one that nobody disturbed."""

from __future__ import annotations

import shutil
import sys
from itertools import count
from pathlib import Path

import pytest

from newsarchive.archive.format import journal, paths
from newsarchive.errors import ArchiveNotWritable
from newsarchive.jobs.verify import FULL, verify
from newsarchive.sina.page import boilerplate
from tests.archive.making import begin_script, tree
from tests.failing_disk import FOR_GOOD, FailingDisk, Failure
from tests.jobs.reextracting.shelf import DAY, NEXT_DAY, NOTICE, Shelf, page, with_notice_dropped

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="a kill is one of Unix")]

KILLED = 9
DIE = """
import os, sys
from pathlib import Path
from newsarchive.archive.record import files
from newsarchive.sina.page import boilerplate
from tests.jobs.reextracting.shelf import Shelf, with_notice_dropped

left = int(sys.argv[2])

def dying(write):
    def call(*args, **kwargs):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return write(*args, **kwargs)
    return call

for name in ("append_synced", "write_part", "rename"):
    setattr(files, name, dying(getattr(files, name)))
boilerplate.RULES = with_notice_dropped()
Shelf(Path(sys.argv[1])).reextract()
"""


def articles(root: Path) -> dict[str, bytes]:
    return {file: data for file, data in tree(root).items() if file.endswith(".md")}


def test_killed_anywhere_and_run_again_it_ends_as_undisturbed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, undisturbed = Shelf(tmp_path / "a"), Shelf(tmp_path / "b")
    shelf.keep_pages({1: page(1, NOTICE, "卖出两万只。"), 2: page(2)})
    shelf.revise(1, page(1, NOTICE, "卖出三万只。"))
    shelf.keep_pages({3: page(3, NOTICE)}, NEXT_DAY)
    shutil.copytree(shelf.root, undisturbed.root)
    kills = 0
    for step in count():
        with begin_script(DIE, shelf.root, step) as process:
            process.communicate(timeout=60)
        if process.returncode == 0:
            break
        assert process.returncode == KILLED
        kills += 1
    monkeypatch.setattr(boilerplate, "RULES", with_notice_dropped())
    undisturbed.reextract()
    assert kills > 5
    assert articles(shelf.root) == articles(undisturbed.root)
    assert verify(shelf.root, FULL, {}, lambda *_: None).findings == []
    assert [state.line.get("kind") for state in shelf.history(1).states] == [
        None,
        "reextracted",
        "figure",
        "reextracted",
    ]


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs gcc to put itself before system calls")
def test_what_a_kill_left_waiting_stays_where_it_cannot_be_read(tmp_path: Path) -> None:
    """It may be the only copy of a state: the file that it comes from may have its new content already."""
    shelf, disk = Shelf(tmp_path / "a"), FailingDisk(tmp_path)
    shelf.keep_pages({1: page(1, NOTICE)})
    for step in count():
        shutil.rmtree(tmp_path / "b", ignore_errors=True)
        shutil.copytree(shelf.root, tmp_path / "b")
        with begin_script(DIE, tmp_path / "b", step) as process:
            process.communicate(timeout=60)
        assert process.returncode == KILLED
        waiting = [path for path in (tmp_path / "b").rglob(".*.part") if "_revisions" in path.parts]
        if waiting and len(list(journal.read_objects(paths.journal_path(tmp_path / "b", DAY)))) > len(shelf.lines()):
            break
    command = [sys.executable, "-c", OPEN, str(tmp_path / "b")]
    failed = disk.run(command, waiting[0], Failure("read", "EIO", 1, FOR_GOOD))
    assert (failed.returncode, waiting[0].exists()) == (ArchiveNotWritable.exit_code, True), failed.stderr
    assert disk.run(command, waiting[0], Failure("read", "EIO", 0)).returncode == 0
    assert verify(tmp_path / "b", FULL, {}, lambda *_: None).findings == []


OPEN = """
import sys
from pathlib import Path
from newsarchive.archive.record.store import Archive
from newsarchive.errors import ArchiveError
try:
    Archive.open(Path(sys.argv[1]), "clean").close()
except ArchiveError as error:
    sys.exit(error.exit_code)
"""
