from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.archive.making import tree
from tests.archive.record import redacting
from tests.cli.cli_process import newsarchive
from tests.jobs.mirroring.mirror_scene import articles, make
from tests.jobs.verifying import path_of


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
