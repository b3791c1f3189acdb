"""The pictures of kept articles as a user gets them: the real command against the stand-in."""

from __future__ import annotations

import hashlib
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator

from newsarchive.archive.format import media
from newsarchive.archive.index.view import look
from newsarchive.archive.record.redaction import redact
from newsarchive.items import BEIJING
from newsarchive.rehearsal.answers import Answer, answer_of
from newsarchive.rehearsal.notices import BANNED
from newsarchive.rehearsal.pictures import PictureFate, png
from newsarchive.rehearsal.standin import StandIn
from tests.archive.making_raw import raw_files
from tests.conftest import CRAWL_TIMEOUT_S, Crawls, Run, wait_until

pytestmark = pytest.mark.slow  # real crawls by the dozen

Begin = Callable[..., Crawls]
ON = ("-s", "ARCHIVE_IMAGES=1")
SMALL = ("-s", "IMAGE_MAX_MB=1")
REASONS = {
    PictureFate.GONE: "http-404",
    PictureFate.PAGE: "no-picture",
    PictureFate.DISGUISED: "no-picture",
    PictureFate.LARGE: "too-large",
    PictureFate.ASTRAY: "off-site",
}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crawls, Run]]:
    """A crawl with pictures of which some fail, and its result."""
    with StandIn(articles=60, days=2, seed=7, pictures_fail=True) as sina:
        crawl = Crawls(sina, tmp_path_factory.mktemp("first") / "archive")
        yield crawl, crawl(*ON, *SMALL)


@pytest.fixture
def again(first: tuple[Crawls, Run], tmp_path: Path) -> Crawls:
    crawl, _ = first
    return Crawls(crawl.sina, shutil.copytree(crawl.root, tmp_path / "archive"))


def _pictures(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.glob("_media/*/*")}


def _fate(crawl: Crawls, url: str) -> PictureFate:
    return crawl.sina.site.pictures.fate_of(urlsplit(url).path)


def _coverage(root: Path) -> list[tuple[object, ...]]:
    """As the catalogue counts it now."""
    return look(root, lambda catalogue: [tuple(day) for day in catalogue.pictures.coverage(date.min, date.max)])


def _asked(crawl: Crawls) -> list[str]:
    return [request.url for request in crawl.sina.requests if "sinaimg" in request.host and "robots" not in request.url]


def test_each_picture_that_an_article_shows_is_named_and_has_an_outcome(first: tuple[Crawls, Run]) -> None:
    crawl, run = first
    named = {(line["docid"], url) for line in crawl.events("images") for url in line["urls"]}
    outcomes = {(line["docid"], line["url"]) for name in ("image", "image_lost") for line in crawl.events(name)}
    assert len(crawl.events("images")) == 60
    assert named == outcomes
    assert len(named) > 60
    assert run.exit_code == 3, run.stderr


