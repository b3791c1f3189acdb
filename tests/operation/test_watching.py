from __future__ import annotations

import json
import logging
import shutil
import signal
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsarchive.archive.record.redaction import redact
from newsarchive.archive.record.store import Archive
from newsarchive.items import Article
from newsarchive.operation import watch_notes
from newsarchive.operation.watch_message import MOST_CHARACTERS, entries_of, message
from newsarchive.operation.watching import Watching
from newsarchive.reading import watches
from newsarchive.reading.watches import Watch
from tests.conftest import CRAWL_TIMEOUT_S, Crawls, wait_until
from tests.operation.inbox import TOKEN, Inbox
from tests.reading import shelves
from tests.reading.shelves import MONDAY, TUESDAY, article, at, docid_of

pytestmark = [
    pytest.mark.slow,  # real crawls by the dozen
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated"),  # of one of apprise's many services
]

Begin = Callable[..., Crawls]
BEGUN = at(TUESDAY, 20)
"""When the runs of ``shelves.running`` begin, unless told."""


def watched(query: str = "正文", name: str = "正文", **more: object) -> Watch:
    return Watch(name, watches.parse(query), **more)  # type: ignore[arg-type]


def archived(root: Path, *articles: Article, now: datetime = BEGUN) -> None:
    with shelves.running(root, now=now) as archive:
        shelves.archived(archive, *articles)


def told(root: Path, inbox: Inbox, *watching: Watch, now: datetime = BEGUN, begun_at: datetime | None = None) -> int:
    """How many messages arrive."""
    before = len(inbox.messages)
    Watching(root, watching or [watched()], inbox.url).tell(begun_at or now, now)
    return len(inbox.messages) - before


@pytest.fixture
def root(tmp_path: Path, inbox: Inbox) -> Path:
    """An archive that was looked through once: article 1 was told."""
    root = tmp_path / "archive"
    archived(root, article(1))
    assert told(root, inbox) == 1
    inbox.messages.clear()
    return root


def titles(inbox: Inbox) -> list[str]:
    """The titles of the articles that the last message lists."""
    return [part.splitlines()[0] for part in inbox.messages[-1]["message"].split("\n\n")[:-1]]


def test_new_hits_are_told_once_in_one_message(root: Path, inbox: Inbox) -> None:
    archived(root, article(2), article(3), article(4, TUESDAY, body="<p>别的。</p>"))
    assert [told(root, inbox) for _ in range(3)] == [1, 0, 0]
    (sent,) = inbox.messages
    assert sent["title"] == "newsarchive: 正文：2 篇新文章 · 2 new"
    assert sent["message"].split("\n\n") == [
        f"第3篇\n新华社 · 2026-11-23 03:00\nhttps://finance.sina.com.cn/roll/2026-11-23/doc-i{docid_of(3)}.shtml",
        f"第2篇\n新华社 · 2026-11-23 02:00\nhttps://finance.sina.com.cn/roll/2026-11-23/doc-i{docid_of(2)}.shtml",
        "关注 watch: 正文 = 正文",
    ]


def test_first_look_tells_what_its_run_archived_and_nothing_older(tmp_path: Path, inbox: Inbox) -> None:
    archived(tmp_path / "archive", article(1), now=BEGUN)
    archived(tmp_path / "archive", article(2), article(5, TUESDAY), now=BEGUN + timedelta(hours=1))
    assert told(tmp_path / "archive", inbox, now=BEGUN + timedelta(hours=1)) == 1
    assert titles(inbox) == ["第5篇", "第2篇"]


def test_what_a_killed_run_archived_is_told_by_the_next(root: Path, inbox: Inbox) -> None:
    archived(root, article(2))
    archived(root, article(5, TUESDAY))
    assert told(root, inbox) == 1
    assert titles(inbox) == ["第5篇", "第2篇"]


