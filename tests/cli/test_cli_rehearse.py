"""cli.rehearse, cli.child, cli.outline: the rehearsal as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_process import ROOT, RUN, newsarchive

from newsarchive.cli.child import Stop, crawl_environment
from newsarchive.cli.outline import head_of, tree_of
from newsarchive.cli.rehearsal_folder import MARKER
from tests.conftest import CRAWL_TIMEOUT_S, wait_until


def test_a_rehearsal_ends_with_tree_head_and_verdict(tmp_path: Path):
    done = newsarchive("rehearse", "--articles", "12", "--days", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "rehearsal-archive/" in done.stdout
    assert "categories: " in done.stdout
    *_, verdict, reader = done.stdout.splitlines()
    assert verdict.startswith("As expected: 12 archived, 0 missing, 0 false")
    assert reader == "Read it in a browser: newsarchive serve --no-marks --archive rehearsal-archive"
    assert (tmp_path / "rehearsal-archive" / MARKER).is_file()


def test_the_users_own_archive_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NEWSARCHIVE_DIR", str(tmp_path / "own"))
    monkeypatch.setenv("NEWSARCHIVE_PROFILE", "nonsense")
    assert newsarchive("rehearse", "--articles", "3", "--archive", "trial", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "own").exists()


@pytest.mark.slow
@pytest.mark.parametrize("faults", ["mild", "hostile"])
def test_faults_are_got_over_and_json_is_the_only_output(tmp_path: Path, faults: str):
    done = newsarchive("rehearse", "--articles", "40", "--faults", faults, "--json", cwd=tmp_path)
    result = json.loads(done.stdout)
    assert done.returncode == result["exit_code"] == 0, done.stderr
    assert (result["kept"], result["missing"], result["false"], result["differences"]) == (40, 0, 0, [])
    assert 1 <= len(result["runs"]) <= 8


def test_the_crawl_sees_no_foreign_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in ("NEWSARCHIVE_PROFILE", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "x")
    environment = crawl_environment(tmp_path, {"https_proxy": "http://127.0.0.1:1"})
    assert {"NEWSARCHIVE_PROFILE", "HTTPS_PROXY", "all_proxy"}.isdisjoint(environment)
    assert environment["NEWSARCHIVE_DIR"] == str(tmp_path)
    assert environment["https_proxy"] == "http://127.0.0.1:1"


def test_a_childs_exit_code_comes_through(tmp_path: Path):
    with Stop() as stop:
        assert stop.run([sys.executable, "-c", "raise SystemExit(5)"], env=dict(os.environ), cwd=tmp_path) == 5
    assert not stop.asked


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_serving_with_0(tmp_path: Path, number: signal.Signals):
    process = start("rehearse", "--serve", "--json", "--articles", "3", cwd=tmp_path)
    assert process.stdout
    env = json.loads(process.stdout.readline())["env"]
    assert env["http_proxy"].startswith("http://127.0.0.1:")
    process.send_signal(number)
    process.communicate(timeout=CRAWL_TIMEOUT_S)
    assert process.returncode == 0
    assert not Path(env["SSL_CERT_FILE"]).exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_signal_ends_the_crawl_cleanly(tmp_path: Path):
    process = start("rehearse", "--articles", "2000", "--json", cwd=tmp_path)
    archive = tmp_path / "rehearsal-archive"
    wait_until(lambda: any(archive.glob("2*/*/*/*.md")))
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=CRAWL_TIMEOUT_S)
    result = json.loads(out)
    assert process.returncode == 3
    assert result["stopped"]
    assert 0 < result["kept"] < 2000


def test_a_port_in_use_is_exit_2(tmp_path: Path):
    process = start("rehearse", "--serve", "--json", "--articles", "1", cwd=tmp_path)
    assert process.stdout
    port = json.loads(process.stdout.readline())["env"]["http_proxy"].rpartition(":")[2]
    done = newsarchive("rehearse", "--serve", port, "--articles", "1")
    process.terminate()
    process.communicate(timeout=CRAWL_TIMEOUT_S)
    assert done.returncode == 2
    assert "cannot be started" in done.stderr


def test_the_outline_of_an_empty_folder_is_its_name(tmp_path: Path):
    assert (tree_of(tmp_path), head_of(tmp_path)) == ([f"{tmp_path.name}/"], [])


def test_the_outline_stays_on_a_screen(tmp_path: Path):
    for day in range(1, 20):
        folder = tmp_path / f"2026/11/{day:02d}"
        folder.mkdir(parents=True)
        for number in range(30):
            (folder / f"{number}.md").write_text("\n---\n", "utf-8")
    assert len(tree_of(tmp_path)) < 24
    assert "… 27 more" in "\n".join(tree_of(tmp_path))


def start(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", RUN, *arguments]
    return subprocess.Popen(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
