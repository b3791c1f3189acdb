from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.archive.making import tree
from tests.archive.record import redacting
from tests.cli.cli_process import ROOT, RUN, newsarchive
from tests.jobs.mirroring.mirror_scene import RAW, articles, make
from tests.jobs.verifying import day_folder, path_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make(tmp_path / "archive")
    return tmp_path / "archive"


def run(root: Path, target: object, *arguments: str, **environ: str) -> tuple[int, str, str]:
    ended = newsarchive("mirror", str(target), "--archive", str(root), *arguments, **environ)
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stdout, ended.stderr


def test_it_makes_a_copy_and_says_what_went_there(root: Path, tmp_path: Path) -> None:
    code, stdout, _ = run(root, tmp_path / "copy", "--json")
    told = json.loads(stdout)
    assert (code, told["days"], told["files"], told["findings"]) == (0, 2, 10, [])
    assert articles(tmp_path / "copy") == tree(root)


def test_a_target_with_other_files_is_wrong_usage(root: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("mine")
    code, _, stderr = run(root, tmp_path / "home")
    assert (code, "thesis.txt" in stderr) == (2, True)


def test_what_could_not_be_copied_is_damage(root: Path, tmp_path: Path) -> None:
    path_of(root, 1).write_bytes(b"rot")
    code, stdout, _ = run(root, tmp_path / "copy", "--limit-rate", "50")
    assert (code, "第1号公告.md" in stdout) == (8, True)


def test_what_a_redaction_took_out_is_missing_until_it_is_pruned(tmp_path: Path) -> None:
    redacting.make(tmp_path / "archive")
    assert run(tmp_path / "archive", tmp_path / "copy")[0] == 0
    redacting.take_out(tmp_path / "archive")
    code, stdout, _ = run(tmp_path / "archive", tmp_path / "copy")
    assert (code, "--prune" in stdout) == (3, True)
    assert run(tmp_path / "archive", tmp_path / "copy", "--prune")[0] == 0
    assert redacting.found_in(tmp_path / "copy", redacting.words()) == []


# --- targets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["https://user:hush@store/b", "S3://copies/x", "s3:/copies/x", ""])
def test_a_target_that_is_neither_is_wrong_usage_and_no_folder_of_that_name_is_made(
    root: Path, tmp_path: Path, target: str
) -> None:
    ended = newsarchive("mirror", target, "--archive", str(root), cwd=tmp_path)
    assert (ended.returncode, "s3://bucket/prefix" in ended.stderr) == (2, True), ended.stderr
    assert "hush" not in ended.stderr + ended.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_to_the_archive_is_the_archive_and_a_link_to_a_folder_is_that_folder(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    (tmp_path / "disk").mkdir()
    (tmp_path / "copy").symlink_to(tmp_path / "disk")
    code, _, stderr = run(root, tmp_path / "link")
    assert (code, "lie in one another" in stderr) == (2, True)
    assert run(root, tmp_path / "copy")[0] == 0
    assert articles(tmp_path / "disk") == tree(root)


# --- an archive that is not all there --------------------------------------------------------------------------------


def test_what_the_archive_lost_is_not_pruned_and_is_told(root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    run(root, copy)
    before = tree(copy)
    shutil.rmtree(day_folder(root))
    shutil.rmtree(root / "_raw")
    code, stdout, _ = run(root, copy, "--prune")
    assert (code, "2026/11/23/_day.jsonl" in stdout, "copy the folder of the day" in stdout) == (8, True, True)
    assert RAW in stdout
    assert tree(copy) == before


@pytest.mark.parametrize("is_there", [True, False])
def test_an_archive_that_is_not_mounted_is_wrong_usage_and_nothing_is_pruned(
    root: Path, tmp_path: Path, *, is_there: bool
) -> None:
    copy = tmp_path / "copy"
    run(root, copy)
    before = tree(copy)
    shutil.rmtree(root)
    if is_there:
        root.mkdir()
    assert run(root, copy, "--prune")[0] == 2
    assert tree(copy) == before


# --- verify ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "kind"), [(b"R", "altered"), (b"", "shortened"), (None, "missing")])
def test_records_that_are_altered_in_a_copy_in_a_folder_are_named(
    root: Path, tmp_path: Path, data: bytes | None, kind: str
) -> None:
    copy = tmp_path / "copy"
    run(root, copy)
    before = (copy / RAW).read_bytes()
    (copy / RAW).unlink()
    if data is not None:
        (copy / RAW).write_bytes(data + before[1:] if data else before[:-9])
    ended = newsarchive("verify", "--against", str(copy), "--archive", str(root), "--json")
    findings = [(one["kind"], one["path"]) for one in json.loads(ended.stdout)["findings"]]
    assert (ended.returncode, findings) == (8, [(kind, f"{copy}/{RAW}")])


# --- stopped ---------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM that can be heard")
def test_stopped_by_a_signal_it_leaves_nothing_half_written(root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    command = [sys.executable, "-c", RUN, "mirror", str(copy), "--archive", str(root), "--limit-rate", "0.02"]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE) as process:
        while not list(copy.rglob("*.md")):
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
    assert (process.returncode, b"stopped by a signal" in stderr, b"Traceback" in stderr) == (3, True, False)
    assert list(copy.rglob("*.part")) == []
    assert run(root, copy)[0] == 0
    assert articles(copy) == tree(root)


@pytest.mark.parametrize("rate", ["inf", "nan", "0", "-1", "fast"])
def test_a_rate_that_is_none_is_wrong_usage(root: Path, tmp_path: Path, rate: str) -> None:
    assert run(root, tmp_path / "copy", "--limit-rate", rate)[0] == 2
    assert not (tmp_path / "copy").exists()
