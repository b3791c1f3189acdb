"""The whole flow as a user sees it: the real command against the stand-in."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import frontmatter
import pytest

from newsarchive.items import BEIJING
from newsarchive.reading.search import index
from newsarchive.reading.search.query import parse
from newsarchive.reading.search.searching import Searcher
from newsarchive.rehearsal.answers import Answer, answer_of
from newsarchive.rehearsal.judge import judge
from newsarchive.rehearsal.notices import BANNED
from newsarchive.rehearsal.standin import StandIn
from tests.conftest import CRAWL_TIMEOUT_S, Crawls, Run, asked_at, tree, wait_until

Begin = Callable[..., Crawls]
IN_FLIGHT = 12
"""The spider's window: documents between the frontier and their outcome."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crawls, Run]]:
    """A crawl of 60 articles and its result, for the tests that look at it; others copy it (``again``)."""
    with StandIn(articles=60, days=2, seed=7) as sina:
        crawl = Crawls(sina, tmp_path_factory.mktemp("first") / "archive")
        yield crawl, crawl()


@pytest.fixture
def again(first: tuple[Crawls, Run], tmp_path: Path) -> Crawls:
    """Crawls into a copy of that archive, over the same stand-in."""
    crawl, _ = first
    return Crawls(crawl.sina, shutil.copytree(crawl.root, tmp_path / "archive"))


def test_crawl_keeps_every_article_exactly_and_says_done(first: tuple[Crawls, Run]) -> None:
    crawl, run = first
    verdict = judge(crawl.root, crawl.sina.truth, crawl.sina.now())
    assert (run.exit_code, list(verdict.differences)) == (0, [])
    assert run.report["kept"] == len(crawl.articles()) == 60


def test_a_run_leaves_the_search_index_level(first: tuple[Crawls, Run]) -> None:
    root = first[0].root
    assert index.standing(root).behind == ()
    assert sum(1 for _ in Searcher(root).all(parse("channel:2509"))) == 60


