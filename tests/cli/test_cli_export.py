from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.cli_process import newsarchive
from tests.reading import shelves, stored
from tests.reading.shelves import docid_of

pytestmark = pytest.mark.slow  # processes by the dozen


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shelves.two_days(tmp_path_factory.mktemp("archive"))


def test_a_selection_is_exported(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    selected = ["--since", "2026-11-24", "--channel", "滚动", "--media", "证券时报", "--symbol", "hk00700"]
    done = newsarchive("export", "jsonl", str(out), *selected, "--archive", str(root))
    assert (done.returncode, done.stdout) == (0, f"1 articles exported to {out}.\n"), done.stderr
    assert json.loads(out.read_text("utf-8"))["docid"] == docid_of(4)


def test_what_a_search_finds_is_exported(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    selected = ["--search", "正文 -正文1。 -title:4", "--until", "2026-11-23"]
    done = newsarchive("export", "jsonl", str(out), *selected, "--archive", str(root))
    assert done.returncode == 0, done.stderr
    assert {json.loads(line)["docid"] for line in out.read_text("utf-8").splitlines()} == {docid_of(2), docid_of(3)}


def test_what_changed_is_told(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "vault"
    for written in (5, 0):
        done = newsarchive("export", "markdown", str(out), "--json", "--archive", str(root))
        told = {"out": str(out), "articles": 5, "unreadable": 0, "written": written, "removed": 0, "left_alone": []}
        assert json.loads(done.stdout) == told
    (out / "2026/11/23/第1篇.md").write_text("mine")
    done = newsarchive("export", "markdown", str(out), "--archive", str(root))
    assert "Left alone: " in done.stderr
    assert "第1篇.md" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["jsnol", "out"], "expected one of markdown, hexo, hugo, jsonl, csv"),
        (["jsnol", "out"], "did you mean jsonl?"),
        (["jsonl", "none/out"], "is no folder"),
        (["jsonl", "out", "--since", "yesterday"], "expected a day"),
        (["jsonl", "out", "--channel", "股票"], "股票"),
        (["jsonl", "out", "--search", '"降准'], "the quotation is not closed"),
    ],
)
def test_wrong_usage_is_told(root: Path, tmp_path: Path, arguments: list[str], message: str) -> None:
    done = newsarchive("export", *arguments, "--archive", str(root), cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert shelves.names(tmp_path) == []


def test_an_article_without_its_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    root = shelves.two_days(tmp_path / "archive")
    (root / "2026/11/23/第1篇.md").unlink()
    done = newsarchive("export", "csv", str(tmp_path / "out.csv"), "--archive", str(root))
    assert (done.returncode, "Not exported: " in done.stderr) == (3, True)
    assert done.stdout.startswith("4 articles exported")


def test_an_article_without_a_raw_record_is_told_by_wacz(tmp_path: Path) -> None:
    pytest.importorskip("wacz", reason="needs the extra wacz")
    (tmp_path / "archive").mkdir()
    root = stored.two_days(tmp_path / "archive")
    with shelves.running(root) as archive:
        shelves.archived(archive, shelves.article(6))
    done = newsarchive("export", "wacz", str(tmp_path / "out.wacz"), "--archive", str(root), "--json")
    told = {"out": str(tmp_path / "out.wacz"), "articles": 5, "unreadable": 1}
    assert (done.returncode, json.loads(done.stdout)) == (3, told)
