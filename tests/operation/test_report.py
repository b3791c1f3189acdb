from __future__ import annotations

import json
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsarchive.errors import ArchiveNotWritable
from newsarchive.items import BEIJING
from newsarchive.operation.report import (
    BLOCKED,
    DEFECT,
    DONE,
    GRAVEST_FIRST,
    LISTING,
    MISSING,
    NOT_WRITABLE,
    RunOutcome,
    RunReport,
    kept_runs,
)
from newsarchive.sina.listing.days_read import DaysRead


def report(**fields: Any) -> RunReport:
    return RunReport(
        **{
            "run": "20261124T090000-7",
            "started_at": datetime(2026, 11, 24, 9, 0, tzinfo=BEIJING),
            "ended_at": datetime(2026, 11, 24, 9, 5, 0, 250_000, tzinfo=BEIJING),
            "exit_code": 0,
            "reason": "done",
            "counts": {"offered": 5, "kept": 3, "sealed": 1},
            "pending": 2,
            "requests": 9,
            "bytes": 123_456,
            **fields,
        }
    )


def kept(state: Path) -> dict[str, list[dict[str, Any]]]:
    """The lines of each month's file."""
    files = sorted((state / "runs").iterdir())
    return {file.name: [json.loads(line) for line in file.read_bytes().splitlines()] for file in files}


def test_run_without_causes_is_done() -> None:
    assert (RunOutcome().exit_code, RunOutcome().reasons) == (DONE, [])


def test_order_of_gravity_is_that_of_the_design() -> None:
    assert (*GRAVEST_FIRST, DONE) == (7, 8, 1, 4, 5, 3, 0)


@pytest.mark.parametrize(("graver", "lighter"), list(pairwise(GRAVEST_FIRST)))
def test_gravest_cause_decides_whichever_came_first(graver: int, lighter: int) -> None:
    for codes in ((graver, lighter), (lighter, graver)):
        outcome = RunOutcome()
        for code in codes:
            outcome.note(code, f"cause {code}")
        assert outcome.exit_code == graver
        assert outcome.reasons == [f"cause {graver}", f"cause {lighter}"]


@given(st.lists(st.sampled_from(GRAVEST_FIRST)))
def test_exit_code_is_that_of_the_first_reason(codes: list[int]) -> None:
    outcome = RunOutcome()
    for code in codes:
        outcome.note(code, str(code))
    assert outcome.reasons == [str(code) for code in GRAVEST_FIRST if code in codes]
    assert str(outcome.exit_code) == next(iter(outcome.reasons), "0")


def test_message_is_kept_once_and_messages_of_one_cause_in_their_order() -> None:
    outcome = RunOutcome()
    for message in ("b", "a", "b"):
        outcome.note(LISTING, message)
    assert outcome.reasons == ["b", "a"]


def test_two_runs_share_no_causes() -> None:
    RunOutcome().note(DEFECT, "x")
    assert RunOutcome().exit_code == DONE


def test_code_that_is_no_outcome_of_a_crawl_is_refused() -> None:
    with pytest.raises(KeyError):
        RunOutcome().note(2, "usage is checked before the crawl")


def test_line_has_the_keys_of_the_contract_in_order() -> None:
    assert list(json.loads(report().line()).items()) == [
        ("run", "20261124T090000-7"),
        ("started_at", "2026-11-24T09:00:00+08:00"),
        ("ended_at", "2026-11-24T09:05:00.250+08:00"),
        ("exit_code", 0),
        ("reason", "done"),
        ("offered", 5),
        ("kept", 3),
        ("revised", 0),
        ("filtered", 0),
        ("failed", 0),
        ("gone", 0),
        ("pending", 2),
        ("requests", 9),
        ("bytes", 123_456),
    ]


