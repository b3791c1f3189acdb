"""cli: the command itself, as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from cli_process import ROOT, newsarchive

from newsarchive.cli import VERBS, main

PROGRAM = typer.main.get_command(main)


def test_help_lists_the_verbs():
    done = newsarchive("--help")
    assert done.returncode == 0
    assert "rehearse" in done.stdout


def test_a_verbs_help_has_an_example():
    assert "Example: newsarchive rehearse" in newsarchive("rehearse", "--help").stdout


def test_version_is_said():
    assert newsarchive("--version").stdout.startswith("newsarchive ")


def test_an_unknown_option_is_exit_2():
    assert newsarchive("rehearse", "--nonsense").returncode == 2


def test_a_usage_error_is_one_plain_line_and_exit_2(tmp_path: Path):
    (tmp_path / "mine.txt").touch()
    done = newsarchive("rehearse", "--archive", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("newsarchive: ")
    assert done.stderr.count("\n") == 1


def test_no_verb_but_crawl_imports_scrapy():
    check = (
        "import sys, importlib, newsarchive.cli as cli\n"
        "for name in cli.VERBS.values(): importlib.import_module(f'newsarchive.cli.{name}')\n"
        "sys.exit('scrapy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0


def test_an_unknown_verb_is_exit_2():
    done = newsarchive("nonsense")
    assert done.returncode == 2
    assert "No such command" in done.stderr


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("statuss", "status"),
        ("rehearse --fault mild", "--faults"),
        ("--vrsion", "--version"),
        ("render --jsn", "--json"),
    ],
)
def test_a_slip_of_the_pen_is_told_what_was_meant(typed: str, meant: str):
    done = newsarchive(*typed.split())
    assert done.returncode == 2
    assert f"; did you mean {meant}?" in done.stderr


def test_no_option_is_offered_that_is_not_near():
    assert "did you mean" not in newsarchive("install-cron", "--jsn").stderr


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "crawl"])
def test_each_verbs_help_has_an_example_and_its_exit_codes(verb: str):
    told = PROGRAM.get_command(typer.Context(PROGRAM), verb).help
    assert f"Example: newsarchive {verb}" in told
    assert "Exit code: 0" in told


def test_the_list_of_verbs_is_not_cut():
    assert "..." not in newsarchive("--help").stdout.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("status --archive nowhere", "newsarchive crawl makes it"),
        ("verify --archive {root} --against nowhere", "with --against"),
        ("repair --archive {root} --from nowhere", "with --from"),
        ("verify --archive {root} --heads nowhere", "No such file"),
        ("coverage --since 2026-11-30 --until 2026-11-01", "not after --until 2026-11-01"),
        ("layouts --since 2026-11-30 --until 2026-11-01", "not after --until 2026-11-01"),
        ("render {root}/page.html", "give it with --url"),
        ("render {root}/page.html --profile none", "'--profile': 'none' is not one of"),
    ],
)
def test_wrong_usage_names_the_option_that_puts_it_right(arguments: str, said: str, tmp_path: Path):
    (tmp_path / ".newsarchive").mkdir()
    (tmp_path / "page.html").write_text("<html><p>hello</p></html>")
    done = newsarchive(*arguments.format(root=tmp_path).split())
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in ("crawl", "render")])
def test_no_verb_shows_a_password_that_stands_in_its_arguments(verb: str, tmp_path: Path):
    address = "https://me:s3cret@example.org/dav"
    for arguments in (["--archive", address], [f"--{address}"], [address]):
        done = newsarchive(verb, *arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert "s3cret" not in done.stdout + done.stderr


NOBODY = """
import os, sys
from pathlib import Path
from newsarchive.cli import folder, install_cron
from newsarchive.errors import UsageError
os.environ.pop("HOME", None)
os.setuid(54321)
for ask in (lambda: folder.archive_path(Path("~/archive")), lambda: install_cron.job_of(Path("/archive"))):
    try:
        ask()
    except UsageError as error:
        print(error)
"""
"""A user that nobody has entered anywhere, as in a container: there is no home."""


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() != 0, reason="only root may become nobody")
def test_without_a_home_a_verb_says_what_it_needs():
    # unmeasured: nobody may not write what coverage would have this process leave behind
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    command = [sys.executable, "-c", NOBODY]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [("HOME" in line or "behind ~" in line) for line in done.stdout.splitlines()] == [True, True]