def test_every_file_has_the_shape_that_the_contract_asks_for(first: tuple[Crawls, Run], shared: Path) -> None:
    checked = subprocess.run(
        [sys.executable, shared / "tools" / "check_archive.py", first[0].root],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout


def test_every_file_reads_with_python_frontmatter(first: tuple[Crawls, Run]) -> None:
    posts = [frontmatter.load(str(path)) for path in first[0].articles()]
    assert {post["author"] for post in posts} == {"新浪财经"}
    assert all(post.content.startswith("<div>") for post in posts)


def test_every_journal_is_an_unbroken_chain_whose_digests_are_true(first: tuple[Crawls, Run]) -> None:
    crawl, _ = first
    for journal in crawl.root.glob("*/*/*/_day.jsonl"):
        before = "0" * 64
        for line in journal.read_bytes().splitlines():
            event = json.loads(line)
            assert event["link"] == before
            before = hashlib.sha256(line).hexdigest()
            if event["event"] == "kept":
                assert hashlib.sha256((crawl.root / event["file"]).read_bytes()).hexdigest() == event["sha256"]


def test_a_second_run_asks_for_no_article_and_changes_no_byte(again: Crawls) -> None:
    asked, before, lines = len(again.pages_asked()), tree(again.root), again.events()
    assert again().exit_code == 0
    assert (len(again.pages_asked()), tree(again.root), again.events()) == (asked, before, lines)


@pytest.mark.slow
def test_an_offer_is_on_disk_before_its_page_is_asked_for(crawls: Begin) -> None:
    crawl = crawls()
    missing = []

    def script(host: str, target: str) -> Answer | None:
        journals = "".join(path.read_text("utf-8") for path in crawl.root.glob("*/*/*/_day.jsonl"))
        missing.extend([target] if ".shtml" in target and target not in journals else [])
        return None

    own = crawl.sina.site.answer
    crawl.sina.site.answer = lambda host, target: script(host, target) or own(host, target)  # type: ignore[method-assign]
    crawl()
    assert (missing, len(crawl.pages_asked())) == ([], len(set(crawl.pages_asked())))


@pytest.mark.slow
def test_a_deleted_state_folder_is_rebuilt_and_nothing_is_asked_again(again: Crawls) -> None:
    asked, before = len(again.pages_asked()), tree(again.root)
    shutil.rmtree(again.root / ".newsarchive")
    assert again().exit_code == 0
    assert (len(again.pages_asked()), tree(again.root)) == (asked, before)


@pytest.mark.slow
def test_killed_at_random_moments_the_archive_ends_as_an_undisturbed_one(crawls: Begin, tmp_path: Path) -> None:
    """20 kills, equal titles among the articles: nothing half-written at any instant, nothing lost, nothing twice."""
    crawl = crawls(articles=400)
    chance, kills = random.Random(20261124), 20
    for number in range(kills):
        _crawl_and_kill(crawl, chance)
        cut = [path.name for path in crawl.articles() if not path.read_bytes().endswith(b"\n</div>\n            ")]
        assert not cut, f"after kill {number}: half-written {cut}"
    last = crawl()
    assert last.exit_code == 0, last.stderr
    asked = Counter(crawl.pages_asked())
    undisturbed = Crawls(crawl.sina, tmp_path / "undisturbed")
    whole = undisturbed()
    assert whole.exit_code == 0, whole.stderr
    assert _differences(_without_either_repeat(crawl), _without_either_repeat(undisturbed)) == []
    assert sum(asked.values()) - len(asked) <= kills * IN_FLIGHT
    left_over = [
        path.name for path in crawl.root.glob("[0-9]*/*/*/*") if path.suffix != ".md" and path.name != "_day.jsonl"
    ]
    assert left_over == []


def _crawl_and_kill(crawl: Crawls, chance: random.Random) -> None:
    """Kill a crawl when the stand-in has been asked so many times more, or before the crawl asks for anything."""
    enough, pause_s = len(crawl.sina.requests) + chance.randrange(30), chance.uniform(0, 0.05)
    process = crawl.start("-s", "DOWNLOAD_DELAY=0.03")
    wait_until(lambda: len(crawl.sina.requests) >= enough or process.poll() is not None)
    time.sleep(pause_s)
    process.kill()
    _, stderr = process.communicate()
    assert process.returncode == -signal.SIGKILL, stderr


def _differences(found: dict[str, bytes], wanted: dict[str, bytes]) -> list[str]:
    """The files that one of two archives lacks, or holds with other bytes."""
    return [
        f"{name}: {len(found.get(name, b''))} bytes instead of {len(wanted.get(name, b''))}"
        for name in sorted(found.keys() | wanted.keys())
        if found.get(name) != wanted.get(name)
    ]


def _without_either_repeat(crawl: Crawls) -> dict[str, bytes]:
    """Which of two documents with one text is kept depends on the order of arrival: the stated exception."""
    repeats = {docid for event in crawl.events("filtered") for docid in (event["docid"], event["of"])}
    files = {event["file"] for event in crawl.events("kept") if event["docid"] in repeats}
    return {name: data for name, data in tree(crawl.root).items() if name not in files}


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_a_stop_signal_ends_cleanly_long_before_the_listing_is_done(crawls: Begin, number: int) -> None:
    crawl = crawls(articles=300)
    process = crawl.start("-s", "DOWNLOAD_DELAY=0.5")
    wait_until(lambda: len(crawl.articles()) > 2)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=CRAWL_TIMEOUT_S)
    assert (process.returncode, "Traceback" in stderr) == (3, False)
    assert len(crawl.events("kept")) == len(crawl.articles()) < 100


@pytest.mark.slow
def test_a_stop_signal_does_not_wait_for_a_hanging_server(crawls: Begin) -> None:
    asked, has_ended = Event(), Event()

    def script(host: str, target: str) -> Answer | None:
        if ".shtml" in target:
            asked.set()
            has_ended.wait()
        return None

    crawl = crawls(script)
    process = crawl.start()
    assert asked.wait(CRAWL_TIMEOUT_S)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=CRAWL_TIMEOUT_S)
    has_ended.set()
    assert process.returncode == 3


@pytest.mark.slow
def test_a_second_run_at_once_exits_6_and_names_the_owner(crawls: Begin) -> None:
    crawl = crawls(articles=300)
    owner = crawl.start("-s", "DOWNLOAD_DELAY=0.5")
    wait_until(crawl.articles)
    second = crawl()
    owner.terminate()
    owner.communicate(timeout=CRAWL_TIMEOUT_S)
    assert (second.exit_code, second.stderr.count("\n")) == (6, 1)
    assert str(owner.pid) in second.stderr


