"""``newsarchive install-cron`` with a stand-in for ``crontab`` that stores into a file: nobody's own table is touched."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from newsarchive.cli.install_cron import CronJob, environment, lines_of, schedule
from newsarchive.errors import UsageError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no crontab")

PROJECT = Path(__file__).resolve().parents[2]
CRONTAB = """#!/bin/sh
case "$1" in
-l) [ -e "$CRON_TABLE" ] || { echo "${CRON_SAYS:-no crontab for somebody}" >&2; exit 1; }; cat "$CRON_TABLE" ;;
-) cat > "$CRON_TABLE.new" && grep -q refuse "$CRON_TABLE.new" && { echo "bad minute" >&2; exit 1; }
   mv "$CRON_TABLE.new" "$CRON_TABLE" ;;
*) exit 9 ;;
esac
"""
OTHERS = b"# \xff\x85 by hand\nMAILTO=me\n5 5 * * * echo \\%d\n"


@dataclass(frozen=True)
class Machine:
    """A home, a crontab, and an archive whose path has all that is awkward."""

    home: Path

    @property
    def archive(self) -> Path:
        return self.home / "news of 100% 'mine'"

    @property
    def table(self) -> Path:
        return self.home / "table"

    @property
    def entries(self) -> list[str]:
        """Lines of ours that cron would run."""
        lines = self.table.read_bytes().decode("utf-8", "replace").split("\n")
        return [line for line in lines if "newsarchive" in line and not line.startswith("#")]

    def __call__(self, *arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
        programs = f"{self.home / 'bin'}{os.pathsep}{os.environ['PATH']}"
        plain = {"PATH": programs, "HOME": str(self.home), "CRON_TABLE": str(self.table), "NEWSARCHIVE_X": "%$'"}
        command = [Path(sys.executable).with_name("newsarchive"), "install-cron", "--archive", self.archive]
        return subprocess.run(
            [*command, *map(str, arguments)],
            env={**plain, **environ}, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(CRONTAB)
    program.chmod(0o755)
    return Machine(tmp_path)


def as_cron_runs(entry: str) -> str:
    """The command of a line as cron hands it to the shell: five fields off, escaped percent signs plain."""
    command = entry.split(" ", 5)[5]
    assert "%" not in command.replace(r"\%", "")
    return command.replace(r"\%", "%")


def test_without_yes_the_lines_are_printed_and_nothing_is_installed(machine: Machine) -> None:
    done = machine(https_proxy="http://me:s3cret@proxy.example.org")
    assert (done.returncode, machine.table.exists()) == (0, False)
    assert "*/10 * * * * cd " in done.stdout
    assert "s3cret" not in done.stdout + done.stderr


def test_yes_appends_our_lines_and_leaves_the_others_to_the_byte(machine: Machine) -> None:
    machine.table.write_bytes(OTHERS)
    assert machine("--yes").returncode == 0
    assert machine.table.read_bytes().startswith(OTHERS + b"# newsarchive begins: ")
    assert len(machine.entries) == 3


def test_installing_again_replaces_our_lines(machine: Machine) -> None:
    machine("--yes")
    assert machine("--yes", "--every", 30).returncode == 0
    assert [entry.split()[0] for entry in machine.entries] == ["*/30", "37", "17"]


def test_remove_gives_back_the_table_as_it_was(machine: Machine) -> None:
    machine.table.write_bytes(OTHERS)
    machine("--yes")
    assert machine("--remove").returncode == 0
    assert machine.table.read_bytes() == OTHERS
    assert list(machine.home.glob(".config/newsarchive/*")) == []


def test_remove_leaves_the_lines_of_another_archive(machine: Machine) -> None:
    machine("--yes", "--archive", machine.home / "second")
    before = machine.table.read_bytes()
    machine("--yes")
    machine("--remove")
    assert machine.table.read_bytes() == before


def test_remove_where_nothing_is_installed_is_no_failure(machine: Machine) -> None:
    assert (machine("--remove").returncode, machine.table.exists()) == (0, False)


def test_each_line_runs_with_whole_paths_and_the_variables_of_now(machine: Machine) -> None:
    """Said by a shell that has cron's environment, with the interpreter replaced by one that tells what it got."""
    machine("--yes", https_proxy="http://me:s3cret@h")
    for entry in machine.entries:
        told = as_cron_runs(entry).replace(sys.executable, "exec env; true ").partition(">>")[0]
        ran = subprocess.run(["/bin/sh", "-c", told], env={}, cwd="/", capture_output=True, text=True, check=True)
        assert f"NEWSARCHIVE_DIR={machine.archive}" in ran.stdout
        assert "NEWSARCHIVE_X=%$'" in ran.stdout
        assert f"PWD={PROJECT}" in ran.stdout
        assert "https_proxy=http://me:s3cret@h" in ran.stdout


