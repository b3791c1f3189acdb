"""cli.serve: what the verb refuses, and that it opens, answers and ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from cli_process import ROOT, RUN, newsarchive

from newsarchive.cli.serve import address_of
from tests.conftest import wait_until
from tests.reading.shelves import two_days

EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound to it


def test_a_folder_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = newsarchive("serve", "--archive", str(tmp_path))
    assert done.returncode == 2
    assert "is no archive" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", EVERYWHERE], "give --password-file FILE, or --open"),
        (["--host", "192.0.2.1", "--open"], "cannot be used"),
        (["--host", "no such host", "--open"], "give an address of this machine"),
        (["--password-file", "missing"], "--password-file missing cannot be read: its folder does not exist"),
        (["--password-file", "short"], "at least 12 characters"),
    ],
)
def test_what_cannot_be_served_is_told_in_a_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    two_days(tmp_path / "archive")
    (tmp_path / "short").write_text("secret\n")
    done = newsarchive("serve", "--archive", "archive", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    two_days(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = newsarchive("serve", "--archive", str(tmp_path), "--port", str(other.getsockname()[1]))
    assert done.returncode == 2
    assert "give another --port" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM that a process could handle")
def test_it_opens_answers_and_ends_with_0_on_a_signal(tmp_path: Path) -> None:
    two_days(tmp_path)
    command = [sys.executable, "-u", "-c", RUN, "serve", "--archive", str(tmp_path), "--port", "0"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout
        said = re.fullmatch(r"Reading .* at (http://127\.0\.0\.1:\d+/) \(Ctrl-C ends\)\n", child.stdout.readline())
        assert said
        for path, words in (("", "2026年11月24日"), ("coverage", "上一次正常运行")):
            with urllib.request.urlopen(said[1] + path) as page:  # noqa: S310 - our own address
                assert words in page.read().decode()
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0
        assert child.stderr
        assert child.stderr.read() == ""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for the processes in /proc")
def test_several_workers_answer_and_one_that_is_killed_is_replaced(tmp_path: Path) -> None:
    two_days(tmp_path)
    command = [sys.executable, "-u", "-c", RUN, "serve", "--archive", str(tmp_path), "--port", "0", "--workers", "2"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout
        said = re.search(r"http://127\.0\.0\.1:\d+/", child.stdout.readline())
        assert said
        wait_until(lambda: len(workers_of(child.pid)) == 2)
        first = workers_of(child.pid)
        assert "2026年11月24日" in page_of(said[0])
        os.kill(min(first), signal.SIGKILL)
        wait_until(lambda: len(workers_of(child.pid) - first) == 1)
        assert [word for word in ["2026年11月24日"] * 8 if word not in page_of(said[0])] == []
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0
        assert child.stderr
        assert child.stderr.read() == ""
    assert all(not Path(f"/proc/{worker}").exists() for worker in first)


def page_of(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as page:  # noqa: S310 - our own address
        return str(page.read().decode())


def workers_of(parent: int) -> set[int]:
    """Processes that multiprocessing started for it, without the tracker of its resources."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return {int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()}


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:8/"), (EVERYWHERE, "http://127.0.0.1:8/"), ("::1", "http://[::1]:8/"), ("desk", "http://desk:8/")],
)  # fmt: skip
def test_the_address_that_is_told_can_be_opened_here(host: str, address: str) -> None:
    assert address_of(host, 8) == address
