import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from newsarchive.archive.record import takedown
from newsarchive.errors import ArchiveLocked, ArchiveNotWritable, UsageError
from newsarchive.jobs.mirroring.folder_store import FolderStore
from newsarchive.jobs.mirroring.places import store_of
from newsarchive.jobs.mirroring.store import Pace
from tests.archive.making import DAY, PATHS, article, data_of, day_folder, docid_of, fill, offer, opened, tree
from tests.archive.making_raw import gzipped
from tests.archive.record import redacting
from tests.jobs.mirroring.mirror_scene import RAW, articles, as_archive, mirrored, to_folder
from tests.jobs.verifying import edit_lines, found, journal_of, path_of, revise, revision_of, verdict

INSTANTS = 20


@pytest.fixture
def copy(root, tmp_path):
    assert to_folder(root, tmp_path / "copy").findings == []
    return tmp_path / "copy"


def grow(root):
    """Another document, another state of one, further records."""
    fill(root, offer(5, title="第5号公告"))
    revise(root, 2)
    with (root / RAW).open("ab") as file:
        file.write(b"more records")


# --- the copy is the archive -----------------------------------------------------------------------------------------


def test_the_copy_is_the_archive_without_its_state(root, copy):
    assert articles(copy) == tree(root)
    assert not (copy / ".newsarchive").exists()
    assert found(copy) == []


def test_a_second_run_puts_nothing(root, copy):
    done = to_folder(root, copy)
    assert (done.days, done.files, done.findings) == (0, 0, [])


def test_what_is_new_or_changed_goes_there_and_nothing_else(root, copy):
    grow(root)
    done = to_folder(root, copy)
    assert (done.days, done.files) == (1, 4)  # the document, the state and the one before it, the records
    assert articles(copy) == tree(root)
    assert found(copy) == []


def test_a_line_that_is_being_written_waits_for_the_next_run(root, tmp_path):
    with journal_of(root).open("ab") as journal:
        journal.write(b'{"at":')
    to_folder(root, tmp_path / "copy")
    assert journal_of(tmp_path / "copy").read_bytes() == journal_of(root).read_bytes().removesuffix(b'{"at":')


def test_files_of_the_same_bytes_come_side_by_side(tmp_path):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    with opened(root) as archive:
        for number in range(40):
            of = offer(number, title=f"第{number}号公告")
            archive.offer([of], poll="1686").result()
            archive.keep(article(of), data_of("the same") * 4000).result()
    assert to_folder(root, copy).findings == []
    assert articles(copy) == tree(root)
    assert list((copy / "_mirror").glob(".*.part")) == []


# --- at each instant -------------------------------------------------------------------------------------------------


class Watched(FolderStore):
    """Shows the copy at some of the moments between two acts."""

    at_once = 1

    def __init__(self, root, look, at):
        super().__init__(root)
        self._look, self._at, self.acts = look, at, 0

    def put(self, file, source):
        super().put(file, source)
        self._act()

    def add(self, file, source):
        is_added = super().add(file, source)
        self._act()
        return is_added

    def remove(self, file):
        super().remove(file)
        self._act()

    def _act(self):
        self.acts += 1
        if self.acts in self._at:
            self._look(self.root)


def findings_at_instants(root, copy, seen, **more):
    trial = Watched(as_archive(copy, seen.with_name("trial")), lambda _copy: None, ())
    mirrored(root, trial, **more)
    at = random.Random(7).sample(range(1, trial.acts + 1), min(INSTANTS, trial.acts))
    kinds = []
    mirrored(root, Watched(copy, lambda now: kinds.extend(found(as_archive(now, seen))), at), **more)
    assert len(at) >= min(INSTANTS, trial.acts)
    return kinds


def test_no_instant_of_a_first_mirror_has_a_finding(root, tmp_path):
    (tmp_path / "copy").mkdir()
    assert findings_at_instants(root, tmp_path / "copy", tmp_path / "seen") == []


def test_no_instant_of_a_later_mirror_has_a_finding(root, copy, tmp_path):
    grow(root)
    assert findings_at_instants(root, copy, tmp_path / "seen") == []


def test_no_instant_of_a_redaction_that_reaches_it_has_a_finding(tmp_path):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    redacting.make(root)
    to_folder(root, copy)
    redacting.take_out(root)
    assert findings_at_instants(root, copy, tmp_path / "seen", prune=True) == []


