"""``newsarchive status``: what it sees, what it makes of it, and that it can be asked often."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsarchive.archive.format import events, paths
from newsarchive.archive.format.events import Said
from newsarchive.archive.format.journal import stamp
from newsarchive.archive.index.coverage import Waiting
from newsarchive.archive.index.damage import Damage
from newsarchive.archive.record import brake
from newsarchive.archive.record.brake import Brake
from newsarchive.archive.record.inspection import FileFinding
from newsarchive.archive.record.lock import ArchiveLock, Owner
from newsarchive.cli.health import Journals, Seen, observe, verdict
from newsarchive.cli.status import lines_of
from newsarchive.items import BEIJING, Offer
from newsarchive.reading.web.wording import HEALTH
from tests.archive.making import DAY as DAY_KEPT
from tests.archive.making import fill, offer, opened
from tests.cli.cli_process import ROOT, newsarchive
from tests.journals import said

NOW = datetime.now(BEIJING).replace(microsecond=0)
DAY, EARLIER = NOW.date(), NOW.date() - timedelta(days=3)
URL = "https://finance.sina.com.cn/"


def run(code: int, ago: timedelta = timedelta(minutes=5)) -> dict[str, Any]:
    return {"run": "r", "ended_at": stamp(NOW - ago), "exit_code": code, "reason": "why"}


def ran(root: Path, *runs: dict[str, Any]) -> Path:
    folder = root / ".newsarchive" / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{NOW:%Y-%m}.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(line)}\n" for line in runs)
    return root


def shown(root: Path, number: int, at: datetime) -> None:
    offer = Offer(docid=f"d{number}", url=URL, day=at.date(), title="标题", channels=("1686",), published_at=at)
    head = Said("run", at)
    said(root, events.offered(head, offer), events.filtered(head, offer.docid, "topic"), day=at.date())


def catalogued(root: Path) -> None:
    """As a run leaves it: with a catalogue of its journals."""
    with opened(root):
        pass


def on_disk(root: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in root.rglob("*")}


# --- the verdict -----------------------------------------------------------------------------------------------------

WELL = Seen(
    now=NOW,
    stale_hours=24,
    last_run=run(0),
    last_good_run=run(0),
    channels=[],
    brake=None,
    owner=None,
    journals=Journals(1, 1, DAY),
    waiting=Waiting(0, 0, 0, None),
    unusable=None,
    free_bytes=10**9,
    cannot_write=None,
)


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"waiting": Waiting(1, 0, 0, None)}, [3]),
        ({"waiting": Waiting(0, 1, 0, NOW)}, [3]),
        ({"waiting": Waiting(0, 0, 9, None)}, []),  # given up: it would never be well again
        ({"brake": Brake(NOW + timedelta(minutes=1), NOW, URL)}, [4]),
        ({"brake": Brake(NOW - timedelta(minutes=1), NOW, URL)}, []),  # over: the next run probes
        ({"last_run": run(5)}, [5]),
        ({"last_run": run(6)}, []),
        ({"last_good_run": run(0, timedelta(hours=25))}, [5]),
        ({"last_good_run": None}, [5]),
        ({"last_good_run": None, "stale_hours": 0}, []),
        ({"waiting": None, "unusable": "the catalogue cannot be used"}, [3]),
        ({"waiting": Waiting(5, 0, 0, None), "last_run": run(0) | {"pending": 5}}, []),  # left by its limit
        ({"waiting": Waiting(6, 0, 0, None), "last_run": run(0) | {"pending": 5}}, [3]),
        ({"waiting": Waiting(5, 0, 0, None), "last_run": run(3) | {"pending": 5}}, [3]),
        ({"cannot_write": "the disk is full", "waiting": Waiting(1, 0, 0, None)}, [7, 3]),
        ({"damage": [Damage(DAY, 5, "unlinked", "0" * 64, None)]}, [8]),
        ({"files": [FileFinding("stray", DAY, "2026/11/23/笔记.md")]}, []),  # named, and a person's business
    ],
)
def test_verdict_names_all_that_is_not_well(changed: dict[str, Any], codes: list[int]) -> None:
    assert list(verdict(replace(WELL, **changed))) == codes


# --- what is seen ----------------------------------------------------------------------------------------------------


def test_the_last_good_run_is_found_behind_bad_and_torn_ones(tmp_path: Path) -> None:
    ran(tmp_path, run(0), run(3, timedelta(minutes=4)), run(4), {"exit_code": 1})
    with (tmp_path / ".newsarchive" / "runs" / f"{NOW:%Y-%m}.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"torn": ')
    seen = observe(tmp_path)
    assert (seen.last_run, seen.last_good_run) == ({"exit_code": 1}, run(3, timedelta(minutes=4)))


def test_freshness_and_unsealed_days_are_told_by_channel(tmp_path: Path) -> None:
    for number, at in enumerate((NOW - timedelta(days=3), NOW - timedelta(hours=1))):
        shown(tmp_path, number, at)
    said(tmp_path, events.sealed(Said("run", NOW), "1686", 1, "day-query"), day=EARLIER)
    first, second = observe(tmp_path).channels
    assert (first.channel, first.newest_at, first.is_stale) == ("1686", NOW - timedelta(hours=1), False)
    assert list(first.unsealed) == [DAY - timedelta(days=1), DAY - timedelta(days=2)]
    assert (second.channel, second.newest_at, second.is_stale, second.unsealed) == ("2509", None, True, [])


def test_the_owner_of_the_lock_is_told_without_touching_it(tmp_path: Path) -> None:
    (tmp_path / ".newsarchive").mkdir()
    with ArchiveLock(tmp_path / ".newsarchive"):
        owner = observe(tmp_path).owner
    assert owner is not None
    assert (owner.pid, owner.is_running()) == (os.getpid(), True)


def test_an_owner_that_is_gone_is_told_from_one_that_runs() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert Owner(process.pid, socket.gethostname(), stamp(NOW)).is_running() is False
    assert Owner(1, "elsewhere", stamp(NOW)).is_running() is None


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o500)
    told = observe(tmp_path).cannot_write
    tmp_path.chmod(0o700)
    assert told is not None


# --- as it is called -------------------------------------------------------------------------------------------------


def test_status_of_a_healthy_archive_is_0_and_writes_nothing(tmp_path: Path) -> None:
    shown(ran(tmp_path, run(0)), 1, NOW - timedelta(hours=1))
    catalogued(tmp_path)
    before = on_disk(tmp_path)
    told = newsarchive("status", "--archive", str(tmp_path))
    assert (told.returncode, told.stderr, told.stdout.splitlines()[-1]) == (0, "", "All is well.")
    assert on_disk(tmp_path) == before


def test_status_as_json_has_what_a_script_asks_for(tmp_path: Path) -> None:
    brake.pull(ran(tmp_path, run(4)) / ".newsarchive", NOW, 60, URL)
    ran_ = newsarchive("status", "--archive", str(tmp_path), "--json")
    told = json.loads(ran_.stdout)
    assert (ran_.returncode, told["exit_code"], len(told["problems"])) == (4, 4, 2)
    assert told["brake"] == {
        "until": stamp(NOW + timedelta(hours=1)),
        "heard_at": stamp(NOW),
        "url": URL,
        "holds": True,
    }
    assert {"last_run", "last_good_run", "channels", "lock", "gaps", "next_try_at", "disk_free_bytes"} <= set(told)


def test_files_that_are_named_are_not_called_well(tmp_path: Path) -> None:
    fill(ran(tmp_path, run(0)), offer(1))
    (paths.day_folder(tmp_path, DAY_KEPT) / "note.md").write_bytes(b"mine")
    told = newsarchive("status", "--archive", str(tmp_path))
    assert (told.returncode, told.stdout.splitlines()[-1]) == (0, "All is well, but for the files named above.")


def test_release_lifts_the_brake(tmp_path: Path) -> None:
    shown(ran(tmp_path, run(0), run(4)), 1, NOW)
    catalogued(tmp_path)
    brake.pull(tmp_path / ".newsarchive", NOW, 60, URL)
    told = newsarchive("status", "--archive", str(tmp_path), "--release")
    assert (told.returncode, told.stderr) == (0, f"Released; it was to hold until {stamp(NOW + timedelta(hours=1))}\n")
    assert brake.read(tmp_path / ".newsarchive", NOW) is None


def test_an_archive_that_is_a_file_is_exit_7(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    told = newsarchive("status", "--archive", str(tmp_path / "file"))
    assert (told.returncode, told.stderr.count("\n"), told.stdout) == (7, 1, "")


def test_status_loads_neither_scrapy_nor_a_parser(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom newsarchive.cli.status import observe\nfrom pathlib import Path\n"
        f"observe(Path({str(tmp_path)!r}))\n"
        "print(sorted({'scrapy', 'twisted', 'bs4', 'rich.console'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_wrong_setting_is_one_line_and_exit_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSARCHIVE_DISCOVER_STALE_HOURS", "long")
    told = newsarchive("status", "--archive", str(tmp_path))
    assert (told.returncode, told.stderr.count("\n")) == (2, 1)


def test_days_are_of_beijing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown(ran(tmp_path, run(0)), 1, NOW - timedelta(days=2))
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    told = json.loads(newsarchive("status", "--archive", str(tmp_path), "--json").stdout)
    assert told["now"].endswith("+08:00")
    assert date.fromisoformat(told["channels"][0]["unsealed"][0]) == DAY - timedelta(days=1)


def test_files_of_another_hand_end_in_no_traceback(tmp_path: Path) -> None:
    shown(ran(tmp_path, run(0)), 1, NOW)
    catalogued(tmp_path)
    state = tmp_path / ".newsarchive"
    (state / "brake.json").write_bytes(b"[" * 100_000)
    (state / "lock.json").write_bytes(b'{"pid": 1e999, "host": "h", "started_at": "s"}')
    with (state / "runs" / f"{NOW:%Y-%m}.jsonl").open("ab") as file:
        file.write(b"[" * 100_000 + b'\n{"exit_code": [], "reason": {"x": 1}}\n')
    told = newsarchive("status", "--archive", str(tmp_path))
    assert (told.returncode, told.stdout.splitlines()[-1]) == (0, "All is well.")
    assert "brake.json" in told.stderr
    assert "Traceback" not in told.stderr


def test_the_reader_has_a_chinese_name_for_each_line() -> None:
    named = {name for name, _ in lines_of(WELL)}
    assert "raw store" in named
    assert named <= set(HEALTH)