@pytest.mark.parametrize("status", [456, *(pytest.param(status, marks=pytest.mark.slow) for status in (200, 503))])
def test_a_ban_ends_the_run_at_once_and_leaves_offers_as_they_were(crawls: Begin, status: int) -> None:
    answers = Counter[str]()

    def script(host: str, target: str) -> Answer | None:
        answers["page"] += ".shtml" in target
        return answer_of(status, "text/html", BANNED) if answers["page"] > 10 else None

    crawl = crawls(script, articles=100)
    run = crawl()
    assert (run.exit_code, run.report["failed"], "Traceback" in run.stderr) == (4, 0, False)
    assert len(crawl.pages_asked()) <= 10 + 4
    assert not any("拒绝访问" in path.read_text("utf-8") for path in crawl.articles())


@pytest.mark.slow
def test_after_a_ban_the_next_run_ends_as_an_undisturbed_one(crawls: Begin) -> None:
    banned = Counter[str]()

    def script(host: str, target: str) -> Answer | None:
        banned["asked"] += 1
        return answer_of(456, "text/html", BANNED) if banned["asked"] == 15 else None

    crawl = crawls(script, articles=60)
    lifted = ("-s", "SINA_BAN_MINUTES=0")
    assert [crawl(*lifted).exit_code, crawl(*lifted).exit_code] == [4, 0]
    assert list(judge(crawl.root, crawl.sina.truth, crawl.sina.now()).differences) == []


@pytest.mark.parametrize("asked_for", [("-s", "DOWNLOAD_DELAY=fast"), ("-a", "since=yesterday"), ("-a", "colour=red")])
def test_wrong_usage_is_one_plain_line_and_no_request(crawls: Begin, asked_for: tuple[str, str]) -> None:
    crawl = crawls()
    run = crawl(*asked_for)
    assert (run.exit_code, run.stderr.count("\n"), crawl.sina.requests) == (2, 1, [])
    assert "expected" in run.stderr


def test_a_file_in_place_of_the_archive_exits_7(crawls: Begin) -> None:
    crawl = crawls()
    crawl.root.write_text("not a folder")
    run = crawl()
    assert (run.exit_code, run.stderr.count("\n")) == (7, 1)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are set the Unix way")
@pytest.mark.parametrize("blocks", [20, 90, 250, 400, 600])
def test_a_write_that_fails_anywhere_exits_7_with_whole_files_and_the_next_run_completes(
    crawls: Begin, blocks: int
) -> None:
    """A limit on the size of a file, in blocks of 512 bytes, stands for the full disk: catalogue and journals pass it."""
    crawl = crawls(articles=120)
    limited = ["sh", "-c", f'ulimit -f {blocks} && exec "$@"', "sh", *crawl.command()]
    unmeasured = {name: value for name, value in crawl.environment().items() if not name.startswith("COVERAGE_")}
    full = subprocess.run(limited, env=unmeasured, capture_output=True, text=True, check=False, timeout=CRAWL_TIMEOUT_S)
    assert (full.returncode, "Traceback" in full.stderr) == (7, False)
    _completes(crawl)


@pytest.mark.slow
@pytest.mark.skipif(
    not shutil.which("mount") or os.name == "nt" or os.geteuid() != 0, reason="needs root to mount a small disk"
)
def test_a_disk_that_fills_in_mid_run_exits_7_with_whole_files_and_the_next_run_completes(
    crawls: Begin, tmp_path: Path
) -> None:
    crawl = crawls(articles=120)
    crawl.root.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=800k", "tmpfs", crawl.root], check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        full = crawl()
        assert (full.exit_code, "Traceback" in full.stderr) == (7, False)
        shutil.copytree(crawl.root, tmp_path / "larger")
    finally:
        subprocess.run(["umount", crawl.root], check=True)
    _completes(Crawls(crawl.sina, tmp_path / "larger"))


def _completes(crawl: Crawls) -> None:
    """Whole files only, and the next run ends as an undisturbed one."""
    assert all(path.read_bytes().endswith(b"\n</div>\n            ") for path in crawl.articles())
    assert crawl().exit_code == 0
    assert list(judge(crawl.root, crawl.sina.truth, crawl.sina.now()).differences) == []