def test_message_that_no_address_took_is_sent_by_the_next_run(root: Path, inbox: Inbox) -> None:
    archived(root, article(2))
    inbox.status = 500
    assert told(root, inbox) == 0
    inbox.status = 200
    archived(root, article(3))
    assert [told(root, inbox), told(root, inbox)] == [1, 0]
    assert titles(inbox) == ["第3篇", "第2篇"]


def test_nothing_is_told_twice_after_a_rebuild(root: Path, inbox: Inbox) -> None:
    archived(root, article(2))
    assert told(root, inbox) == 1
    shutil.rmtree(root / ".newsarchive")
    Archive.open(root, "clean", lambda: BEGUN).close()
    assert told(root, inbox) == 0


@pytest.mark.parametrize("lost", [None, b"", b"[]", b'{"looked_at": "x"}', b'{"a":' * 100_000])
def test_lost_notes_bound_what_is_told_to_the_run(root: Path, inbox: Inbox, lost: bytes | None) -> None:
    notes = root / "_watched.json"
    notes.unlink() if lost is None else notes.write_bytes(lost)
    archived(root, article(2), now=at(TUESDAY, 22))
    assert [told(root, inbox, now=at(TUESDAY, 22)) for _ in range(2)] == [1, 0]
    assert titles(inbox) == ["第2篇"]


def test_revision_is_a_hit_where_no_state_was_one_before(root: Path, inbox: Inbox) -> None:
    silver = watched("白银", "白银")
    archived(root, article(2))
    assert told(root, inbox, watched(), silver) == 1
    archived(root, shelves.revised(article(2), "<p>正文谈白银。</p>"))
    assert told(root, inbox, watched(), silver) == 1
    assert "白银" in inbox.messages[-1]["title"]
    archived(root, shelves.revised(shelves.revised(article(2), "<p>正文谈白银。</p>"), "<p>正文谈白银和金。</p>"))
    assert told(root, inbox, watched(), silver) == 0


def test_each_watch_has_its_own_message_and_addresses(root: Path, inbox: Inbox) -> None:
    archived(root, article(2))
    other = watched("新华社", "新华社", tell=inbox.url)
    assert told(root, inbox, watched(), other, watched("2", "无", tell="")) == 2
    assert Watching(root, [other], "").addresses(other) == inbox.url


def test_watch_that_is_new_begins_with_what_is_new(root: Path, inbox: Inbox) -> None:
    archived(root, article(2))
    assert told(root, inbox, watched("新华社")) == 1
    assert titles(inbox) == ["第2篇"]


def test_digest_waits_for_its_hour(root: Path, inbox: Inbox) -> None:
    daily = watched(digest=8)
    archived(root, article(2))
    assert told(root, inbox, daily, now=at(TUESDAY, 20)) == 0
    archived(root, article(3))
    tomorrow = TUESDAY + timedelta(days=1)
    assert told(root, inbox, daily, now=at(tomorrow, 7, 59)) == 0
    assert told(root, inbox, daily, now=at(tomorrow, 8, 10)) == 1
    assert told(root, inbox, daily, now=at(tomorrow, 8, 20)) == 0
    assert titles(inbox) == ["第3篇", "第2篇"]


def test_redacted_hits_are_not_told_and_others_not_twice(root: Path, inbox: Inbox) -> None:
    archived(root, article(2), article(3))
    inbox.status = 500
    told(root, inbox)
    inbox.status = 200
    redact(root, "clean", docid_of(2), "on request", keep_title=False, clock=lambda: at(TUESDAY, 21))
    assert [told(root, inbox, now=at(TUESDAY, 22)) for _ in range(2)] == [1, 0]
    assert titles(inbox) == ["第3篇"]
    assert "第" not in str(json.loads((root / "_watched.json").read_text("utf-8")))


def test_without_watches_nothing_is_kept(root: Path, inbox: Inbox) -> None:
    Watching(root, [], inbox.url).tell(BEGUN, BEGUN)
    assert not (root / "_watched.json").exists()


