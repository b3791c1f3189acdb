"""Backfills by the workers of a real scheduler: they give what one crawl gives, whatever is killed, and tell what is missing."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="the extra fleet is not installed")

from distributed import Client

from newsarchive.jobs.backfilling.leash import SILENT_S
from tests.conftest import Crawls, tree, wait_until
from tests.jobs.backfilling.fills import QUICK, WHOLE, Fills, busiest, children_of, findings, kept, single
from tests.jobs.fleet import Fleet, fleet

SINA = "sina=1"


def is_as_single(ours: Crawls, fills: Fills) -> bool:
    """Whether the archive is what one crawl of the same days gives, whole and without leftovers."""
    alone = single(ours, fills)
    assert tree(ours.root) == tree(alone.root)
    assert kept(ours) == kept(alone)
    assert findings(ours.root) == []
    return fills.slice_folders() == []


@pytest.mark.slow
def test_workers_of_a_scheduler_fill_as_one_crawl_does(crawls: Callable[..., Crawls], tmp_path: Path) -> None:
    ours = crawls(articles=20, days=4, titles="plain")
    fills = Fills(ours)
    with fleet(tmp_path / "fleet", resources=SINA) as begun:
        filled = fills(*QUICK, "--slice", "2", "--engine", begun.engine)
    assert filled.exit_code in WHOLE, filled
    assert filled.told["slices"] >= 2
    assert is_as_single(ours, fills)


# --- workers, scheduler and backfill killed --------------------------------------------------------------------------


@pytest.mark.long
def test_a_killed_worker_costs_its_slice_again_and_no_request_above_the_rate(
    crawls: Callable[..., Crawls], tmp_path: Path
) -> None:
    ours = crawls(articles=40, days=6, titles="plain")
    fills = Fills(ours)
    with fleet(tmp_path / "fleet", resources=SINA) as begun:
        process = fills.start("--rate", "8", "--yes", "--slice", "1", "--engine", begun.engine)
        kill_at_work(begun.processes[1], ours)
        begun.add_worker(SINA)
        stdout, stderr = process.communicate()
    assert process.returncode in WHOLE, (stdout, stderr)
    assert busiest(ours.sina, 2.5) <= 2.5 * 8
    assert is_as_single(ours, fills)


def kill_at_work(worker: subprocess.Popen[bytes], ours: Crawls) -> None:
    """As soon as a crawl of its own runs, and has sent something."""
    wait_until(lambda: children_of(worker.pid))
    sent = len(ours.sina.requests)
    wait_until(lambda: len(ours.sina.requests) > sent + 3)
    worker.kill()


@pytest.mark.long
def test_a_slice_that_ends_workers_again_and_again_is_left_out_and_told(
    crawls: Callable[..., Crawls], tmp_path: Path
) -> None:
    ours = crawls(articles=20, days=4, titles="plain")
    fills = Fills(ours)
    with fleet(tmp_path / "fleet", workers=1, resources=SINA) as begun:
        # at that rate no crawl ends before it is killed
        process = fills.start("--rate", "4", "--yes", "--slice", "2", "--engine", begun.engine)
        for _ in range(4):  # Dask tries a job four times
            worker = begun.processes[-1]
            wait_until(lambda: children_of(worker.pid))  # noqa: B023
            worker.kill()
            begun.add_worker(SINA)
        stdout, _ = process.communicate()
        told = json.loads(stdout)
        assert process.returncode == told["exit_code"] == 1
        assert sum("were ended again and again" in left for left in told["left"]) == 1
        assert told["slices"] >= 1
        filled = fills(*QUICK, "--engine", begun.engine)
    assert filled.exit_code in WHOLE, filled
    assert is_as_single(ours, fills)


@pytest.mark.long
def test_a_scheduler_that_goes_is_told_and_the_next_backfill_goes_on(
    crawls: Callable[..., Crawls], tmp_path: Path
) -> None:
    ours = crawls(articles=30, days=5, titles="plain")
    fills = Fills(ours)
    with fleet(tmp_path / "fleet", resources=SINA) as begun:
        process = fills.start("--rate", "8", "--yes", "--slice", "1", "--engine", begun.engine)
        wait_until(lambda: len(ours.sina.requests) > 12)
        begun.scheduler.kill()
        _, stderr = process.communicate()
        assert (process.returncode, "the engine of the backfill has gone" in stderr) == (1, True), stderr
        sent = len(ours.sina.requests)
        time.sleep(2)
        assert len(ours.sina.requests) == sent
    assert fills(*QUICK).exit_code in WHOLE
    assert is_as_single(ours, fills)


@pytest.mark.long
def test_workers_end_the_crawls_of_a_backfill_that_was_killed(crawls: Callable[..., Crawls], tmp_path: Path) -> None:
    ours = crawls(articles=60, days=5, titles="plain")
    fills = Fills(ours)
    with fleet(tmp_path / "fleet", resources=SINA) as begun:
        process = fills.start("--rate", "2", "--slice", "5", "--engine", begun.engine)
        workers = begun.processes[1:]
        wait_until(lambda: len(ours.sina.requests) > 3 and any(children_of(worker.pid) for worker in workers))
        process.kill()
        process.communicate()
        until = time.monotonic() + SILENT_S + 10
        wait_until(lambda: not any(children_of(worker.pid) for worker in workers))
        assert time.monotonic() < until
        process = fills.start("--rate", "2", "--slice", "5", "--engine", begun.engine)
        wait_until(lambda: any(children_of(worker.pid) for worker in workers))
        process.kill()
        process.communicate()  # and another one at once, while those crawls go on
        filled = fills("--rate", "20", "--yes", "--engine", begun.engine)
    assert filled.exit_code in WHOLE, filled
    assert is_as_single(ours, fills)


@pytest.mark.long
@pytest.mark.parametrize("after_s", [0.7, 1.0, 1.5])
def test_ctrl_c_while_a_cluster_of_its_own_begins_is_a_stop(crawls: Callable[..., Crawls], after_s: float) -> None:
    fills = Fills(crawls(articles=5, days=2))
    process = fills.start("--rate", "1", "--engine", "dask", start_new_session=True)
    time.sleep(after_s)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    if not stderr.endswith("newsarchive: stopped by a signal\n"):  # also where the program itself had hardly begun
        assert (process.returncode, bool(json.loads(stdout))) == (3, True), stderr
    assert process.returncode in (3, -signal.SIGINT), stderr


@pytest.mark.long
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_a_backfill_by_a_cluster_of_its_own(crawls: Callable[..., Crawls], times: int) -> None:
    ours = crawls(articles=60, days=4, titles="plain")
    fills = Fills(ours)
    process = fills.start("--rate", "4", "--yes", "--slice", "1", "--engine", "dask", start_new_session=True)
    wait_until(lambda: len(ours.sina.requests) > 5)
    for _ in range(times):
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        time.sleep(0.5)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 3, stderr
    assert "Traceback" not in stderr
    assert json.loads(stdout)["left"]
    assert fills(*QUICK).exit_code in WHOLE
    assert is_as_single(ours, fills)


@pytest.mark.long
def test_ctrl_c_ends_a_backfill_whose_workers_have_all_gone(crawls: Callable[..., Crawls], tmp_path: Path) -> None:
    ours = crawls(articles=30, days=4, titles="plain")
    fills = Fills(ours)
    with fleet(tmp_path / "fleet", workers=1, resources=SINA) as begun:
        process = fills.start("--rate", "4", "--yes", "--engine", begun.engine)
        kill_at_work(begun.processes[1], ours)
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate()
    assert (process.returncode, "no worker answers" in stdout) == (3, True)
    assert fills(*QUICK).exit_code in WHOLE
    assert is_as_single(ours, fills)


KILLS = 12


@pytest.mark.long
def test_whatever_is_killed_it_comes_to_what_one_crawl_gives_within_the_rate(
    crawls: Callable[..., Crawls], tmp_path: Path
) -> None:
    ours = crawls(articles=90, days=30, titles="plain")
    fills, chance = Fills(ours), random.Random(KILLS)
    for number in range(KILLS // 4):
        with fleet(tmp_path / f"fleet-{number}", resources=SINA) as begun:
            options = ("--rate", "10", "--yes", "--slice", "2", "--engine", begun.engine)
            process = fills.start(*options)
            for what in chance.sample(["worker", "crawl", "backfill", "scheduler"], 4):
                further = len(ours.sina.requests) + chance.randint(5, 25)
                wait_until(lambda: process.poll() is not None or len(ours.sina.requests) >= further)  # noqa: B023
                process = killed(what, begun, process, lambda: fills.start(*options))  # noqa: B023
            process.kill()
            process.communicate()
    assert busiest(ours.sina, 2.0) <= 2.0 * 10
    filled = fills(*QUICK, "--slice", "2")
    assert filled.exit_code in WHOLE, filled
    assert is_as_single(ours, fills)


def killed(
    what: str, begun: Fleet, process: subprocess.Popen[str], again: Callable[[], subprocess.Popen[str]]
) -> subprocess.Popen[str]:
    """Kill one of them, and begin it again; the backfill that runs then."""
    workers = begun.processes[1:]
    if what == "scheduler":
        begun.scheduler.kill()
    elif what == "crawl":
        for crawl in [child for worker in workers for child in children_of(worker.pid)][:1]:
            os.kill(crawl, signal.SIGKILL)
    elif what == "worker":
        workers[-1].kill()
        begun.add_worker(SINA)
    else:
        process.kill()
        process.communicate()
        return again()
    return process


# --- what is missing -------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_without_a_worker_that_has_the_resource_nothing_is_begun(crawls: Callable[..., Crawls], tmp_path: Path) -> None:
    ours = crawls(articles=5, days=2)
    fills = Fills(ours)
    with fleet(tmp_path / "fleet", workers=1) as begun:
        filled = fills(*QUICK, "--engine", begun.engine)
        assert filled.exit_code == 2
        assert "none of its 1 workers has the resource sina" in filled.stderr
        assert "--resources sina=1" in filled.stderr
        assert (ours.root.exists(), ours.sina.requests) == (False, [])
        begun.add_worker(SINA)
        wait_until(lambda: fills(*QUICK, "--engine", begun.engine).exit_code in WHOLE)
    assert is_as_single(ours, fills)


@pytest.mark.long
def test_a_worker_of_another_version_is_told_before_anything_is_begun(
    crawls: Callable[..., Crawls], tmp_path: Path
) -> None:
    ours = crawls(articles=5, days=2)
    package = tmp_path / "older" / "newsarchive"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('__version__ = "0.1"\n')
    with fleet(tmp_path / "fleet", workers=1, resources=SINA) as begun:
        begun.add_worker(SINA, PYTHONPATH=str(package.parent))
        with Client(begun.address, set_as_default=False) as client:
            wait_until(lambda: len(client.nthreads()) == 2)
        filled = Fills(ours)(*QUICK, "--engine", begun.engine)
    assert (filled.exit_code, "it has no such newsarchive" in filled.stderr) == (2, True), filled
    assert (ours.root.exists(), ours.sina.requests) == (False, [])


@pytest.mark.long
def test_no_credential_of_a_proxy_reaches_a_log_of_a_worker_also_where_its_work_fails(
    crawls: Callable[..., Crawls], tmp_path: Path
) -> None:
    ours = crawls(articles=10, days=2, titles="plain")
    fills = Fills(ours)
    address = ours.sina.env["http_proxy"].replace("http://", "http://me:s3cret@")
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), address)
    with fleet(tmp_path / "fleet", workers=1, resources=SINA) as begun:
        process = fills.start("--rate", "2", "--engine", begun.engine, **proxies)
        wait_until(lambda: ours.sina.requests)
        process.send_signal(signal.SIGINT)
        process.communicate()
        log = fills.slice_folders()[0] / "crawl.log"
        log.unlink()
        log.mkdir()
        failed = fills(*QUICK, "--engine", begun.engine, **proxies)
        assert (failed.exit_code, f"crawl that writes {log}" in failed.stderr) == (7, True), failed
        log.rmdir()
        assert fills(*QUICK, "--engine", begun.engine, **proxies).exit_code in WHOLE
    logs = [path.read_text("utf-8", "replace") for path in (tmp_path / "fleet").glob("*.log")]
    assert any("ArchiveNotWritable" in told for told in logs)
    assert not any("s3cret" in told for told in (*logs, failed.stderr))
    assert is_as_single(ours, fills)
