"""After a kill: what was written since the last clean end is compared with the journals, and nothing else is read."""

import os
import signal
import sqlite3
from contextlib import closing

import pytest

from newsarchive.archive.format.profiles import CLEAN
from newsarchive.archive.index import check
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.check import check_since_clean_end
from tests.archive.making import NEXT_DAY, begin_script, catalogue_path, docid_of, fill, offer, opened, tables

KILLED = """
import os, sys
from pathlib import Path
from tests.archive.making import *
archive = Archive.open(Path(sys.argv[1]), "clean", Clock())
archive.offer([offer(number, day=NEXT_DAY) for number in range(100, 110)]).result()
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def killed(tmp_path, monkeypatch):
    """One of which a run that ended wrote the first day, and a killed one the second; too large to be read through."""
    monkeypatch.setattr(check, "SMALL_BYTES", 0)
    fill(tmp_path, *(offer(number) for number in range(10)))
    with begin_script(KILLED, tmp_path) as process:
        assert process.wait() == -signal.SIGKILL
    return tmp_path


def checked(root):
    with closing(Catalogue(catalogue_path(root))) as catalogue:
        check_since_clean_end(root, catalogue, CLEAN)


def change(root, sql, *values):
    with closing(sqlite3.connect(catalogue_path(root))) as db, db:
        db.execute(sql, values)


def test_only_the_days_of_the_killed_run_are_in_doubt(killed):
    with closing(Catalogue(catalogue_path(killed))) as catalogue:
        assert catalogue.tails.in_doubt() == [NEXT_DAY]
    checked(killed)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE documents SET url = 'x' WHERE docid = ?",
        "UPDATE documents SET sha256 = 'x' WHERE docid = ?",
        "DELETE FROM documents WHERE docid = ?",
    ],
)
def test_a_row_that_is_not_what_the_journal_says_is_damage_and_a_start_rebuilds(killed, sql, caplog):
    before = tables(killed)
    change(killed, sql, docid_of(103))
    with pytest.raises(sqlite3.DatabaseError, match=str(NEXT_DAY)):
        checked(killed)
    with opened(killed):
        pass
    assert tables(killed) == before
    assert any("rebuilt" in message for message in caplog.messages)


def test_a_clean_end_leaves_nothing_in_doubt(killed):
    with opened(killed):
        pass
    with closing(Catalogue(catalogue_path(killed))) as catalogue:
        assert catalogue.tails.in_doubt() == []


def test_a_file_that_was_cut_within_a_page_is_damage(killed):
    with opened(killed):
        pass
    os.truncate(catalogue_path(killed), catalogue_path(killed).stat().st_size - 100)
    with pytest.raises(sqlite3.DatabaseError):
        checked(killed)


def test_a_file_of_the_killed_run_that_was_asked_for_again_is_no_damage(killed):
    change(killed, "UPDATE documents SET state = 'pending' WHERE docid = ?", docid_of(103))
    checked(killed)