def test_secrets_stand_in_a_file_for_this_user_alone(machine: Machine) -> None:
    done = machine("--yes", NEWSARCHIVE_ALERT_URLS="json://s3cret")
    (file,) = machine.home.glob(".config/newsarchive/*")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "s3cret" in file.read_text()
    assert "s3cret" not in done.stdout + done.stderr + machine.table.read_text()


def test_the_logs_folder_exists_before_cron_writes_into_it(machine: Machine) -> None:
    machine("--yes")
    assert (machine.home / ".local/state/newsarchive").is_dir()


def test_a_table_that_cannot_be_read_is_left_alone(machine: Machine) -> None:
    done = machine("--yes", CRON_SAYS="you are not allowed to use this program")
    assert (done.returncode, machine.table.exists()) == (2, False)
    assert "not allowed" in done.stderr


def test_a_table_that_cron_refuses_is_told(machine: Machine) -> None:
    machine.table.write_text("# refuse\n")
    done = machine("--yes")
    assert (done.returncode, machine.table.read_text()) == (2, "# refuse\n")
    assert "bad minute" in done.stderr


def test_marks_that_are_no_pair_are_left_to_a_person(machine: Machine) -> None:
    machine("--yes")
    torn = b"".join(line for line in machine.table.read_bytes().splitlines(keepends=True) if b" ends: " not in line)
    machine.table.write_bytes(torn)
    assert [machine(option).returncode for option in ("--yes", "--remove")] == [2, 2]
    assert machine.table.read_bytes() == torn


def test_without_the_program_it_says_so(machine: Machine) -> None:
    done = machine("--yes", PATH=str(machine.home))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no program crontab" in done.stderr


def test_a_path_that_no_crontab_can_carry_is_refused(machine: Machine) -> None:
    assert machine("--archive", machine.home / "a\\b").returncode == 2


@pytest.mark.parametrize(("every", "fields"), [
    (1, "*/1 * * * *"), (10, "*/10 * * * *"), (60, "0 */1 * * *"), (360, "0 */6 * * *"),
])  # fmt: skip
def test_equal_steps_are_written_as_cron_reads_them(every: int, fields: str) -> None:
    assert schedule(every) == fields


@pytest.mark.parametrize("every", [-10, 0, 7, 45, 90, 300, 2880])
def test_steps_that_cron_cannot_keep_are_refused(every: int) -> None:
    with pytest.raises(UsageError):
        schedule(every)


def test_without_a_project_the_lines_run_our_own_command_where_they_were_asked_for() -> None:
    job = CronJob(*map(Path, ("/bin/python", "/home/me/news", "/home/me/news/archive", "/e", "/l")), has_project=False)
    polls = [line for line in lines_of(job, schedule(10), {}) if "crawl sina_finance" in line]
    assert all(
        "cd /home/me/news && NEWSARCHIVE_DIR=/home/me/news/archive /bin/python -m newsarchive crawl" in line
        for line in polls
    )
    assert len(polls) == 2


def test_only_what_a_run_heeds_is_taken_along() -> None:
    given = {
        "NEWSARCHIVE_DIR": "a",
        "NEWSARCHIVE_RAW_STORE": "none",
        "NO_PROXY": "x",
        "PATH": "y",
        "SSL_CERT_FILE": "z",
    }
    assert list(environment(given)) == ["NEWSARCHIVE_RAW_STORE", "NO_PROXY", "SSL_CERT_FILE"]


def test_the_real_crontab_finds_nothing_wrong(machine: Machine, which: Callable[[str], str]) -> None:
    """Debian's has a dry run; the stand-in takes anything."""
    program = which("crontab")
    machine("--yes")
    ran = subprocess.run([program, "-n", machine.table], capture_output=True, text=True, check=False)
    if "invalid option" in ran.stderr:
        pytest.skip("this crontab has no dry run")
    assert ran.returncode == 0, ran.stderr


@pytest.fixture
def which() -> Callable[[str], str]:
    import shutil

    def find(name: str) -> str:
        return shutil.which(name) or pytest.skip(f"{name} is not installed")

    return find
