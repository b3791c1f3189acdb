from __future__ import annotations

import logging
import os
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsarchive.archive.index.days import LastPoll
from newsarchive.items import BEIJING
from newsarchive.operation import alert_rules
from newsarchive.operation.alert_rules import DRIFT_PAGES, MB, WORDS, Ended, Limits
from newsarchive.operation.alerts import Alerts
from newsarchive.operation.archive_state import ArchiveState
from newsarchive.operation.report import BLOCKED, DAMAGED, DEFECT, LISTING, NOT_WRITABLE, RunOutcome, RunReport
from newsarchive.rehearsal.answers import Answer, answer_of
from newsarchive.rehearsal.notices import BANNED
from tests.conftest import Crawls, Run
from tests.operation.inbox import TOKEN, Inbox

pytestmark = [
    pytest.mark.slow,  # real crawls by the dozen
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated"),  # of one of apprise's many services
]

Begin = Callable[..., Crawls]
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=BEIJING)
LIMITS = Limits(coverage_share=0.9, disk_free_mb=100, stale_hours=24)


# --- which troubles there are ----------------------------------------------------------------------------------------


def ended(*causes: int, requests: int = 5, counts: dict[str, int] | None = None, losses: dict[str, int] | None = None,
          is_whole: bool = True, **seen: Any) -> Ended:  # fmt: skip
    outcome = RunOutcome()
    for code in causes:
        outcome.note(code, f"cause {code}")
    report = RunReport(
        run="r", started_at=NOW - timedelta(minutes=1), ended_at=NOW, exit_code=outcome.exit_code, reason="",
        counts=counts or {}, pending=0, requests=requests, bytes=0,
    )  # fmt: skip
    return Ended(
        outcome=outcome, report=report, seen=ArchiveState(now=NOW, **seen), losses=losses or {}, is_whole=is_whole
    )


def poll(age_hours: float, ended_at: datetime = NOW) -> LastPoll:
    return LastPoll("1686", ended_at, NOW - timedelta(hours=age_hours))


def found(run: Ended, **limits: float) -> dict[str, str | None]:
    return alert_rules.found(run, Limits(**{"coverage_share": 0.9, "disk_free_mb": 100, "stale_hours": 24, **limits}))


@pytest.mark.parametrize(
    ("code", "kind"),
    [(NOT_WRITABLE, "failed"), (DAMAGED, "damaged"), (DEFECT, "failed"), (BLOCKED, "ban"), (LISTING, "listing")],
)
def test_cause_of_the_exit_code_is_a_trouble(code: int, kind: str) -> None:
    assert found(ended(code))[kind] == f"cause {code}"


def test_good_poll_ends_failure_ban_and_sick_listing() -> None:
    assert found(ended(polls=[poll(1)])) == {
        "failed": None,
        "damaged": None,
        "ban": None,
        "listing": None,
        "stale:1686": None,
    }


def test_run_that_asked_nothing_tells_nothing_of_ban_or_listing() -> None:
    assert found(ended(requests=0)) == {"failed": None, "damaged": None}


def test_run_that_polled_nothing_tells_nothing_of_the_listing() -> None:
    assert "listing" not in found(ended(polls=[poll(1, NOW - timedelta(hours=1))]))


def test_each_polled_channel_can_be_stale_by_itself() -> None:
    other = LastPoll("2509", NOW, NOW)
    stale = found(ended(polls=[poll(25), other]))
    assert ("no row is younger than 24 hours" in str(stale["stale:1686"]), stale["stale:2509"]) == (True, None)
    assert "stale:1686" not in found(ended(polls=[poll(25)]), stale_hours=0)


@pytest.mark.parametrize(("free", "is_low"), [(99 * MB, True), (100 * MB, False)])
def test_disk_is_nearly_full_below_its_limit(free: int, is_low: bool) -> None:
    assert (found(ended(disk_free=free))["disk"] is not None) == is_low