def test_line_of_a_run_that_was_asked_for_days_tells_which_are_to_be_asked_for_again() -> None:
    days = DaysRead(3, empty=[date(2026, 11, 1)], unanswered=[date(2026, 11, 2)])
    assert list(json.loads(report(days=days).line()).items())[-2:] == [
        ("bytes", 123_456),
        ("days", {"read": 3, "empty": ["2026-11-01"], "unanswered": ["2026-11-02"]}),
    ]


@given(st.text(st.characters(codec=None)))
def test_line_is_one_line_of_ascii_whatever_the_reason(reason: str) -> None:
    line = report(reason=reason).line()
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["reason"] == reason


def test_lines_are_kept_by_the_month_in_beijing(tmp_path: Path) -> None:
    last_of_november = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
    first_of_december = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    for ended_at in (last_of_november, last_of_november, first_of_december):
        report(ended_at=ended_at).keep(tmp_path)
    assert {name: len(lines) for name, lines in kept(tmp_path).items()} == {"2026-11.jsonl": 2, "2026-12.jsonl": 1}


def test_torn_last_line_does_not_take_the_next_one_along(tmp_path: Path) -> None:
    report(run="first").keep(tmp_path)
    with (tmp_path / "runs/2026-11.jsonl").open("ab") as file:
        file.write(b'{"run": "torn')
    report(run="third").keep(tmp_path)
    assert [line["run"] for line in kept(tmp_path)["2026-11.jsonl"]] == ["first", "third"]


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(ArchiveNotWritable, match="runs"):
        report().keep(tmp_path)


def test_names_of_the_codes() -> None:
    assert (DONE, DEFECT, MISSING, BLOCKED, LISTING, NOT_WRITABLE) == (0, 1, 3, 4, 5, 7)


# --- read back -------------------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=BEIJING)


def runs_of(state: Path, *lines: bytes, month: str = "2026-11") -> list[dict[str, Any]]:
    folder = state / "runs"
    folder.mkdir(exist_ok=True)
    (folder / f"{month}.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    return list(kept_runs(state, NOW))


def run_line(hour: int, **more: object) -> bytes:
    return json.dumps(
        {"run": f"{hour}", "ended_at": f"2026-11-24T{hour:02}:00:00+08:00", "exit_code": 0} | more
    ).encode()


def test_runs_come_newest_first(tmp_path: Path) -> None:
    assert [run["run"] for run in runs_of(tmp_path, run_line(1), run_line(2))] == ["2", "1"]


def test_a_run_told_by_a_clock_that_was_ahead_comes_last_and_counts_as_now(tmp_path: Path) -> None:
    runs_of(tmp_path, run_line(1, ended_at="2027-03-19T09:00:00+08:00"), month="2027-03")
    found = runs_of(tmp_path, run_line(2))
    assert [run["run"] for run in found] == ["2", "1"]
    assert found[-1]["ended_at"] == "2026-11-24T12:00:00+08:00"


@pytest.mark.parametrize(
    "line", [b"[" * 100_000, b"[]", b"1e999", b"\xff", b'{"exit_code": 1e999}', b'{"reason": ["x"]}']
)
def test_a_line_of_another_hand_is_passed_over(tmp_path: Path, line: bytes) -> None:
    assert [run["run"] for run in runs_of(tmp_path, run_line(1), line, run_line(2))] == ["2", "1"]


def test_a_value_of_another_kind_is_passed_over(tmp_path: Path) -> None:
    (run,) = runs_of(tmp_path, run_line(1, reason={"deep": []}, exit_code=True, more=1))
    assert set(run) == {"run", "ended_at"}


def test_a_folder_or_a_file_of_a_gigabyte_in_its_place_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "runs" / "2026-12.jsonl").mkdir(parents=True)
    with (tmp_path / "runs" / "2026-10.jsonl").open("wb") as file:
        file.truncate(1_000_000_000)  # a hole: no bytes on the disk
    assert [run["run"] for run in runs_of(tmp_path, run_line(1))] == ["1"]