def test_what_a_killed_mirror_left_is_explained_and_a_strangers_file_is_not(root, copy, tmp_path):
    grow(root)
    seen = tmp_path / "seen"
    mirrored(root, Watched(copy, lambda now: as_archive(now, seen), (3,)))
    assert verdict(seen).explained
    (day_folder(seen) / "某人.md").write_text("mine")
    assert [kind for kind, _ in found(seen)] == ["stray"]


# --- beside a run ----------------------------------------------------------------------------------------------------


def test_beside_a_run_each_copy_is_whole(root, tmp_path):
    copy = tmp_path / "copy"

    def crawl():
        for number in range(20, 40):
            fill(root, offer(number, title=f"第{number}号快讯"))
            with (root / RAW).open("ab") as file:
                file.write(b"further records")

    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(crawl)
        while not run.done():
            assert to_folder(root, copy).findings == []
            assert found(copy) == []
        run.result()
    assert to_folder(root, copy).findings == []
    assert articles(copy) == tree(root)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="everything may be read here")
def test_a_folder_there_that_cannot_be_read_is_no_empty_one(root, copy):
    day_folder(copy).chmod(0)
    try:
        with pytest.raises(ArchiveNotWritable, match="no permission"):
            to_folder(root, copy)
    finally:
        day_folder(copy).chmod(0o755)


# --- kills -----------------------------------------------------------------------------------------------------------

