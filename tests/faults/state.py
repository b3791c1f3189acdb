"""What befalls the archive between two runs: catalogue, journals, files."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

from newsarchive.archive.journal import encode, link_of
from tests.conftest import Run, tree
from tests.faults.scene import Stage, faults_of, is_right, options, until_articles_are_there

ARTICLES = 12
CATALOGUE = ".newsarchive/catalogue.sqlite"


def _between_two_runs(stage: Stage, befall: Callable[[Path], object], *second: str) -> Run:
    """``befall`` a whole archive, and crawl: it asks for no article, and all is as it was."""
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


def journal_with_a_foreign_line(stage: Stage) -> Run:
    """One that is well linked, and of an event that nobody knows: of a later version of ours."""

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
    """It is not asked for again: what people do to their files is their business, and for verify to name."""
    crawl = stage.settled()
    asked, (first, *others) = len(crawl.pages_asked()), crawl.articles()
    first.unlink()
    told = crawl()
    assert (len(crawl.pages_asked()), crawl.articles()) == (asked, others)
    return told


def killed(stage: Stage) -> Run:
    """SIGKILL, as by a power cut or the kernel short of memory; the run after it tells."""
    crawl = stage.begin(articles=40)
    process = crawl.start("-s", "DOWNLOAD_DELAY=0.03")
    until_articles_are_there(crawl)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    told = crawl()
    is_right(crawl)
    return told


def clock_jumps_ahead_and_back(stage: Stage) -> Run:
    """A season ahead in one run, as without a battery, and back in the next: nothing is asked twice."""
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
        catalogue_missing: (0, ""),
        catalogue_ahead: (0, "is not as we left it; it is read anew"),
        catalogue_behind: (0, ""),
        catalogue_of_nobody: (0, "The catalogue is rebuilt from the journals"),
        journal_torn: (0, "a torn last line was cut off"),
        journal_truncated: (0, "is not as we left it; it is read anew"),
        journal_with_a_foreign_line: (0, ""),
        journal_with_a_line_by_hand: (0, "is not linked to the one before it"),
        run_report_unreadable: (7, "the run report is not kept"),
        file_deleted_by_hand: (0, ""),
        killed: (0, ""),
        clock_jumps_ahead_and_back: (0, ""),
    }
)
