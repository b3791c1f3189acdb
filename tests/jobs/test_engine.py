"""The same bytes whatever the engine; workers that are killed, that come, that lack something."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("distributed", reason="the extra fleet is not installed")

from distributed import Client

from newsarchive.archive.index.worker import Workers, in_order
from newsarchive.errors import EngineGone, NewsArchiveError, UsageError, WorkersEnded
from newsarchive.jobs import worker_needs
from newsarchive.jobs.engine import engine, workers_of
from newsarchive.jobs.reextracting.run import Tell
from newsarchive.jobs.verify import FULL, verify
from newsarchive.jobs.worker_needs import need_of
from newsarchive.reading.export.formats import export
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from newsarchive.reading.search import building
from newsarchive.reading.statistics import statistics
from newsarchive.sina.page import boilerplate
from tests.archive.making import essence
from tests.conftest import wait_until
from tests.jobs.fleet import FATAL_DAY, ROOT, Fleet, fatal, fleet, length, one_killed
from tests.jobs.reextracting.shelf import DAY, NOTICE, Shelf, page, with_notice_dropped
from tests.reading.search import scan

pytestmark = [pytest.mark.long, pytest.mark.bounded]  # a scheduler and its workers take some seconds to begin

DAYS = 8
OTHER_RULES = """
from newsarchive.sina.page import boilerplate
from tests.jobs.reextracting.shelf import with_notice_dropped
boilerplate.RULES = with_notice_dropped()
"""
"""As ``sitecustomize``: each worker begins with it."""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What ``PYTHONPATH`` is for workers that drop the notice."""
    folder = tmp_path_factory.mktemp("rules")
    (folder / "sitecustomize.py").write_text(OTHER_RULES, "utf-8")
    return os.pathsep.join((str(folder), str(ROOT)))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, rules: str) -> Iterator[Fleet]:
    """Two workers that nobody harms."""
    with fleet(tmp_path_factory.mktemp("two") / "fleet", PYTHONPATH=rules) as begun:
        yield begun


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "archive")
    for number in range(DAYS):
        pages = {10 * number: page(10 * number, NOTICE), 10 * number + 1: page(10 * number + 1)}
        shelf.keep_pages(pages, DAY + timedelta(days=number))
    return shelf


