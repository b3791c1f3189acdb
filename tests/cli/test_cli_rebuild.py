"""``newsarchive rebuild``, and the looks that leave it to rebuild."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from newsarchive.archive.format import events, journal, paths
from newsarchive.archive.format.events import Said
from newsarchive.archive.record.lock import ArchiveLock
from newsarchive.items import Offer
from tests.archive.making import DAY, NOON, article, begin_script, catalogue_path, fill, given, offer, opened, tables
from tests.cli.cli_process import newsarchive
from tests.journals import said

pytestmark = pytest.mark.slow  # real crawls by the dozen

QUICK = 8_000_000
"""Bytes of journals that a look reads for itself."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    fill(tmp_path, offer(1), offer(2))
    return tmp_path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Journals that no look reads for itself; no catalogue."""
    title = "标" * 2000
    number = QUICK // 6000
    url = "https://finance.sina.com.cn/"
    offers = (Offer(docid=f"d{n}", url=url, day=DAY, title=title, channels=("1686",)) for n in range(number + 1))
    said(tmp_path, *(events.offered(Said("run", NOON), of) for of in offers))
    return tmp_path


def test_it_makes_the_catalogue_anew_and_says_what_it_lost(root: Path) -> None:
    before = tables(root)
    catalogue_path(root).write_bytes(b"rubbish")
    ran = newsarchive("rebuild", "--archive", str(root), "--json")
    told = json.loads(ran.stdout)
    assert (ran.returncode, told["days"], told["documents"], told["damaged"]) == (0, 1, {"kept": 2}, [])
    assert len(told["lost"]) == 3
    assert tables(root) == before


def test_it_knows_the_profile_of_the_archive(tmp_path: Path) -> None:
    with opened(tmp_path, profile="rsshub") as archive:
        archive.offer([offer(1)]).result()
        archive.keep(article(offer(1)), b"x").result()
    assert newsarchive("rebuild", "--archive", str(tmp_path)).returncode == 0
    with opened(tmp_path, profile="rsshub"):
        pass


def test_while_a_run_holds_the_archive_it_leaves_it_alone(root: Path) -> None:
    with ArchiveLock(root / paths.STATE_NAME):
        ran = newsarchive("rebuild", "--archive", str(root))
    assert (ran.returncode, ran.stdout) == (6, "")


def test_a_damaged_journal_is_told_and_the_rest_of_it_counts(root: Path) -> None:
    path = paths.journal_path(root, DAY)
    path.write_bytes(path.read_bytes().replace(b'"event":"kept"', b'"event":"kapt"', 1))
    ran = newsarchive("rebuild", "--archive", str(root), "--json")
    told = json.loads(ran.stdout)
    assert (ran.returncode, told["documents"], len(told["damaged"])) == (8, {"kept": 1, "pending": 1}, 1)


@pytest.mark.parametrize("verb", ["coverage", "gaps"])
def test_a_look_into_a_large_archive_without_a_catalogue_leaves_it_to_others(large: Path, verb: str) -> None:
    ran = newsarchive(verb, "--archive", str(large))
    assert (ran.returncode, ran.stdout) == (3, "")
    assert "newsarchive rebuild" in ran.stderr


def test_status_tells_what_it_can_without_a_catalogue(large: Path) -> None:
    told = json.loads(newsarchive("status", "--archive", str(large), "--json").stdout)
    assert "newsarchive rebuild" in told["catalogue"]
    assert (told["channels"], told["gaps"], told["journals"]["days"]) == ([], None, 1)
    assert told["journals"]["bytes"] == journal.tail(paths.journal_path(large, DAY)).size
    assert newsarchive("rebuild", "--archive", str(large)).returncode == 0
    told = json.loads(newsarchive("status", "--archive", str(large), "--json").stdout)
    assert (told["catalogue"], told["gaps"]["failed"]) == ("usable", 0)


@pytest.mark.parametrize("is_there", [True, False])
def test_status_of_a_small_archive_tells_all_and_says_that_the_catalogue_cannot_be_used(
    root: Path, is_there: bool
) -> None:
    shutil.rmtree(root / paths.STATE_NAME)
    if is_there:
        catalogue_path(root).parent.mkdir()
        catalogue_path(root).write_bytes(b"rubbish")
    told = json.loads(newsarchive("status", "--archive", str(root), "--json").stdout)
    assert ("newsarchive rebuild" in told["catalogue"], told["gaps"]["pending"]) == (True, 0)
    assert told["catalogue"] in told["problems"]


ENDED_BY = """
import os, signal, sys
from newsarchive.cli import main, rebuild
rebuild._lines = lambda: lambda progress: os.kill(os.getpid(), signal.Signals[sys.argv[1]])
main(["rebuild", "--archive", sys.argv[2]], prog_name="newsarchive")
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_it_in_one_line_and_the_old_catalogue_stands(root: Path, name: str) -> None:
    before = catalogue_path(root).read_bytes()
    with begin_script(ENDED_BY, name, root) as process:
        assert process.wait() == 3
    assert catalogue_path(root).read_bytes() == before
    assert not (root / paths.STATE_NAME / "lock.json").exists()
    assert newsarchive("rebuild", "--archive", str(root)).returncode == 0


