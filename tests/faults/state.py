"""What happens to the archive between two runs: to catalogue, journals, files."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

from newsarchive.archive.format.journal import encode, link_of
from newsarchive.archive.record.damage import accept
from tests.conftest import Run, tree
from tests.faults.scene import AtPage, Stage, completes, faults_of, is_right, options, until_articles_are_there

ARTICLES = 12
IN_THE_MIDST = 8
"""The page that is asked for when it happens."""
EXIT_DAMAGED = 8
CATALOGUE = ".newsarchive/catalogue.sqlite"


def _between_two_runs(stage: Stage, befall: Callable[[Path], object], *second: str) -> Run:
    """Apply ``befall`` to a whole archive, crawl, and check that no article was asked for or changed."""
    crawl = stage.settled()
    asked, before = len(crawl.pages_asked()), tree(crawl.root)
    befall(crawl.root)
    told = crawl(*second)
    assert (len(crawl.pages_asked()), tree(crawl.root)) == (asked, before)
    return told


def _journal(root: Path) -> Path:
    """That of a day of several articles."""
    return max(root.glob("*/*/*/_day.jsonl"), key=lambda path: path.stat().st_size)


def catalogue_damaged(stage: Stage) -> Run:
    def damage(root: Path) -> None:
        data = bytearray((root / CATALOGUE).read_bytes())
        data[4096 : len(data) // 2] = b"\xff" * (len(data) // 2 - 4096)
        (root / CATALOGUE).write_bytes(data)

    return _between_two_runs(stage, damage)


def catalogue_damaged_in_mid_run(stage: Stage) -> Run:
    def damage() -> None:
        catalogue = stage.folder / "archive" / CATALOGUE
        for path in (catalogue, catalogue.with_name(f"{catalogue.name}-wal")):
            with path.open("r+b") as file:
                file.seek(4096)
                file.write(b"\xff" * (path.stat().st_size - 4096))

    # So many that the run has to read what was damaged; what it still holds in memory is enough for some twenty.
    crawl = stage.begin(AtPage(IN_THE_MIDST, damage), articles=ARTICLES * 8)
    told = crawl()
    completes(crawl)
    return told


def catalogue_missing(stage: Stage) -> Run:
    return _between_two_runs(stage, lambda root: shutil.rmtree(root / ".newsarchive"))


def catalogue_ahead(stage: Stage) -> Run:
    """A journal put back from a copy: the catalogue knows of lines that are not there any more."""
    crawl = stage.settled()
    _cut(crawl.root, lambda lines: lines[: len(lines) // 2])
    told = crawl()
    is_right(crawl)
    return told


def catalogue_behind(stage: Stage) -> Run:
    """The catalogue put back from a copy: the journals go on where it ends."""
    crawl = stage.begin(articles=ARTICLES)
    crawl("-a", "limit=3")
    state, copy = crawl.root / ".newsarchive", stage.folder / "copy"
    shutil.copytree(state, copy)
    assert crawl().exit_code == 0
    asked = len(crawl.pages_asked())
    shutil.rmtree(state)
    shutil.copytree(copy, state)
    told = crawl()
    assert len(crawl.pages_asked()) == asked
    is_right(crawl)
    return told


def catalogue_of_nobody(stage: Stage) -> Run:
    """Somebody wrote into it by hand."""

    def write(root: Path) -> None:
        with sqlite3.connect(root / CATALOGUE) as db:
            db.execute("DELETE FROM documents")
        db.close()

    return _between_two_runs(stage, write)


def journal_torn(stage: Stage) -> Run:
    """Power was lost within a line."""

    def tear(root: Path) -> None:
        with _journal(root).open("ab") as file:
            file.write(b'{"at":"2026-11-24T10:00:00+08:00","run":"x","event":"off')

    return _between_two_runs(stage, tear)


def journal_truncated(stage: Stage) -> Run:
    """The disk lost its end, in the midst of a line; the files that it spoke of are there."""
    crawl = stage.settled()
    _cut(crawl.root, lambda lines: [*lines[:-3], lines[-3][:40]])
    told = crawl()
    is_right(crawl)
    return told


def _cut(root: Path, rest: Callable[[list[bytes]], list[bytes]]) -> None:
    journal = _journal(root)
    journal.write_bytes(b"".join(rest(journal.read_bytes().splitlines(keepends=True))))


def day_deleted(stage: Stage) -> Run:
    """With its journal: its articles are fetched again, as far as Sina still lists them."""
    crawl = stage.settled()
    shutil.rmtree(_journal(crawl.root).parent)
    assert crawl().exit_code == EXIT_DAMAGED
    told = crawl()
    is_right(crawl)
    return told


def copy_restored_without_state(stage: Stage) -> Run:
    """A copy made beside a run: its files are newer than its journal. Each is adopted, none is removed."""
    crawl = stage.settled()
    before = tree(crawl.root)
    shutil.rmtree(crawl.root / ".newsarchive")
    _cut(crawl.root, lambda lines: lines[: len(lines) // 2])
    told = crawl()
    assert tree(crawl.root) == before
    assert [event for event in crawl.events("kept") if event.get("adopted")]
    is_right(crawl)
    return told


def journal_altered(stage: Stage) -> Run:
    """One byte: each run tells it, until a person accepts it."""
    crawl = stage.settled()
    before = tree(crawl.root)
    _cut(crawl.root, lambda lines: [lines[0], lines[1].replace(b"offered", b"Offered"), *lines[2:]])
    shutil.rmtree(crawl.root / ".newsarchive")
    assert crawl().exit_code == EXIT_DAMAGED
    told = crawl()
    assert tree(crawl.root) == before
    accept(crawl.root, "clean", crawl.sina.now)
    assert crawl().exit_code == 0
    return told


def journal_with_a_foreign_line(stage: Stage) -> Run:
    """A linked line with an event of a later version of the program."""

    def write(root: Path) -> None:
        path = _journal(root)
        last = path.read_bytes().splitlines()[-1]
        with path.open("ab") as file:
            file.write(encode({**json.loads(last), "event": "checked"}, link_of(last)))

    return _between_two_runs(stage, write)


def journal_with_a_line_by_hand(stage: Stage) -> Run:
    """One that is no JSON and not linked to the line before."""

    def write(root: Path) -> None:
        with _journal(root).open("ab") as file:
            file.write(b"this line was written by hand\n")

    return _between_two_runs(stage, write)


def run_report_unreadable(stage: Stage) -> Run:
    """A folder stands where this month's reports are kept."""

    def befall(root: Path) -> None:
        for file in (root / ".newsarchive" / "runs").iterdir():
            file.unlink()
            file.mkdir()

    return _between_two_runs(stage, befall)


