"""``newsarchive reextract`` as a process of its own, with workers of its own, and beside polls."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from newsarchive.jobs.verify import FULL, verify
from tests.cli.cli_process import ROOT, newsarchive
from tests.conftest import Crawls, wait_until
from tests.jobs.reextracting.shelf import NEXT_DAY, NOTICE, Shelf, docid_of, page

pytestmark = pytest.mark.slow  # processes by the dozen

OTHER_RULES = """
from newsarchive.sina.page import boilerplate
from tests.jobs.reextracting.shelf import with_notice_dropped
boilerplate.RULES = with_notice_dropped()
"""
"""As ``sitecustomize``: the workers, too, begin with it."""


@pytest.fixture
def other_rules(tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(OTHER_RULES, "utf-8")
    return {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "archive")
    shelf.keep_pages({1: page(1, NOTICE), 2: page(2)})
    shelf.keep_pages({3: page(3, NOTICE)}, NEXT_DAY)
    return shelf


def test_workers_read_and_the_report_names_what_changes(
    shelf: Shelf, other_rules: dict[str, str], tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    asked = ("reextract", "--archive", str(shelf.root), "--workers", "2", "--json")
    shown = newsarchive(*asked, "--dry-run", "--report", str(report), **other_rules)
    assert (shown.returncode, shown.stderr) == (0, "")
    told = json.loads(shown.stdout)
    assert [one["docid"] for one in told["documents"]] == [docid_of(1), docid_of(3)]
    assert told["written"] == {"reextracted": 0, "kept": 0, "same-text": 0}
    made = report.read_text("utf-8")
    assert [docid_of(number) in made for number in (1, 2, 3)] == [True, False, True]
    written = newsarchive(*asked, **other_rules)
    assert json.loads(written.stdout)["written"]["reextracted"] == 2
    assert NOTICE not in shelf.text(1)


def test_history_and_as_of_say_that_it_was_read_again(shelf: Shelf, other_rules: dict[str, str]) -> None:
    at = ("--archive", str(shelf.root))
    assert newsarchive("reextract", "--workers", "1", *at, **other_rules).returncode == 0
    assert "reextracted 2026" in newsarchive("show", docid_of(1), "--history", *at).stdout
    then = newsarchive("show", docid_of(1), "--as-of", "2026-11-30", *at).stdout
    assert "the source changed nothing" in then
    assert NOTICE not in then
    assert "No corrections" in newsarchive("corrections", *at).stdout
    assert docid_of(3) in newsarchive("corrections", "--kind", "reextracted", *at).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--layout", "SinaFinance2017"), "did you mean SinaFinance2017Page"),
        (("--since", "2026-11-24", "--until", "2026-11-23"), "not after"),
        (("--report", "/nowhere/at/all.html"), "a folder that exists"),
    ],
)
def test_wrong_usage_is_exit_2(shelf: Shelf, arguments: tuple[str, ...], said: str) -> None:
    done = newsarchive("reextract", "--archive", str(shelf.root), *arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_file_that_is_no_report_is_not_replaced(shelf: Shelf, tmp_path: Path) -> None:
    mine = tmp_path / "mine.html"
    mine.write_text("mine", "utf-8")
    done = newsarchive("reextract", "--dry-run", "--archive", str(shelf.root), "--report", str(mine))
    assert (done.returncode, mine.read_text("utf-8")) == (2, "mine")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipe_link_and_too_long_a_name_are_no_place_for_a_report(shelf: Shelf, tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe.html", tmp_path / "link.html"
    os.mkfifo(pipe)
    link.symlink_to(tmp_path / "nowhere.html")
    for report in (pipe, link, tmp_path / f"{'x' * 300}.html"):
        done = newsarchive("reextract", "--dry-run", "--archive", str(shelf.root), "--report", str(report))
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert link.is_symlink()


BESIDE = """
from newsarchive.jobs.reextracting import run
from newsarchive.pages import clean
from newsarchive.sina.page import page_reader
from dataclasses import replace
run.DOCUMENTS_A_COMMIT = 1
made = page_reader.clean
def clean(*args):
    found = made(*args)
    return replace(found, body=found.body.replace("，", "、", 1))
page_reader.clean = clean
from newsarchive.cli import main
main(prog_name="newsarchive")
"""
"""Rules that change each text, written one document a commit: the lock is taken for each."""


def test_polls_go_on_beside_it_and_nothing_is_lost(crawls: type[Crawls]) -> None:
    crawl = crawls(articles=60)
    assert crawl("-a", "limit=40").exit_code == 0
    kept = len(crawl.events("kept"))
    command = [sys.executable, "-c", BESIDE, "reextract", "--archive", str(crawl.root), "--workers", "1", "--json"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        wait_until(lambda: crawl.events("revised") or process.poll() is not None)
        assert crawl().exit_code == 0
        told, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert json.loads(told)["written"]["reextracted"] >= kept
    assert len(crawl.events("kept")) > kept
    assert verify(crawl.root, FULL, {}, lambda *_: None).findings == []


def test_crawl_is_read_again_without_a_byte_of_change(crawls: type[Crawls]) -> None:
    crawl = crawls(articles=60)
    crawl()
    before = {
        file: file.read_bytes() for file in crawl.root.rglob("*") if file.is_file() and ".newsarchive" not in file.parts
    }
    asked = len(crawl.sina.requests)
    done = newsarchive("reextract", "--archive", str(crawl.root), "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert (told["unchanged"], told["changed"], told["unstored"]) == (len(crawl.events("kept")), 0, 0)
    assert {file: file.read_bytes() for file in before} == before
    assert len(crawl.sina.requests) == asked