def here(shelf: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a re-extraction by this process alone makes of a copy."""
    shutil.copytree(shelf.root, folder)
    copy = Shelf(folder)
    copy.clock.now = shelf.clock.now
    with monkeypatch.context() as patch:
        patch.setattr(boilerplate, "RULES", with_notice_dropped())
        assert copy.reextract().counts["reextracted"] == DAYS
    return essence(folder)


def test_workers_of_a_scheduler_read_again_as_this_process_does(
    shelf: Shelf, two: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = here(shelf, tmp_path / "copy", monkeypatch)
    assert shelf.reextract(workers=workers_of(two.engine, None, need_of(shelf.root))).counts["reextracted"] == DAYS
    assert essence(shelf.root) == expected


def test_workers_of_a_scheduler_find_what_this_process_finds(shelf: Shelf, two: Fleet) -> None:
    next(shelf.root.glob("*/*/*/*.md")).write_bytes(b"altered")
    (shelf.root / "2026/11/23/stray.md").write_bytes(b"stray")
    known = shelf.root / ".newsarchive"
    before = {file.name for file in known.iterdir()}
    expected = verify(shelf.root, FULL, {}, lambda *_: None)
    noted = {file.name: file.read_bytes() for file in known.iterdir() if file.name not in before}
    for name in noted:
        (known / name).unlink()
    workers = workers_of(two.engine, 2, need_of(shelf.root))
    assert verify(shelf.root, FULL, {}, lambda *_: None, workers) == expected
    assert {finding.kind for finding in expected.findings} == {"altered", "stray"}
    assert {name: (known / name).read_bytes() for name in noted} == noted


def test_workers_of_a_scheduler_make_the_search_index_as_this_process_does(tmp_path: Path, two: Fleet) -> None:
    root = scan.archive(tmp_path / "archive", 60)
    words = scan.runs(scan.fields(root), 20)
    assert building.rebuild(root) == 60
    made = index_of(root), [scan.found(root, scan.quoted(word)) for word in words]
    assert building.rebuild(root, workers=workers_of(two.engine, None, need_of(root))) == 60
    assert (index_of(root), [scan.found(root, scan.quoted(word)) for word in words]) == made


def index_of(root: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (root / ".newsarchive/search").iterdir() if file.is_file()}


def test_a_killed_worker_costs_its_days_again_and_a_new_one_helps(
    shelf: Shelf, tmp_path: Path, rules: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = here(shelf, tmp_path / "copy", monkeypatch)
    verdict = verify(tmp_path / "copy", FULL, {}, lambda *_: None)
    done: list[int] = []
    with fleet(tmp_path / "fleet", PYTHONPATH=rules) as begun:
        workers = workers_of(begun.engine, 2, need_of(shelf.root))
        with one_killed(begun):
            tell = Tell(lambda days, *_: done.append(days))
            assert shelf.reextract(workers=workers, tell=tell).counts["reextracted"] == DAYS
        with one_killed(begun, 2):
            assert verify(shelf.root, FULL, {}, lambda *_: None, workers).checked == verdict.checked
    assert done == list(range(DAYS + 1))
    assert essence(shelf.root) == expected


def test_a_search_index_is_the_same_though_a_worker_is_killed(tmp_path: Path) -> None:
    root = scan.archive(tmp_path / "archive", 60)
    assert building.rebuild(root) == 60
    made = index_of(root)
    with fleet(tmp_path / "fleet") as begun:
        workers = workers_of(begun.engine, 2, need_of(root))
        with one_killed(begun):
            assert building.rebuild(root, workers=workers) == 60
    assert index_of(root) == made


def test_an_export_is_the_same_though_a_worker_is_killed(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the extra dataset is not installed")
    root = scan.archive(tmp_path / "archive", 60)
    export("parquet", ExportSource(Library(root)), tmp_path / "alone")
    with fleet(tmp_path / "fleet") as begun:
        workers = workers_of(begun.engine, 2, need_of(root))
        with one_killed(begun):
            export("parquet", ExportSource(Library(root), workers=workers), tmp_path / "theirs")
    assert files(tmp_path / "theirs") == files(tmp_path / "alone")


def test_workers_of_a_scheduler_count_as_this_process_does(tmp_path: Path, two: Fleet) -> None:
    root = scan.archive(tmp_path / "archive", 60)
    assert statistics(Library(root), workers=workers_of(two.engine, None, need_of(root))) == statistics(Library(root))


def test_counts_are_the_same_though_a_worker_is_killed(tmp_path: Path) -> None:
    root = scan.archive(tmp_path / "archive", 60)
    told: list[tuple[int, ...]] = []
    with fleet(tmp_path / "fleet") as begun:
        workers = workers_of(begun.engine, 2, need_of(root))
        with one_killed(begun):
            counted = statistics(Library(root), tell=lambda *done: told.append(done), workers=workers)
    assert counted == statistics(Library(root))
    assert [done for done, *_ in told] == list(range(1, told[-1][1] + 1))
    assert told[-1][2] == 60


def test_a_worker_that_stands_still_too_long_loses_its_day_to_another_one(tmp_path: Path) -> None:
    """And when it goes on, nothing comes twice."""
    days = [f"2026-11-{number:02}" for number in range(1, 25)]
    with fleet(tmp_path / "fleet", DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL="3s") as begun:
        workers = workers_of(begun.engine, 2, need_of(tmp_path))
        begun.processes[1].send_signal(signal.SIGSTOP)
        results = in_order(str.upper, days, workers, ahead=2, what="test")
        found = [next(results) for _ in range(12)]
        begun.processes[1].send_signal(signal.SIGCONT)
        assert [*found, *results] == days


@pytest.mark.parametrize("todo", [[], ["a"], ["a", "b", "c"]])
def test_more_workers_than_days(two: Fleet, tmp_path: Path, todo: list[str]) -> None:
    workers = workers_of(two.engine, 16, need_of(tmp_path))
    assert list(in_order(str.upper, todo, workers, ahead=2, what="test")) == [one.upper() for one in todo]


def test_a_defect_in_a_worker_is_raised_here_and_says_for_what(two: Fleet, tmp_path: Path) -> None:
    workers = workers_of(two.engine, 2, need_of(tmp_path))
    with pytest.raises(ValueError, match="invalid literal") as caught:
        list(in_order(int, ["1", "2", "2026-11-24"], workers, ahead=2, what="test"))
    assert caught.value.__notes__ == ["while the test read 2026-11-24"]


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_what_kills_each_worker_is_named(tmp_path: Path) -> None:
    with fleet(tmp_path / "fleet", workers=6) as begun:
        workers = workers_of(begun.engine, 1, need_of(tmp_path))
        results = in_order(fatal, ["2026-11-23", FATAL_DAY, "2026-11-25"], workers, ahead=1, what="test")
        assert [next(results), next(results)] == ["2026-11-23", "2026-11-25"]
        with pytest.raises(WorkersEnded, match=f"the test lacks {FATAL_DAY}:"):
            next(results)


def test_an_engine_that_goes_is_told(tmp_path: Path) -> None:
    with fleet(tmp_path / "fleet", workers=1) as begun:
        results = in_order(
            length, ["a", "b", "c"], workers_of(begun.engine, 1, need_of(tmp_path)), ahead=1, what="test"
        )
        assert next(results) == 1
        begun.end()
        with pytest.raises(NewsArchiveError, match="the engine of the test has gone"):
            list(results)


def test_an_engine_that_has_gone_for_long_takes_no_more_work_and_says_so(tmp_path: Path) -> None:
    with fleet(tmp_path / "fleet", workers=1) as begun, engine(begun.engine, 1) as executor:
        assert executor.submit(length, "abc").result() == 3
        begun.end()
        with pytest.raises(EngineGone, match="begin again when it is back"):
            wait_until(lambda: executor.submit(length, "abcd").cancelled() and time.sleep(1))


def test_this_machine_is_a_cluster_too(tmp_path: Path) -> None:
    workers = workers_of("dask", 2, need_of(tmp_path))
    assert list(in_order(str.upper, ["a", "b", "c"], workers, ahead=1, what="test")) == ["A", "B", "C"]


@pytest.mark.parametrize("name", ["local", "dask"])
def test_an_engine_is_an_executor(name: str) -> None:
    with engine(name, 2) as executor:
        assert list(executor.map(abs, [-1, -2])) == [1, 2]


# --- what is missing --------------------------------------------------------------------------------------------------


def test_what_a_worker_lacks_is_told_before_the_work_begins(two: Fleet, tmp_path: Path) -> None:
    need = need_of(tmp_path / "nowhere", packages=("no_such_package",))
    with pytest.raises(UsageError) as caught:
        workers_of(two.engine, None, need)
    assert str(caught.value).count("worker tcp://127.0.0.1:") == 4
    assert "the package no_such_package is not installed" in str(caught.value)
    assert f"{tmp_path / 'nowhere'} is not there" in str(caught.value)


def test_a_worker_that_comes_later_tells_what_it_lacks(two: Fleet, tmp_path: Path) -> None:
    workers = workers_of(two.engine, None, need_of(tmp_path))
    late = Workers(2, lambda count: engine(two.engine, count, need_of(tmp_path / "gone")), workers.ended)
    with pytest.raises(UsageError, match="gone is not there") as caught:
        list(in_order(str.upper, ["a"], late, ahead=1, what="test"))
    assert caught.value.__notes__ == ["while the test read a"]


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="no path here means another folder for each process")
def test_a_worker_that_sees_another_archive_under_the_same_path_is_told(tmp_path: Path) -> None:
    """Of the same days: what its journals say tells them apart."""
    ours, theirs = (tmp_path / name / "archive" for name in ("ours", "theirs"))
    for number, root in enumerate((ours, theirs)):
        Shelf(root).keep_pages({number: page(number)})
    before, seen = Path.cwd(), Path("/proc/self/cwd/archive")
    os.chdir(ours.parent)
    try:
        need = need_of(seen)
    finally:
        os.chdir(before)
    with fleet(tmp_path / "fleet", workers=0) as begun:
        begun.add_worker(folder=ours.parent)
        assert workers_of(begun.engine, None, need).count == 1
        begun.add_worker(folder=theirs.parent)
        wait_until(lambda: len(worker_names(begun)) == 2)
        with pytest.raises(
            UsageError, match=r"cannot do this: worker \S+: /proc/self/cwd/archive/\S+ is another archive's$"
        ):
            workers_of(begun.engine, None, need)


def worker_names(begun: Fleet) -> dict[str, int]:
    with Client(begun.address, set_as_default=False) as client:
        return dict(client.nthreads())


def test_a_worker_needs_no_extra_of_the_process_that_writes(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the extra dataset is not installed")
    root = scan.archive(tmp_path / "archive", 20)
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['pyarrow'] = None\n", "utf-8")
    without = os.pathsep.join((str(tmp_path), str(ROOT)))
    export("parquet", ExportSource(Library(root)), tmp_path / "alone")
    with fleet(tmp_path / "fleet", 1, PYTHONPATH=without) as begun:
        export(
            "parquet",
            ExportSource(Library(root), workers=workers_of(begun.engine, 2, need_of(root))),
            tmp_path / "theirs",
        )
    assert files(tmp_path / "theirs") == files(tmp_path / "alone")


def test_a_worker_with_other_code_that_comes_in_the_middle_is_told(tmp_path: Path) -> None:
    other = tmp_path / "other" / "newsarchive"
    shutil.copytree(ROOT / "newsarchive", other, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "items.py").open("a") as file:
        file.write("# by another hand\n")
    with fleet(tmp_path / "fleet", 1) as begun:
        workers = workers_of(begun.engine, 1, need_of(tmp_path))
        begun.processes[1].kill()
        begun.add_worker(PYTHONPATH=str(other.parent))
        with pytest.raises(
            UsageError, match=r"a worker on \S+ cannot do this: the code of newsarchive is \w+, and not "
        ):
            list(in_order(str.upper, ["a"], workers, ahead=1, what="test"))


def test_a_worker_that_does_not_know_the_program_ends_and_the_others_go_on(tmp_path: Path) -> None:
    package = tmp_path / "older" / "newsarchive"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('__version__ = "0.1"\n')
    days = [f"2026-11-{number:02}" for number in range(1, 25)]
    with fleet(tmp_path / "fleet", 1) as begun:
        workers = workers_of(begun.engine, 4, need_of(tmp_path))
        results = in_order(str.upper, days, workers, ahead=1, what="test")
        found = [next(results)]
        begun.add_worker(PYTHONPATH=str(package.parent))
        assert [*found, *results] == days


def test_a_worker_that_stands_still_is_named_before_the_work_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_needs, "LOOK_S", 2.0)
    with fleet(tmp_path / "fleet") as begun:
        begun.processes[1].send_signal(signal.SIGSTOP)
        with pytest.raises(UsageError, match=r"cannot do this: worker tcp://\S+: it has not answered for 2 s; end it$"):
            workers_of(begun.engine, None, need_of(tmp_path))


def test_a_worker_of_another_version_is_told(tmp_path: Path) -> None:
    """An older one, which knows no engine."""
    package = tmp_path / "older" / "newsarchive"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('__version__ = "0.1"\n')
    with fleet(tmp_path / "fleet", workers=0) as begun:
        begun.add_worker(PYTHONPATH=str(package.parent))
        with pytest.raises(
            UsageError, match=r"dask:\S+ cannot do this: worker tcp://\S+: it has no such newsarchive \([^;]*$"
        ):
            workers_of(begun.engine, None, need_of(tmp_path))


def test_a_scheduler_of_another_version_is_told(tmp_path: Path) -> None:
    package = tmp_path / "older" / "newsarchive"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('__version__ = "0.1"\n')
    with fleet(tmp_path / "fleet", workers=0, PYTHONPATH=str(package.parent)) as begun:
        begun.add_worker(PYTHONPATH=str(ROOT))
        with pytest.raises(UsageError, match=r"cannot do this: the scheduler: it has no such newsarchive \([^;]*$"):
            workers_of(begun.engine, None, need_of(tmp_path))


@pytest.mark.parametrize("name", ["Python", "newsarchive", "the code of newsarchive", "selectolax"])
def test_each_version_is_compared(name: str, tmp_path: Path) -> None:
    need = need_of(tmp_path)
    other = worker_needs.Need(need.places, (), {**need.versions, name: "0"})
    assert worker_needs.lacking(need) == []
    assert worker_needs.lacking(other) == [f"{name} is {need.versions[name]}, and not 0"]


def test_a_scheduler_without_workers_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsarchive.jobs.engine.ANSWER_S", 2.0)
    with fleet(tmp_path / "fleet", workers=0) as begun, pytest.raises(UsageError, match="has no worker: start some"):
        workers_of(begun.engine, None, need_of(tmp_path))


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:9", "nonsense", "", "http://127.0.0.1:9", "tcp://127.0.0.1:99999"]
)
def test_where_no_scheduler_answers_it_is_told(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsarchive.jobs.dask_client.ANSWER_S", 2.0)
    with pytest.raises(UsageError, match="no scheduler answers there"):
        workers_of(f"dask:{address}", None, need_of(tmp_path))


@pytest.mark.parametrize("says", [b"", b"HTTP/1.0 400 Bad Request\r\n\r\n", bytes(range(256)) * 100])
def test_what_is_no_scheduler_is_told_soon(says: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsarchive.jobs.dask_client.ANSWER_S", 1.0)
    with Stranger(says) as address, pytest.raises(UsageError, match="start one: dask scheduler"):
        workers_of(f"dask:{address}", None, need_of(tmp_path))


def test_a_scheduler_that_stands_still_is_told_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsarchive.jobs.dask_client.ANSWER_S", 1.0)
    with fleet(tmp_path / "fleet", workers=0) as begun:
        begun.scheduler.send_signal(signal.SIGSTOP)
        with pytest.raises(UsageError, match="does not answer as a scheduler does"):
            workers_of(begun.engine, None, need_of(tmp_path))


def test_tls_that_is_not_configured_is_told(tmp_path: Path) -> None:
    with Stranger(b"") as address, pytest.raises(UsageError, match=r"configure distributed\.comm\.tls"):
        workers_of(f"dask:{address.replace('tcp', 'tls')}", None, need_of(tmp_path))


class Stranger:
    """A port that takes each connection, says something, and nothing more."""

    def __init__(self, says: bytes) -> None:
        self._says, self._socket, self._taken = says, socket.create_server(("127.0.0.1", 0)), list[socket.socket]()

    def __enter__(self) -> str:
        threading.Thread(target=self._take, daemon=True).start()
        return f"tcp://127.0.0.1:{self._socket.getsockname()[1]}"

    def _take(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                self._taken.append(self._socket.accept()[0])
                self._taken[-1].sendall(self._says)

    def __exit__(self, *_: object) -> None:
        for taken in (*self._taken, self._socket):
            taken.close()


def test_an_unknown_engine_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected local, dask, or dask:ADDRESS"):
        workers_of("ray", None, need_of(tmp_path))