def file_deleted_by_hand(stage: Stage) -> Run:
    """It is told, and not asked for again: what people do to their files is their business; ``gaps --fill`` fetches it."""
    crawl = stage.settled()
    asked, (first, *others) = len(crawl.pages_asked()), crawl.articles()
    first.unlink()
    told = crawl()
    assert (len(crawl.pages_asked()), crawl.articles()) == (asked, others)
    healed = crawl("-s", "DISCOVER_GAPS_ONLY=1")
    assert (healed.exit_code, crawl.articles()) == (0, [first, *others])
    is_right(crawl)
    return told


def file_altered_by_hand(stage: Stage) -> Run:
    """It stays as it is; asked for by its address, the article is kept beside it."""
    crawl = stage.settled()
    first = crawl.articles()[0]
    first.write_text("my remarks", "utf-8")
    (kept,) = (event for event in crawl.events("kept") if crawl.root / event["file"] == first)
    urls = [event["url"] for event in crawl.events("offered") if event["docid"] == kept["docid"]]
    told = crawl()
    assert crawl("-a", f"url={urls[-1]}").exit_code == 0
    assert first.read_text("utf-8") == "my remarks"
    anew = [event for event in crawl.events("kept") if event["docid"] == kept["docid"]][-1]
    assert (anew["sha256"], anew["file"] != kept["file"]) == (kept["sha256"], True)
    return told


def killed(stage: Stage) -> Run:
    """SIGKILL, as by a power cut or the kernel short of memory; the run after it tells."""
    crawl = stage.begin(articles=40)
    process = crawl.start("-s", "DOWNLOAD_DELAY=0.5")
    until_articles_are_there(crawl)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    told = crawl()
    is_right(crawl)
    return told


def clock_jumps_ahead_and_back(stage: Stage) -> Run:
    """The clock is 100 days ahead in one run and right in the next, as without a battery: nothing is fetched twice."""
    crawl = stage.settled()
    asked, before = len(crawl.pages_asked()), tree(crawl.root)
    ahead = crawl(*options(CLOCK_OFFSET_SECONDS=86_400 * 100, DISCOVER_STALE_HOURS=0))
    assert ahead.exit_code == 0, ahead.stderr
    told = crawl()
    assert (len(crawl.pages_asked()), tree(crawl.root)) == (asked, before)
    return told


FAULTS = faults_of(
    {
        catalogue_damaged: (0, "The catalogue is rebuilt from the journals"),
        catalogue_damaged_in_mid_run: (8, "run again: it is rebuilt from the journals"),
        catalogue_missing: (0, ""),
        catalogue_ahead: (8, "has lost lines that stood there from line"),
        catalogue_behind: (0, ""),
        catalogue_of_nobody: (0, "The catalogue is rebuilt from the journals"),
        journal_torn: (0, "a torn last line was cut off"),
        journal_truncated: (8, "has lost lines that stood there from line"),
        day_deleted: (8, "_day.jsonl is gone"),
        copy_restored_without_state: (0, ""),
        journal_altered: (8, "line 3 is not linked to the line before it"),
        journal_with_a_foreign_line: (0, ""),
        journal_with_a_line_by_hand: (8, "is not linked to the line before it"),
        run_report_unreadable: (7, "the run report is not kept"),
        file_deleted_by_hand: (0, "1 missing, the first"),
        file_altered_by_hand: (0, "1 altered, the first"),
        killed: (0, ""),
        clock_jumps_ahead_and_back: (0, ""),
    }
)