def test_what_is_tried_is_neither_told_nor_noted(root: Path, inbox: Inbox) -> None:
    archived(root, article(2))
    before = (root / "_watched.json").read_bytes()
    notes = Watching(root, [watched()], inbox.url).waiting(BEGUN)
    assert notes.watches["正文"].waiting == [(MONDAY, docid_of(2))]
    assert ((root / "_watched.json").read_bytes(), inbox.messages) == (before, [])


def test_addresses_stand_in_no_log(root: Path, inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    archived(root, article(2))
    told(root, inbox, watched(tell=f"nonsense://{TOKEN} json://{TOKEN}@127.0.0.1:1"))
    assert "no address took its message of 1 hits" in caplog.text
    assert TOKEN not in caplog.text + (root / "_watched.json").read_text()


def test_long_message_is_cut_and_says_so(tmp_path: Path) -> None:
    root = shelves.two_days(tmp_path / "archive")
    entries = entries_of(root, [(MONDAY, docid_of(number)) for number in (1, 2, 3)]) * 100
    sent = message(watched(), entries)
    assert (sent.count, len(sent.body) < MOST_CHARACTERS + 300) == (300, True)
    assert "另有" in sent.body


def test_waiting_hits_are_bounded(caplog: pytest.LogCaptureFixture) -> None:
    noted = watch_notes.Noted("x")
    noted.found([(MONDAY, str(number)) for number in range(watch_notes.MOST_WAITING + 5)], BEGUN)
    assert (len(noted.waiting), noted.waiting[0]) == (watch_notes.MOST_WAITING, (MONDAY, "5"))
    assert "oldest are left out" in caplog.text


# --- the real command ------------------------------------------------------------------------------------------------

ALL = '[[watch]]\nname = "全部"\nquery = "。"\n'


def environment(crawls: Crawls, inbox: Inbox) -> dict[str, str]:
    direct = {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}
    return crawls.environment() | direct | {"NEWSARCHIVE_ALERT_URLS": inbox.url, "NEWSARCHIVE_ALERT_DISK_FREE_MB": "0"}


def crawl(crawls: Crawls, inbox: Inbox, *arguments: str) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(
        crawls.command(*arguments), env=environment(crawls, inbox), capture_output=True, text=True, check=False,
        timeout=CRAWL_TIMEOUT_S,
    )  # fmt: skip
    assert TOKEN not in ran.stdout + ran.stderr
    return ran


def test_crawls_tell_each_article_once_also_where_one_is_killed_while_it_tells(crawls: Begin, inbox: Inbox) -> None:
    sina = crawls(articles=8)
    sina.root.mkdir()
    (sina.root / "watches.toml").write_text(ALL, "utf-8")
    assert crawl(sina, inbox, "-a", "limit=2").returncode == 0
    assert len(titles(inbox)) == 2
    answered: list[subprocess.Popen[str]] = []
    inbox.heard = lambda: answered and answered[0].wait()
    answered.append(sina.start("-a", "limit=2", environment=environment(sina, inbox)))
    wait_until(lambda: len(inbox.messages) == 2)
    answered[0].send_signal(signal.SIGKILL)
    answered[0].communicate()
    inbox.heard = lambda: None
    ran = crawl(sina, inbox)
    assert "was killed while it told 2 hits" in ran.stderr
    counts = [int(one["title"].rpartition("· ")[2].removesuffix(" new")) for one in inbox.messages]
    assert (counts[:2], sum(counts)) == ([2, 2], len(sina.articles()))


def test_crawl_with_a_wrong_watch_ends_before_the_first_request(crawls: Begin, inbox: Inbox) -> None:
    sina = crawls(articles=2)
    sina.root.mkdir()
    (sina.root / "watches.toml").write_text(ALL + "colour = 1\n", "utf-8")
    ran = crawl(sina, inbox)
    assert (ran.returncode, sina.sina.requests) == (2, [])
    assert "watches.toml, line 4: a watch has no key colour" in ran.stderr
    assert inbox.messages == []