def test_a_kept_picture_has_the_very_bytes_of_the_server_under_their_digest(first: tuple[Crawls, Run]) -> None:
    crawl, _ = first
    for line in crawl.events("image"):
        data = (crawl.root / line["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == line["sha256"] == media.digest_of(line["file"])
        assert len(data) == line["bytes"]
        assert media.ending_of(data) == line["file"].rpartition(".")[2]
        if _fate(crawl, line["url"]) is PictureFate.WHOLE:
            assert crawl.sina.site.pictures.answer(urlsplit(line["url"]).path).body == data
    assert {line["file"].rpartition(".")[2] for line in crawl.events("image")} == {"png", "jpg", "gif", "webp"}


def test_what_is_no_picture_never_becomes_one_and_says_why(first: tuple[Crawls, Run]) -> None:
    crawl, _ = first
    lost = {line["url"]: line["reason"] for line in crawl.events("image_lost")}
    assert lost == {url: REASONS[_fate(crawl, url)] for url in lost}
    assert set(lost.values()) == set(REASONS.values())
    kept = {_fate(crawl, line["url"]) for line in crawl.events("image")}
    assert kept == {PictureFate.WHOLE, PictureFate.MOVED}
    assert not [host for host in {request.host for request in crawl.sina.requests} if host.startswith("192.168")]


def test_equal_bytes_are_one_file(first: tuple[Crawls, Run]) -> None:
    crawl, _ = first
    webps = [line["file"] for line in crawl.events("image") if line["file"].endswith(".webp")]
    assert len(webps) > 1
    assert len(set(webps)) == 1


def test_pictures_come_after_all_texts_with_their_article_as_referrer_and_once(first: tuple[Crawls, Run]) -> None:
    crawl, _ = first
    requests = [request for request in crawl.sina.requests if "robots" not in request.url]
    of_pictures = [number for number, request in enumerate(requests) if "sinaimg" in request.host]
    assert min(of_pictures) > max(number for number, request in enumerate(requests) if ".shtml" in request.url)
    pages = {story.url for story in crawl.sina.truth}
    first_asked = [requests[number] for number in of_pictures if "/moved/" not in requests[number].url]
    assert {request.referrer for request in first_asked} <= pages
    assert max(Counter(_asked(crawl)).values()) == 1


def test_neither_posters_nor_beacons_are_asked_for(first: tuple[Crawls, Run]) -> None:
    crawl, _ = first
    assert not [url for url in _asked(crawl) if "poster" in url or "beacon" in url or "/c.gif" in url]


def test_the_article_keeps_the_original_address(first: tuple[Crawls, Run]) -> None:
    crawl, _ = first
    texts = "".join(path.read_text("utf-8") for path in crawl.articles())
    assert "_media" not in texts
    assert 'src="https://n.sinaimg.cn/' in texts


def test_a_rebuild_from_the_journals_alone_knows_the_same_of_pictures(again: Crawls) -> None:
    before = _coverage(again.root)
    shutil.rmtree(again.root / ".newsarchive")
    assert _coverage(again.root) == before
    assert sum(day[1] for day in before) == sum(sum(day[2:7]) for day in before)  # type: ignore[misc]


def test_a_second_run_asks_for_no_picture_that_is_kept_or_not_due(again: Crawls) -> None:
    asked, before = len(_asked(again)), _pictures(again.root)
    again(*ON, *SMALL)
    assert (len(_asked(again)), _pictures(again.root)) == (asked, before)


def test_failed_pictures_are_tried_again_by_the_table_and_then_given_up(again: Crawls) -> None:
    for hours in (2, 24, 3 * 24, 8 * 24, 16 * 24, 30 * 24, 60 * 24, 90 * 24):
        again(*ON, *SMALL, "-s", f"CLOCK_OFFSET_SECONDS={hours * 3600}")
    lost: dict[str, list[dict[str, object]]] = {}
    for line in again.events("image_lost"):
        lost.setdefault(str(line["url"]), []).append(line)
    for url, lines in lost.items():
        state, attempts = {PictureFate.GONE: ("gone", 2), PictureFate.ASTRAY: ("filtered", 1)}.get(
            _fate(again, url), ("failed", 7)
        )
        assert [line["attempts"] for line in lines] == list(range(1, attempts + 1))
        assert (lines[-1]["state"], lines[-1]["next_try_at"]) == (state, None)
    shutil.rmtree(again.root / ".newsarchive")
    assert all(day[6] == 0 for day in _coverage(again.root))


def test_articles_that_were_kept_without_pictures_get_theirs_later(crawls: Begin) -> None:
    crawl = crawls(articles=20)
    assert crawl().exit_code == 0
    assert not (crawl.root / "_media").exists()
    assert _asked(crawl) == []
    assert crawl(*ON).exit_code == 0
    assert len(crawl.events("images")) == 20
    assert {line["file"] for line in crawl.events("image")} == _pictures(crawl.root).keys()


def test_a_ban_among_pictures_ends_the_run_and_costs_no_picture_a_try(crawls: Begin) -> None:
    banned = [True]
    asked: list[str] = []

    def script(host: str, target: str) -> Answer | None:
        if "sinaimg" not in host or target == "/robots.txt":
            return None
        asked.append(target)
        return answer_of(456, "text/html", BANNED) if banned[0] and len(asked) > 5 else None

    crawl = crawls(script, articles=20)
    run = crawl(*ON, "-s", "SINA_BAN_MINUTES=0")
    assert run.exit_code == 4, run.stderr
    assert crawl.events("image_lost") == []
    banned[0] = False
    assert crawl(*ON).exit_code == 0
    named = [url for line in crawl.events("images") for url in line["urls"]]
    assert len(crawl.events("image")) == len(named)


def test_what_robots_forbids_is_not_fetched_and_not_missing(crawls: Begin) -> None:
    def script(host: str, target: str) -> Answer | None:
        is_robots = "sinaimg" in host and target == "/robots.txt"
        return answer_of(200, "text/plain", b"User-agent: *\nDisallow: /\n") if is_robots else None

    crawl = crawls(script, articles=10)
    assert crawl(*ON).exit_code == 0
    assert {(line["state"], line["reason"]) for line in crawl.events("image_lost")} == {("filtered", "robots")}
    assert _asked(crawl) == []


def test_a_picture_whose_file_was_deleted_is_fetched_again_by_filling_the_gaps(again: Crawls) -> None:
    line = again.events("image")[0]
    data = (again.root / line["file"]).read_bytes()
    (again.root / line["file"]).unlink()
    again(*ON, *SMALL, "-s", "DISCOVER_GAPS_ONLY=1")
    assert (again.root / line["file"]).read_bytes() == data


def test_what_lies_under_a_picture_s_name_with_other_bytes_stays(crawls: Begin) -> None:
    crawl = crawls(articles=10)
    crawl(*ON)
    line = crawl.events("image")[0]
    (crawl.root / line["file"]).write_bytes(b"mine")
    url, data = line["url"], crawl.sina.site.pictures.answer(urlsplit(line["url"]).path).body
    other = Crawls(crawl.sina, crawl.root.with_name("other"))
    (other.root / line["file"]).parent.mkdir(parents=True)
    (other.root / line["file"]).write_bytes(b"mine")
    other(*ON)
    assert (other.root / line["file"]).read_bytes() == b"mine"
    kept = next(line["file"] for line in other.events("image") if line["url"] == url)
    assert kept.endswith("-2." + line["file"].rpartition(".")[2])
    assert (other.root / kept).read_bytes() == data


@pytest.mark.long
def test_killed_at_random_moments_no_picture_is_lost_half_or_left_over(crawls: Begin, tmp_path: Path) -> None:
    crawl = crawls(articles=60)
    assert crawl().exit_code == 0
    chance = random.Random(20261127)
    for _ in range(10):
        seen = len(crawl.sina.requests)
        process = crawl.start(*ON)
        wanted = seen + chance.randint(1, 25)
        wait_until(lambda: len(crawl.sina.requests) >= wanted or process.poll() is not None)  # noqa: B023
        process.kill()
        process.communicate()
        for file, data in _pictures(crawl.root).items():
            assert file.endswith(".part") or media.digest_of(file) == hashlib.sha256(data).hexdigest()
    assert crawl(*ON).exit_code == 0
    assert {line["file"] for line in crawl.events("image")} == _pictures(crawl.root).keys()
    undisturbed = Crawls(crawl.sina, tmp_path / "undisturbed")
    assert undisturbed(*ON).exit_code == 0
    assert _pictures(undisturbed.root) == _pictures(crawl.root)
    assert _coverage(undisturbed.root) == _coverage(crawl.root)


def test_a_signal_among_pictures_ends_the_run_in_order_and_the_next_one_goes_on(crawls: Begin) -> None:
    asked = Event()

    def script(host: str, target: str) -> Answer | None:
        if "sinaimg" in host and target != "/robots.txt":
            asked.set()
            time.sleep(0.05)
        return None

    crawl = crawls(script, articles=30)
    process = crawl.start(*ON)
    assert asked.wait(CRAWL_TIMEOUT_S)
    process.terminate()
    _, said = process.communicate(timeout=CRAWL_TIMEOUT_S)
    assert (process.returncode, "Traceback" in said) == (3, False), said
    assert crawl.events("image_lost") == []
    assert crawl(*ON).exit_code == 0
    assert {line["file"] for line in crawl.events("image")} == _pictures(crawl.root).keys()


def test_a_full_disk_among_pictures_is_told_and_the_next_run_goes_on(crawls: Begin) -> None:
    crawl = crawls(articles=10)
    assert crawl().exit_code == 0
    (crawl.root / "_media").write_bytes(b"mine")
    run = crawl(*ON)
    assert (run.exit_code, "Traceback" in run.stderr) == (7, False), run.stderr
    assert (crawl.root / "_media").read_bytes() == b"mine"
    (crawl.root / "_media").unlink()
    assert crawl(*ON).exit_code == 0


def test_an_archive_of_the_original_program_s_files_keeps_pictures_and_no_beacons(crawls: Begin) -> None:
    crawl = crawls(articles=20)
    run = crawl(*ON, "-s", "ARCHIVE_PROFILE=rsshub")
    assert "Traceback" not in run.stderr
    assert {line["file"] for line in crawl.events("image")} == _pictures(crawl.root).keys() != set()
    reasons = {line["reason"] for line in crawl.events("image_lost")}
    assert "no-content" in reasons
    assert reasons <= {"no-content", "off-site", "http-404", "http-502", "proxy", "robots-unreachable"}
    assert not [url for url in _asked(crawl) if "poster" in url or "beacon" in url]


def test_a_packed_picture_that_unpacks_beyond_the_limit_is_too_large(crawls: Begin) -> None:
    def script(host: str, target: str) -> Answer | None:
        if "sinaimg" not in host or target == "/robots.txt":
            return None
        return answer_of(200, "image/png", png(target) + bytes(1_500_000))

    crawl = crawls(script, articles=5)
    assert crawl(*ON, *SMALL).exit_code == 3
    assert {line["reason"] for line in crawl.events("image_lost")} == {"too-large"}


def test_a_redaction_leaves_no_picture_of_the_document_in_the_raw_store(again: Crawls) -> None:
    lines = again.events("image")
    shown = Counter(line["sha256"] for line in lines)
    docid = next(line["docid"] for line in lines if shown[line["sha256"]] == 1)
    alone = {line["sha256"]: line["url"] for line in lines if line["docid"] == docid and shown[line["sha256"]] == 1}
    others = {line["sha256"] for line in lines} - set(alone)
    redact(again.root, "clean", docid, "on request", keep_title=False, clock=lambda: datetime.now(BEIJING))
    stored = [record for file in raw_files(again.root) for record in _records(file)]
    digests = {told.removeprefix("sha256:") for told, _ in stored if told}
    assert digests.isdisjoint(alone)
    assert others <= digests
    assert {url for _, url in stored}.isdisjoint(alone.values())


def _records(file: Path) -> Iterator[tuple[str | None, str | None]]:
    with file.open("rb") as stream:
        for record in ArchiveIterator(stream):
            told = record.rec_headers
            yield told.get_header("WARC-Payload-Digest"), told.get_header("WARC-Target-URI")
