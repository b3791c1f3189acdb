from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.archive.making import DAY, docid_of
from tests.archive.record.redacting import HIDDEN_TITLE, ONE, also_titled, found_in, make, words
from tests.cli.cli_process import ROOT, RUN, newsarchive

pytestmark = pytest.mark.slow  # a process for each step of many redactions

DOCID = docid_of(ONE)
YES = ("--reason", "by court order", "--yes")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make(tmp_path / "archive")
    return tmp_path / "archive"


def run(root: Path, verb: str, *arguments: str) -> tuple[int, str, str]:
    ended = newsarchive(verb, *arguments, "--archive", str(root))
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stdout, ended.stderr


def test_it_tells_what_went_and_what_a_second_time_finds(root: Path) -> None:
    code, stdout, _ = run(root, "redact", HIDDEN_TITLE[:6], *YES, "--json")
    told = json.loads(stdout)
    assert (code, told["docid"], told["states"], len(told["removed"]), told["left"]) == (0, DOCID, 3, 3, [])
    assert found_in(root, words()) == []
    code, stdout, _ = run(root, "redact", DOCID, *YES)
    assert (code, "was taken out before" in stdout) == (0, True)


def test_nobody_is_asked_without_a_terminal(root: Path) -> None:
    code, _, stderr = run(root, "redact", DOCID, "--reason", "by court order")
    assert (code, "--yes" in stderr) == (2, True)
    assert found_in(root, words())


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="Windows has no such terminals")
@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 2), (b"\x04", 2), (b"y\n", 0)])
def test_on_a_terminal_it_asks_first(root: Path, answer: bytes, code: int) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-c", RUN, "redact", DOCID, "--reason", "by court order", "--archive", str(root)]
    os.write(ours, answer)
    ended = subprocess.run(command, stdin=theirs, capture_output=True, text=True, cwd=ROOT, check=False, timeout=60)
    assert (ended.returncode, "3 states" in ended.stderr) == (code, True), ended.stderr
    assert bool(found_in(root, words())) == bool(code)


def test_several_matches_are_listed_and_nothing_goes(root: Path) -> None:
    also_titled(root)
    code, _, stderr = run(root, "redact", HIDDEN_TITLE, *YES)
    assert (code, stderr.count("abcdefg")) == (2, 2)


def test_a_file_that_only_quotes_it_is_exit_3(root: Path) -> None:
    (root / f"{DAY:%Y/%m/%d}" / "notes.txt").write_text(HIDDEN_TITLE, "utf-8")
    code, stdout, _ = run(root, "redact", DOCID, *YES)
    assert (code, "left: 2026/11/23/notes.txt" in stdout) == (3, True)


@pytest.mark.parametrize(
    ("verb", "arguments", "code", "words_told"),
    [
        ("show", (DOCID,), 3, "by court order"),
        ("show", (DOCID, "--history"), 3, "by court order"),
        ("show", (DOCID, "--diff"), 3, "by court order"),
        ("show", (DOCID, "--as-of", "2026-11-24"), 3, "by court order"),
        ("corrections", (), 0, ""),
        ("verify", ("--full",), 0, "redacted"),
        ("verify", ("--fast",), 0, ""),
        ("heads", (), 0, "2026-11-23"),
        ("coverage", (), 0, "filtered"),
        ("gaps", (), 0, ""),
        ("status", (), 5, "no run was good"),
        ("layouts", (), 0, ""),
        ("rebuild", (), 0, ""),
        ("forget", (DOCID,), 2, "redacted"),
    ],
)
def test_every_verb_gets_on_with_a_tombstone(
    taken_out: Path, verb: str, arguments: tuple[str, ...], code: int, words_told: str
) -> None:
    ended, stdout, stderr = run(taken_out, verb, *arguments)
    assert (ended, words_told in stdout + stderr) == (code, True), stdout + stderr
    assert HIDDEN_TITLE not in stdout + stderr


@pytest.fixture(scope="module")
def taken_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("redacted") / "archive"
    make(root)
    run(root, "redact", DOCID, *YES)
    return root
