"""The catalogue made anew: equal to the one that was, whatever interrupts it."""

import os
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from newsarchive.archive.format import events, journal, paths
from newsarchive.archive.format.events import Said
from newsarchive.archive.format.profiles import CLEAN, RSSHUB
from newsarchive.archive.index import processes, rebuild, worker
from newsarchive.archive.index.database import BESIDE_NAME
from newsarchive.archive.record import appending
from newsarchive.errors import UsageError
from tests.archive.making import DAY, NEXT_DAY, NOON, article, begin_script, catalogue_path, fill, offer, opened, tables

SAID = Said("run", NOON)


@pytest.fixture
def root(tmp_path):
    fill(tmp_path, *(offer(number) for number in range(20)), *(offer(number, day=NEXT_DAY) for number in range(20, 40)))
    return tmp_path


def again(root, profile=CLEAN, **more):
    return rebuild.rebuild(root, catalogue_path(root), profile, mend=appending.mend, **more)


def beside(root):
    return catalogue_path(root).with_name(BESIDE_NAME)


class Interrupted(Exception):
    pass


def interrupt_after(days):
    def tell(progress):
        if progress.days_done == days:
            raise Interrupted

    return tell


def test_it_says_what_the_one_before_said(root):
    before = tables(root)
    progress = again(root)
    assert (progress.days_done, progress.bytes_done) == (2, progress.bytes)
    assert tables(root) == before
    assert not beside(root).exists()


def test_interrupted_the_old_one_stands_and_the_next_goes_on(root, monkeypatch):
    monkeypatch.setattr(rebuild, "STEP_BYTES", 1)
    before, bytes_before = tables(root), catalogue_path(root).read_bytes()
    with pytest.raises(Interrupted):
        again(root, tell=interrupt_after(1))
    assert catalogue_path(root).read_bytes() == bytes_before
    assert again(root).days_found == 1
    assert tables(root) == before


def test_one_that_ended_just_before_it_took_its_place_is_taken(root):
    again(root)
    catalogue_path(root).rename(beside(root))
    before = again(root)
    assert before.days_found == 2


def test_what_was_read_and_is_otherwise_now_is_read_again(root, monkeypatch):
    monkeypatch.setattr(rebuild, "STEP_BYTES", 1)
    with pytest.raises(Interrupted):
        again(root, tell=interrupt_after(1))
    path = paths.journal_path(root, DAY)
    appending.append(path, [events.offered(SAID, offer(99))], journal.tail(path))
    assert again(root).days_found == 0
    with opened(root) as archive:
        assert archive.reader().document(offer(99).docid)


@pytest.mark.parametrize("rubbish", [b"", b"rubbish" * 1000])
def test_an_unfinished_one_that_is_none_is_begun_anew(root, rubbish):
    before = tables(root)
    beside(root).write_bytes(rubbish)
    assert again(root).days_found == 0
    assert tables(root) == before


def test_an_unfinished_one_with_a_damaged_page_is_begun_anew(root, monkeypatch):
    monkeypatch.setattr(rebuild, "STEP_BYTES", 1)
    before = tables(root)
    with pytest.raises(Interrupted):
        again(root, tell=interrupt_after(1))
    with beside(root).open("r+b") as file:
        file.seek(4096)
        file.write(b"rubbish" * 3000)
    assert again(root).days_found == 0
    assert tables(root) == before


def test_an_unfinished_one_of_last_week_is_begun_anew(root, monkeypatch):
    monkeypatch.setattr(rebuild, "STEP_BYTES", 1)
    with pytest.raises(Interrupted):
        again(root, tell=interrupt_after(1))
    week_ago = time.time() - 7 * 24 * 3600
    os.utime(beside(root), (week_ago, week_ago))
    assert again(root).days_found == 0


def test_commits_beside_the_old_one_are_not_taken_for_those_of_the_new(root):
    before = tables(root)
    log = catalogue_path(root).with_name("catalogue.sqlite-wal")
    log.write_bytes(b"rubbish" * 1000)
    again(root)
    assert tables(root) == before


def test_workers_come_to_the_same(root, monkeypatch):
    monkeypatch.setattr(rebuild, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(worker, "processors", lambda: 2)
    before = tables(root)
    again(root)
    assert tables(root) == before


def test_broken_workers_leave_the_rest_to_one_process(root, monkeypatch):
    monkeypatch.setattr(rebuild, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(worker, "processors", lambda: 2)
    monkeypatch.setattr(processes, "serve", end_at_once)
    before = tables(root)
    again(root)
    assert tables(root) == before


def end_at_once(_):
    os._exit(1)


WORKER = """
import os, sys, time
from newsarchive.archive.index.processes import processes
with processes(1) as pool:
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(300)
"""


def test_a_worker_does_not_outlive_its_parent():
    with begin_script(WORKER) as process:
        pid = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    while is_running(pid):  # pytest's own limit ends this
        time.sleep(0.01)


def is_running(pid):
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # no /proc here, or gone meanwhile
        return Path("/proc").exists() is False


def test_another_profile_than_the_archives_is_refused_and_the_old_one_stands(root):
    before = tables(root)
    with pytest.raises(UsageError, match="profile clean"):
        again(root, RSSHUB)
    assert tables(root) == before


def test_a_start_after_it_rebuilds_nothing(root, caplog):
    again(root)
    with opened(root):
        pass
    assert not caplog.messages


def test_an_archive_without_journals_has_an_empty_catalogue(tmp_path):
    catalogue_path(tmp_path).parent.mkdir()
    assert again(tmp_path).days == 0
    with pytest.raises(sqlite3.IntegrityError), sqlite3.connect(catalogue_path(tmp_path)) as db:
        db.execute("INSERT INTO documents (docid) VALUES ('x')")


def test_an_article_by_hand_has_its_name_in_rsshub_too(tmp_path):
    with opened(tmp_path, profile="rsshub") as archive:
        archive.offer([offer(1)]).result()
        archive.keep(article(offer(1)), b"x").result()
        archive.offer([offer(2), offer(3, day=NEXT_DAY)]).result()
    before = tables(tmp_path)
    again(tmp_path, RSSHUB)
    assert tables(tmp_path) == before