@pytest.mark.parametrize(("recent", "seen"), [
    ({"kept": 80, "filtered": 9, "gone": 1, "pending": 10}, None),
    ({"kept": 89, "failed": 6, "pending": 5}, "11 of 100 documents of the last 7 days are missing"),
    ({"kept": 10, "pending": 20}, "not told"),
])  # fmt: skip
def test_coverage_counts_what_has_no_outcome_yet(recent: dict[str, int], seen: str | None) -> None:
    assert found(ended(recent=recent)).get("coverage", "not told") == seen


def test_coverage_is_not_judged_by_a_run_that_was_cut_short() -> None:
    assert "coverage" not in found(ended(recent={"pending": 500}, is_whole=False))


@pytest.mark.parametrize(("lost", "seen"), [(2, "2 of 10 pages fit no layout"), (1, None)])
def test_layouts_drift_when_a_share_of_the_pages_fits_none(lost: int, seen: str | None) -> None:
    run = ended(counts={"kept": DRIFT_PAGES - lost}, losses={"no-layout": lost - 1, "layout-mismatch": 1})
    assert found(run)["drift"] == seen


def test_a_few_pages_tell_nothing_of_layouts() -> None:
    assert "drift" not in found(ended(losses={"no-layout": DRIFT_PAGES - 1}))


def test_every_trouble_has_words_in_both_languages() -> None:
    run = ended(
        DEFECT, BLOCKED, LISTING, polls=[poll(99)], disk_free=0, recent={"failed": 100}, losses={"no-layout": 10}
    )
    assert {kind.partition(":")[0] for kind in found(run)} == set(WORDS)


# --- telling ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "archive" / ".newsarchive").mkdir(parents=True)
    return tmp_path / "archive"


BAD, GOOD = {"ban": "拒绝访问"}, {"ban": None}


def test_trouble_is_told_once_and_its_end_once(inbox: Inbox, root: Path) -> None:
    for seen in (BAD, BAD, {}, BAD, GOOD, GOOD, {}):
        Alerts(root, inbox.url).tell(seen, NOW)
    assert inbox.titles == [
        "newsarchive: 被新浪封禁 · banned by Sina",
        "newsarchive: 已恢复：被新浪封禁 · over: banned by Sina",
    ]


def test_message_has_cause_next_step_and_place(inbox: Inbox, root: Path) -> None:
    Alerts(root, inbox.url).tell(BAD, NOW)
    cause, chinese, english, where = inbox.messages[0]["message"].splitlines()
    assert (cause, chinese[:3], english[:4]) == ("拒绝访问", "怎么办", "Next")
    assert where.endswith(f"{root}, 2026-11-24T09:00:00+08:00")


def test_two_channels_are_two_troubles(inbox: Inbox, root: Path) -> None:
    Alerts(root, inbox.url).tell({"stale:1": "a", "stale:2": "b"}, NOW)
    Alerts(root, inbox.url).tell({"stale:1": "a", "stale:2": None}, NOW)
    assert len(inbox.titles) == 3