# --- forget ------------------------------------------------------------------------------------------------------------


def test_a_forgotten_address_is_no_gap_and_the_sum_holds(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        archive.offer([given(1), offer(2)]).result()
    assert newsarchive("forget", given(1).url, "--archive", str(tmp_path), "--reason", "typo").returncode == 0
    assert "typo" in paths.journal_path(tmp_path, DAY).read_text("utf-8")
    gaps = json.loads(newsarchive("gaps", "--archive", str(tmp_path), "--json").stdout)["gaps"]
    assert [gap["docid"] for gap in gaps] == [offer(2).docid]
    rows = json.loads(newsarchive("coverage", "--archive", str(tmp_path), "--json").stdout)["days"]
    assert [(row["channel"], row["offered"], row["filtered"], row["pending"]) for row in rows] == [
        ("1686", 1, 0, 1),
        (None, 1, 1, 0),
    ]


def test_what_is_no_gap_is_refused_and_nothing_is_changed(root: Path) -> None:
    with opened(root) as archive:
        archive.offer([offer(3)]).result()
    for ids in (["nothing"], [offer(1).docid], [offer(3).docid, "nothing"]):
        ran = newsarchive("forget", *ids, "--archive", str(root))
        assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert json.loads(newsarchive("gaps", "--archive", str(root), "--json").stdout)["gaps"] != []


# --- folders ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["status", "coverage", "gaps", "layouts", "rebuild"])
def test_a_folder_that_is_no_archive_is_exit_2(tmp_path: Path, verb: str) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    ran = newsarchive(verb, "--archive", str(tmp_path))
    assert (ran.returncode, "is no archive" in ran.stderr) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_an_archive_that_no_run_has_written_into_yet_is_one(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("how to read this folder")
    assert newsarchive("coverage", "--archive", str(tmp_path)).returncode == 0


def test_damage_is_told_until_it_is_accepted(root: Path) -> None:
    journal = next(root.glob("*/*/*/_day.jsonl"))
    journal.write_bytes(journal.read_bytes().replace(b'"event":"kept"', b'"event":"Kept"', 1))
    assert [newsarchive("rebuild", "--archive", str(root)).returncode for _ in range(2)] == [8, 8]
    assert newsarchive("status", "--archive", str(root)).returncode == 8
    ran = newsarchive("rebuild", "--accept-damage", "--archive", str(root))
    assert (ran.returncode, "Accepted: " in ran.stderr) == (0, True)
    assert json.loads(journal.read_bytes().splitlines()[-1])["event"] == "damaged"
    assert newsarchive("rebuild", "--archive", str(root)).returncode == 0


def test_that_a_day_is_lost_is_not_forgotten_by_a_rebuild(root: Path) -> None:
    assert newsarchive("rebuild", "--archive", str(root)).returncode == 0
    shutil.rmtree(next(root.glob("*/*/*/_day.jsonl")).parent)
    told = [newsarchive("rebuild", "--archive", str(root)) for _ in range(2)]
    assert [(ran.returncode, "_day.jsonl is gone" in ran.stdout) for ran in told] == [(8, True)] * 2
    assert newsarchive("rebuild", "--accept-damage", "--archive", str(root)).returncode == 0
