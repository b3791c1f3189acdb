"""``newsarchive coverage`` and ``gaps`` as a person and a script call them."""

from __future__ import annotations

import json
import subprocess
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from newsarchive.archive.format import events
from newsarchive.archive.format.events import Said
from newsarchive.items import BEIJING, Offer
from tests.cli.cli_process import newsarchive
from tests.journals import said
from tests.reading.pictured import LOST, media_of, pictured
from tests.reading.shelves import two_days

pytestmark = pytest.mark.slow  # processes by the dozen

DAY, NEXT_DAY = date(2026, 11, 23), date(2026, 11, 24)
NOON = datetime(2026, 11, 23, 12, tzinfo=BEIJING)
SAYS = Said("run", NOON)
COUNTS = ("offered", "kept", "filtered", "failed", "gone", "pending")


def offered(docid: str, *channels: str, day: date = DAY, url: str = "") -> dict[str, Any]:
    address = url or f"https://finance.sina.com.cn/{docid}.shtml"
    return events.offered(SAYS, Offer(docid=docid, url=address, day=day, title="标题", channels=channels))


def lost(docid: str, due: datetime | None = NOON) -> dict[str, Any]:
    return events.failed(SAYS, docid, "http-503", attempts=3, next_try_at=due)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Two days: of the first one is failed and one is gone, the second is sealed and complete."""
    said(tmp_path, offered("a", "1686", "2509"), offered("b", "2509"), offered("c", "2509"), lost("b"), day=DAY)
    said(tmp_path, events.gone(SAYS, "c", 404), events.filtered(SAYS, "a", "video-only"), day=DAY)
    said(tmp_path, offered("d", day=NEXT_DAY), events.filtered(SAYS, "d", "topic"), day=NEXT_DAY)
    said(tmp_path, events.sealed(SAYS, "1686", 0, "day-query"), day=NEXT_DAY)
    return tmp_path


def row(day: date, channel: str | None, *counts: int, sealed: bool = False) -> dict[str, Any]:
    return {"day": str(day), "channel": channel, **dict(zip(COUNTS, counts, strict=True)), "sealed": sealed}


def told(ran: subprocess.CompletedProcess[str]) -> tuple[int, Any]:
    return ran.returncode, json.loads(ran.stdout)


def test_coverage_as_json_has_a_row_a_day_and_channel(archive: Path) -> None:
    assert told(newsarchive("coverage", "--archive", str(archive), "--json")) == (
        3,
        {
            "days": [
                row(DAY, "1686", 1, 0, 1, 0, 0, 0),
                row(DAY, "2509", 3, 0, 1, 1, 1, 0),
                row(NEXT_DAY, "1686", 0, 0, 0, 0, 0, 0, sealed=True),
                row(NEXT_DAY, None, 1, 0, 1, 0, 0, 0),
            ],
            "complete": False,
        },
    )


@pytest.mark.parametrize(
    ("asked", "rows", "code"),
    [
        (("--since", "2026-11-24"), 2, 0),
        (("--until", "2026-11-23"), 2, 3),
        (("--channel", "1686"), 2, 0),
        (("--channel", "国内滚动"), 2, 0),
        (("--channel", "null"), 1, 0),
        (("--channel", "4711"), 0, 0),
        (("--since", "2027-01-01"), 0, 0),
    ],
)
def test_coverage_of_a_part_judges_that_part(archive: Path, asked: tuple[str, ...], rows: int, code: int) -> None:
    found, counted = told(newsarchive("coverage", "--archive", str(archive), "--json", *asked))
    assert (found, len(counted["days"]), counted["complete"]) == (code, rows, code == 0)


def test_coverage_as_text_is_aligned_and_says_what_to_do(archive: Path) -> None:
    ran = newsarchive("coverage", "--archive", str(archive))
    lines = ran.stdout.splitlines()
    assert lines[0].split() == ["day", "channel", *COUNTS, "sealed"]
    assert lines[2].split() == ["2026-11-23", "2509", "3", "0", "1", "1", "1", "0", "no"]
    assert "newsarchive gaps" in lines[-1]


def test_coverage_says_which_days_were_read_through_the_pages(archive: Path) -> None:
    said(archive, events.sealed(SAYS, "2509", 3, "pages"), day=DAY)
    lines = newsarchive("coverage", "--archive", str(archive)).stdout.splitlines()
    assert [line.rpartition("  ")[2] for line in lines[1:4]] == ["no", "by pages", "yes"]


@pytest.mark.parametrize("wrong", [("--since", "soon"), ("--channel", "没有"), ("--archive", "/nowhere/at/all")])
def test_coverage_of_what_makes_no_sense_is_one_line_and_exit_2(archive: Path, wrong: tuple[str, str]) -> None:
    ran = newsarchive("coverage", *(() if wrong[0] == "--archive" else ("--archive", str(archive))), *wrong)
    assert (ran.returncode, ran.stderr.count("\n"), ran.stdout) == (2, 1, "")


def test_gaps_as_json_names_each_with_its_reason(archive: Path) -> None:
    said(archive, offered("e", "2509"), offered("f", "2509"), lost("f", due=None))
    code, listed = told(newsarchive("gaps", "--archive", str(archive), "--json"))
    due = "2026-11-23T12:00:00+08:00"
    found = [
        tuple(gap[key] for key in ("docid", "state", "reason", "attempts", "next_try_at")) for gap in listed["gaps"]
    ]
    assert (code, set(listed["gaps"][0])) == (
        3,
        {"docid", "url", "title", "day", "state", "reason", "attempts", "next_try_at"},
    )
    assert found == [
        ("b", "failed", "http-503", 3, due),
        ("e", "pending", "not-tried", 0, None),
        ("f", "failed", "http-503", 3, None),
    ]


def test_gaps_name_files_that_are_not_as_they_should_be(tmp_path: Path) -> None:
    kept = {"file": "2026/11/23/标题.md", "sha256": "0" * 64, "bytes": 5, "profile": "clean"}
    said(tmp_path, offered("a", "1686"), {**SAYS.event("kept", "a"), **kept}, offered("b", "1686"))
    said(tmp_path, {**SAYS.event("kept", "b"), **kept, "file": "2026/11/23/另.md"})
    for name in ("另.md", "笔记.md"):
        (tmp_path / "2026" / "11" / "23" / name).write_text("mine")
    code, listed = told(newsarchive("gaps", "--archive", str(tmp_path), "--json"))
    assert (code, {(gap["docid"], gap["state"], gap["file"]) for gap in listed["gaps"]}) == (
        3,
        {
            ("a", "missing", "2026/11/23/标题.md"),
            ("b", "altered", "2026/11/23/另.md"),
            (None, "stray", "2026/11/23/笔记.md"),
        },
    )
    assert "1 without a line in a journal" in newsarchive("gaps", "--archive", str(tmp_path)).stdout


def test_gaps_as_text_tell_a_retry_from_one_that_was_given_up(archive: Path) -> None:
    said(archive, offered("e", "2509"), offered("f", "2509"), lost("f", due=None))
    lines = newsarchive("gaps", "--archive", str(archive)).stdout.splitlines()
    assert [next(word for word in ("+08:00", "next run", "given up") if word in line) for line in lines[1:4]] == [
        "+08:00",
        "next run",
        "given up",
    ]
    assert lines[-1] == "3 missing; newsarchive gaps --fill crawls them now."


def test_gaps_of_a_whole_archive_are_none_and_a_fill_of_none_crawls_nothing(tmp_path: Path) -> None:
    ran = newsarchive("gaps", "--fill", "--archive", str(tmp_path))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "Nothing is missing.\n", "")
    assert list(tmp_path.iterdir()) == []


def test_a_hostile_address_moves_no_cursor(archive: Path) -> None:
    said(archive, offered("e", "2509", url="https://x.sina.cn/\x1b[2J[bold]\n"))
    text = newsarchive("gaps", "--archive", str(archive)).stdout
    assert r"https://x.sina.cn/\x1b[2J[bold]\n" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("verb", ["coverage", "gaps", "status"])
def test_help_teaches_by_an_example(verb: str) -> None:
    assert f"Example: newsarchive {verb}" in newsarchive(verb, "--help").stdout


# --- pictures ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return pictured(tmp_path / "pictured")


def test_coverage_of_pictures_counts_them_and_names_what_is_missing(pictures: Path) -> None:
    told = newsarchive("coverage", "--images", "--json", "--archive", str(pictures))
    found = json.loads(told.stdout)
    counts = {"named": 6, "kept": 5, "filtered": 0, "failed": 1, "gone": 0, "pending": 0, "unread": 0}
    assert (told.returncode, found["complete"], found["days"]) == (3, False, [{"day": "2026-11-23", **counts}])
    assert [(missing["url"], missing["reason"], missing["attempts"]) for missing in found["missing"]] == [
        (LOST, "http-404", 1)
    ]


def test_coverage_of_pictures_as_a_table_says_what_is_missing_and_when_it_is_tried(pictures: Path) -> None:
    told = newsarchive("coverage", "--images", "--archive", str(pictures)).stdout
    assert "2026-11-23" in told
    assert f"failed http-404, 2026-11-24T21:00:00+08:00: {LOST}" in told


def test_articles_that_were_kept_without_a_look_for_pictures_are_missing_theirs(tmp_path: Path) -> None:
    told = newsarchive("coverage", "--images", "--archive", str(two_days(tmp_path / "plain")))
    assert told.returncode == 3
    assert "5 articles were kept without a look for pictures" in told.stdout


def test_pictures_have_no_channel(pictures: Path) -> None:
    told = newsarchive("coverage", "--images", "--channel", "1686", "--archive", str(pictures))
    assert (told.returncode, "counted by day" in told.stderr) == (2, True)


def test_status_tells_the_size_of_the_pictures(pictures: Path) -> None:
    told = json.loads(newsarchive("status", "--json", "--archive", str(pictures)).stdout)
    size = sum(path.stat().st_size for path in media_of(pictures))
    assert told["pictures"] == {"files": 4, "bytes": size, "pending": 0, "failed": 1}