def test_alert_that_was_not_taken_is_sent_by_a_later_run(
    inbox: Inbox, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    inbox.status = 500
    Alerts(root, inbox.url).tell(BAD, NOW)
    assert "later runs try again: ban" in caplog.text
    inbox.status = 200
    Alerts(root, inbox.url).tell(BAD, NOW)
    assert (len(inbox.titles), TOKEN in caplog.text) == (1, False)


def test_one_address_that_works_is_enough(inbox: Inbox, root: Path) -> None:
    for _ in range(2):
        Alerts(root, f"json://127.0.0.1:1/{TOKEN}, {inbox.url}").tell(BAD, NOW)
    assert len(inbox.titles) == 1


@pytest.mark.parametrize("urls", [f"nonsense://{TOKEN}", f"json://{TOKEN}@127.0.0.1:1", f"{TOKEN}"])
def test_address_that_is_none_or_dead_is_logged_without_it(
    inbox: Inbox, root: Path, urls: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    Alerts(root, urls).tell(BAD, NOW)
    assert "ALERT_URLS" in caplog.text
    assert TOKEN not in caplog.text


def test_logging_goes_on_after_an_alert(inbox: Inbox, root: Path) -> None:
    before = logging.root.manager.disable
    Alerts(root, inbox.url).tell(BAD, NOW)
    assert logging.root.manager.disable == before


@pytest.mark.parametrize("found", [b"", b"[]", b'{"x": 1', b'{"strange": "y"}', b'{"failed":' * 100_000])
def test_a_note_that_nobody_can_read_is_none(inbox: Inbox, root: Path, found: bytes) -> None:
    (root / ".newsarchive" / "alerts.json").write_bytes(found)
    Alerts(root, inbox.url).tell(BAD, NOW)
    Alerts(root, inbox.url).tell(GOOD, NOW)
    assert len(inbox.titles) == 2


def test_what_was_told_is_remembered_where_the_archive_cannot_be_written(inbox: Inbox, tmp_path: Path) -> None:
    gone = tmp_path / "file"
    gone.touch()
    for _ in range(3):
        Alerts(gone, inbox.url).tell({"failed": "the disk is full"}, NOW)
    assert len(inbox.titles) == 1
    gone.unlink()
    (gone / ".newsarchive").mkdir(parents=True)
    Alerts(gone, inbox.url).tell({"failed": None}, NOW)
    assert len(inbox.titles) == 2
    assert list((tmp_path / "home/.local/state/newsarchive").iterdir()) == []


def test_nobody_to_tell_is_nothing_to_do(root: Path) -> None:
    Alerts(root, "").tell(BAD, NOW)
    assert list((root / ".newsarchive").iterdir()) == []


# --- the real command ------------------------------------------------------------------------------------------------


def crawl(crawls: Crawls, inbox: Inbox, *arguments: str) -> Run:
    environ = crawls.environment() | {
        "NEWSARCHIVE_ALERT_URLS": inbox.url,
        "no_proxy": "127.0.0.1",
        "NO_PROXY": "127.0.0.1",
    }
    command = crawls.command("-s", "ALERT_DISK_FREE_MB=0", *arguments)
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=120)
    written = [path.read_bytes() for path in crawls.root.rglob("*") if path.is_file()]
    assert TOKEN not in ran.stdout + ran.stderr
    assert not any(TOKEN.encode() in data for data in written)
    return Run(ran.returncode, ran.stdout, ran.stderr)


def test_ban_is_told_once_and_its_end_once(crawls: Begin, inbox: Inbox) -> None:
    banning = [True]

    def script(host: str, target: str) -> Answer | None:
        return answer_of(456, "text/html", BANNED) if banning[0] and ".shtml" in target else None

    sina = crawls(script, articles=5)
    assert [crawl(sina, inbox, "-L", "DEBUG", "-s", "SINA_BAN_MINUTES=0").exit_code for _ in range(2)] == [4, 4]
    assert len(inbox.titles) == 1
    banning[0] = False
    assert crawl(sina, inbox).exit_code == 0
    assert inbox.titles[1:] == ["newsarchive: 已恢复：被新浪封禁 · over: banned by Sina"]


def test_pages_that_no_layout_fits_are_told(crawls: Begin, inbox: Inbox) -> None:
    def script(host: str, target: str) -> Answer | None:
        page = "<html><body><main><h9>新</h9></main>" + "<p>文</p>" * 900 + "</body></html>"
        return Answer(200, "text/html; charset=utf-8", page.encode()) if ".shtml" in target else None

    crawl(crawls(script, articles=20), inbox)
    assert "newsarchive: 页面改版 · pages look new" in inbox.titles


@pytest.mark.skipif(os.name == "nt", reason="a folder is no file on Windows either, but its message differs")
def test_archive_that_cannot_be_written_is_told_before_the_first_request(crawls: Begin, inbox: Inbox) -> None:
    sina = crawls(articles=5)
    sina.root.touch()
    assert [crawl(sina, inbox).exit_code for _ in range(2)] == [7, 7]
    assert inbox.titles == ["newsarchive: 运行失败 · a run failed"]


def test_inbox_that_is_dead_changes_no_exit_code(crawls: Begin, inbox: Inbox) -> None:
    inbox.status = 500
    run = crawl(crawls(articles=5), inbox, "-s", "ALERT_DISK_FREE_MB=9999999")
    assert (run.exit_code, "later runs try again: disk" in run.stderr) == (0, True)