@pytest.mark.slow
def test_limit_takes_exactly_so_many_and_is_no_fault(crawls: Begin) -> None:
    crawl = crawls(articles=120)
    run = crawl("-a", "limit=7")
    assert (run.exit_code, run.report["kept"], len(crawl.articles())) == (0, 7, 7)
    assert crawl().report["kept"] == 113


def test_days_are_read_through_the_day_query(crawls: Begin) -> None:
    crawl = crawls(articles=90, days=3)
    day = (crawl.sina.now() - timedelta(days=1)).date()
    run = crawl("-a", f"since={day}", "-a", f"until={day}", "-a", "channels=2509")
    assert run.exit_code == 0
    days = {event["published_at"][:10] for event in crawl.events("offered")}
    assert (days, run.report["kept"] > 10) == ({day.isoformat()}, True)


def test_a_day_that_is_not_answered_is_named(crawls: Begin) -> None:
    crawl = crawls(articles=40, days=2)
    day = (crawl.sina.now() - timedelta(days=40)).date()
    run = crawl("-a", f"since={day}", "-a", f"until={day}")
    assert (run.exit_code, day.isoformat() in run.stderr) == (5, True)


@pytest.mark.slow
def test_an_address_by_hand_is_archived_and_fetched_again(crawls: Begin) -> None:
    crawl = crawls(titles="plain")
    document = crawl.sina.truth[3]
    first, second = crawl("-a", f"url={document.url}"), crawl("-a", f"url={document.url}")
    assert (first.exit_code, second.exit_code, first.report["kept"], second.report["kept"]) == (0, 0, 1, 0)
    assert [path.stem.endswith(f"-{document.docid}") for path in crawl.articles()] == [True]
    assert len(crawl.pages_asked()) == 2


def test_addresses_of_a_file_are_taken_each_once(crawls: Begin, tmp_path: Path) -> None:
    crawl = crawls(titles="plain")
    urls = [document.url for document in crawl.sina.truth[:5]]
    listed = tmp_path / "urls.txt"
    listed.write_text("# five\n" + "\n".join(urls + urls[:2]) + "\n", "utf-8")
    assert crawl("-a", f"urls={listed}").report["kept"] == 5


def test_a_missing_page_is_failed_with_its_reason_and_the_run_says_something_is_missing(crawls: Begin) -> None:
    crawl = crawls(lambda host, target: answer_of(404, "text/html", b"<html></html>") if gone in target else None)
    gone = crawl.sina.truth[2].url.rpartition("/")[2]
    run = crawl()
    failures = [(event["reason"], event["attempts"]) for event in crawl.events("failed")]
    assert (run.exit_code, failures) == (3, [("http-404", 1)])


@pytest.mark.slow
def test_a_stale_listing_is_exit_5_and_its_rows_are_kept(crawls: Begin) -> None:
    crawl = crawls(now=datetime.now(BEIJING) - timedelta(days=9))
    run = crawl()
    assert (run.exit_code, len(crawl.articles())) == (5, 40)
    assert crawl("-s", "DISCOVER_STALE_HOURS=0").exit_code == 0


def test_a_sick_channel_is_exit_5_and_the_other_goes_on(crawls: Begin) -> None:
    crawl = crawls(lambda _, target: answer_of(200, "text/html", b"<html>?") if "lid=1686" in target else None)
    run = crawl()
    assert (run.exit_code, "1686" in run.stderr, len(crawl.articles())) == (5, True, 40)


def test_no_host_is_asked_faster_than_the_stated_rate(crawls: Begin) -> None:
    """At the defaults: at most 2 requests a second, the jitter off."""
    crawl = crawls(articles=10, titles="plain")
    command = [sys.executable, "-m", "scrapy", "crawl", "sina_finance"]
    run = subprocess.run(command, env=crawl.environment(), capture_output=True, check=False, timeout=CRAWL_TIMEOUT_S)
    asked_for_rules, *pages = asked_at(crawl.sina, "finance.sina.com.cn")
    assert (run.returncode, len(pages) >= 8) == (0, True)
    assert [number for number, at in enumerate(pages) if at < asked_for_rules + number * 0.5] == []