SLOWLY = """
import sys
from pathlib import Path
from newsarchive.jobs.mirroring.folder_store import FolderStore
from newsarchive.jobs.mirroring.mirror import mirror
from newsarchive.jobs.mirroring.store import Pace
mirror(Path(sys.argv[1]), FolderStore(Path(sys.argv[2])), lambda *_: None, pace=Pace(20000.0))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_in_the_middle_and_run_again_it_is_whole(root, tmp_path):
    copy = tmp_path / "copy"
    for files in (1, 4, 7):
        command = [sys.executable, "-c", SLOWLY, str(root), str(copy)]
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": PATHS})
        while process.poll() is None and len(list(copy.rglob("*.md"))) < files:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert found(as_archive(copy, tmp_path / "seen")) == []
    assert to_folder(root, copy).findings == []
    assert articles(copy) == tree(root)
    assert list(copy.rglob("*.part")) == []


# --- what is not its own ---------------------------------------------------------------------------------------------


def test_a_folder_with_somebodys_files_is_refused(root, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"thesis\.txt"):
        to_folder(root, tmp_path / "home")
    assert tree(tmp_path / "home") == {"thesis.txt": b"mine"}


@pytest.mark.parametrize("place", ["inside", "around"])
def test_a_folder_in_or_around_the_archive_is_refused(root, place):
    with pytest.raises(UsageError, match="lie in one another"):
        store_of(str(root / "copy" if place == "inside" else root.parent), root)


def test_a_file_that_no_mirror_put_there_stays_and_is_told(root, copy):
    path_of(copy, 2).write_bytes(b"somebody's own words")
    day_folder(copy).joinpath("第5号公告.md").write_bytes(b"also mine")
    grow(root)
    done = to_folder(root, copy)
    assert {finding.path.rpartition("/")[2] for finding in done.findings} == {"第2号公告.md", "第5号公告.md"}
    assert path_of(copy, 2).read_bytes() == b"somebody's own words"
    assert path_of(copy, 5).read_bytes() == b"also mine"


def test_a_link_is_no_file_of_a_mirror(root, copy, tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"mine")
    path_of(copy, 5).symlink_to(tmp_path / "elsewhere")
    grow(root)
    with pytest.raises(UsageError, match="no plain file"):
        to_folder(root, copy)
    assert (tmp_path / "elsewhere").read_bytes() == b"mine"


def test_nothing_is_taken_away_that_no_redaction_took(root, copy):
    path_of(root, 1).unlink()
    (copy / "notes.txt").write_text("mine")
    before = tree(copy)
    to_folder(root, copy, prune=True)
    assert tree(copy) == before


# --- damage does not travel ------------------------------------------------------------------------------------------


def test_a_file_that_is_altered_here_does_not_go_there(root, tmp_path):
    path_of(root, 1).write_bytes(b"rot")
    done = to_folder(root, tmp_path / "copy")
    assert [finding.path for finding in done.findings] == [path_of(root, 1).relative_to(root).as_posix()]
    assert not path_of(tmp_path / "copy", 1).exists()


def test_a_journal_that_lost_lines_here_does_not_shorten_the_copy(root, copy):
    before = tree(copy)
    edit_lines(root, lambda lines: lines.pop())
    done = to_folder(root, copy)
    assert [finding.path for finding in done.findings] == [journal_of(root).relative_to(root).as_posix()]
    assert tree(copy) == before


def test_a_journal_with_a_broken_chain_stays_here(root, copy):
    before = tree(copy)
    edit_lines(root, lambda lines: lines.pop(2))
    assert [finding.kind for finding in to_folder(root, copy).findings] == ["altered"]
    assert tree(copy) == before


def test_records_that_are_not_the_beginning_of_ours_stay_there(root, copy):
    (copy / RAW).write_bytes(b"other records")
    with (root / RAW).open("ab") as file:
        file.write(b"more")
    assert [finding.path for finding in to_folder(root, copy).findings] == [RAW]
    assert (copy / RAW).read_bytes() == b"other records"


# --- a redaction reaches it ------------------------------------------------------------------------------------------


def test_a_redaction_reaches_it(tmp_path):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    redacting.make(root)
    to_folder(root, copy)
    redacting.take_out(root)
    kept = to_folder(root, copy)
    assert (len(kept.left), kept.pruned) == (3, [])  # its three states
    done = to_folder(root, copy, prune=True)
    assert (len(done.pruned), done.left) == (3, [])
    assert redacting.found_in(copy, redacting.words()) == []
    assert articles(copy) == tree(root)
    assert found(copy) == []


INFO = gzipped(b"WARC/1.1 of this very run")


@pytest.mark.parametrize("is_new", [False, True], ids=["day-was-there", "day-is-new"])
def test_records_that_a_redaction_emptied_are_replaced(tmp_path, is_new):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    redacting.make(root)
    raw = root / RAW
    raw.parent.mkdir(parents=True)
    raw.write_bytes(INFO + b"the secret")
    to_folder(root, copy)
    if is_new:  # the records went there with another day
        shutil.rmtree(day_folder(copy))
    raw.unlink()
    redacting.take_out(root)
    raw.write_bytes(INFO + b"the blanks")  # of the same length, as the archive empties them
    assert to_folder(root, copy).findings == []
    assert (copy / RAW).read_bytes() == INFO + b"the blanks"


def test_other_records_stay_there_when_a_redaction_comes(tmp_path):
    root, copy = tmp_path / "archive", tmp_path / "copy"
    redacting.make(root)
    raw = root / RAW
    raw.parent.mkdir(parents=True)
    raw.write_bytes(INFO + b"ours")
    to_folder(root, copy)
    (copy / RAW).write_bytes(b"somebody's own")
    raw.unlink()
    redacting.take_out(root)
    raw.write_bytes(INFO + b"ours and more than that")
    assert [finding.path for finding in to_folder(root, copy).findings] == [RAW]
    assert (copy / RAW).read_bytes() == b"somebody's own"


def test_it_waits_for_a_redaction_that_is_under_way(root, copy):
    (root / takedown.NAME).write_bytes(
        b'{"docid": "%s", "days": {"%s": "x"}, "reason": "r", "keep_title": false, "run": "r",'
        b' "at": "2026-11-23T12:00:00+08:00", "titles": [], "urls": [], "files": []}'
        % (docid_of(1).encode(), str(DAY).encode())
    )
    with pytest.raises(ArchiveLocked, match="redaction"):
        to_folder(root, copy)


# --- the pace --------------------------------------------------------------------------------------------------------


def test_the_pace_holds_for_all_threads_together():
    slept = []
    pace = Pace(1000.0, clock=lambda: 100.0, sleep=slept.append)
    for _ in range(3):
        pace.take(500)
    assert slept == [0.5, 1.0]


def test_without_a_limit_nothing_waits():
    Pace(None, sleep=lambda _: pytest.fail("it waited")).take(1 << 40)


def test_a_removed_revision_is_put_again(root, copy):
    shutil.rmtree(revision_of(copy).parent)
    grow(root)
    assert to_folder(root, copy).findings == []
    assert revision_of(copy).read_bytes() == revision_of(root).read_bytes()
