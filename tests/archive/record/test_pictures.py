"""Pictures in the record: lines, files, kills, rebuilds, audits, redactions."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from newsarchive.archive.format import media, picture_events
from newsarchive.archive.format.events import Said
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.pictures import DayOfPictures
from newsarchive.archive.index.view import look
from newsarchive.archive.record import pictures
from newsarchive.archive.record.batch import Batch
from newsarchive.archive.record.losses import RETRY_AFTER
from newsarchive.archive.record.open_files import OpenFile, OpenFiles
from newsarchive.archive.record.redaction import redact
from newsarchive.errors import ArchiveDamaged
from newsarchive.jobs.repair import repair
from newsarchive.jobs.verify import FAST, FULL, USUAL, verify
from tests.reading.pictured import DATA, LOST, OWN, SHARED, media_of, pictured
from tests.reading.shelves import MONDAY, TUESDAY, archived, article, at, docid_of, redacted, running


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return pictured(tmp_path / "archive")


def _lines(root: Path, name: str) -> list[dict[str, object]]:
    lines = [
        json.loads(line) for path in sorted(root.glob("*/*/*/_day.jsonl")) for line in path.read_bytes().splitlines()
    ]
    return [line for line in lines if line["event"] == name]


def _coverage(root: Path) -> list[DayOfPictures]:
    return look(root, lambda catalogue: catalogue.pictures.coverage(date.min, date.max))


def _states(catalogue: Catalogue) -> dict[tuple[str, str], tuple[object, ...]]:
    found = (picture for number in (1, 2) for picture in catalogue.pictures.of(docid_of(number)))
    return {(one.docid, one.url): (one.state, one.reason, one.attempts, one.next_try_at, one.file) for one in found}


def _findings(root: Path) -> list[tuple[str, str]]:
    return [(finding.kind, finding.path) for finding in verify(root, FULL, {}, lambda *_: None).findings]


def test_each_document_that_shows_a_picture_says_so_and_equal_bytes_are_one_file(root: Path) -> None:
    assert len(media_of(root)) == len(DATA)
    assert sorted(str(line["url"]) for line in _lines(root, "image")) == sorted([*OWN, SHARED, SHARED])
    assert _coverage(root) == [
        DayOfPictures(MONDAY, named=6, kept=5, filtered=0, failed=1, gone=0, pending=0, unread=0)
    ]


def test_a_picture_that_is_kept_already_is_kept_for_the_next_document_without_asking(root: Path) -> None:
    with running(root) as archive:
        archived(archive, article(3, body=f'<p>第三篇。</p><p><img src="{SHARED}"></p>'))
        sha256 = str(archive.find(docid_of(3)).result().sha256)  # type: ignore[union-attr]
        named = pictures.NamedPictures(docid_of(3), sha256, [SHARED], {})
        archive.merge(partial(pictures.name_all, day=MONDAY, found=[named], is_last=True)).result()
    assert [line["docid"] for line in _lines(root, "image") if line["url"] == SHARED] == list(map(docid_of, (1, 2, 3)))


def test_a_catalogue_made_anew_says_the_same_of_pictures(root: Path) -> None:
    before = look(root, _states), _coverage(root)
    shutil.rmtree(root / ".newsarchive")
    assert (look(root, _states), _coverage(root)) == before
    with running(root):
        pass
    assert (look(root, _states), _coverage(root)) == before


def test_a_lost_picture_follows_the_table_of_documents(tmp_path: Path) -> None:
    root, now = pictured(tmp_path / "archive", kept=False), at(TUESDAY, 20)
    for wait in (*RETRY_AFTER, timedelta()):
        with running(root, now=now) as archive:
            archive.merge(partial(pictures.lose, url=LOST, reason="timeout", detail="")).result()
        now += wait
    told = [line["next_try_at"] is not None for line in _lines(root, "image_lost")]
    assert told == [True] * len(RETRY_AFTER) + [False]


def test_what_is_not_wanted_is_no_gap(tmp_path: Path) -> None:
    root = pictured(tmp_path / "archive", kept=False)
    with running(root) as archive:
        archive.merge(partial(pictures.lose, url=LOST, reason="robots", detail="")).result()
    assert _coverage(root)[0].filtered == 1


@pytest.mark.parametrize("has_line", [False, True])
def test_a_start_removes_a_picture_that_a_killed_run_began_and_none_that_has_a_line(root: Path, has_line: bool) -> None:
    data = DATA[OWN[0]] if has_line else b"\x89PNG\r\n\x1a\n" + bytes(40)
    sha256 = media.sha256_of(data)
    file = media.file_of(sha256, media.ending_of(data))
    (root / file).parent.mkdir(exist_ok=True)
    (root / file).write_bytes(data)
    part = (root / file).with_name(f".{sha256}.part")
    part.write_bytes(data[:9])
    OpenFiles(root / ".newsarchive").note([OpenFile(file, sha256, sha256, part.name)])
    with running(root):
        pass
    assert (part.exists(), (root / file).exists()) == (False, has_line)


def test_a_start_leaves_a_picture_that_nobody_noted(root: Path) -> None:
    mine = root / "_media" / "ab" / "mine.png"
    mine.parent.mkdir(exist_ok=True)
    mine.write_bytes(b"mine")
    with running(root):
        pass
    assert mine.read_bytes() == b"mine"
    assert _findings(root) == [("stray", "_media/ab/mine.png")]


def test_verify_names_missing_altered_and_stray_pictures(root: Path) -> None:
    assert _findings(root) == []
    gone, altered, *_ = media_of(root)
    gone.unlink()
    altered.write_bytes(altered.read_bytes()[:-1] + b"x")
    stray = root / media.file_of("0" * 64, "png")
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"?")
    paths = [path.relative_to(root).as_posix() for path in (gone, altered, stray)]
    assert sorted(_findings(root)) == sorted(zip(("missing", "altered", "stray"), paths, strict=True))


def test_a_fast_verify_misses_no_missing_picture_of_a_day_that_was_well(root: Path) -> None:
    assert verify(root, USUAL, {}, lambda *_: None).findings == []
    media_of(root)[0].unlink()
    assert [finding.kind for finding in verify(root, FAST, {}, lambda *_: None).findings] == ["missing"]


def test_repair_takes_pictures_back_from_a_copy(root: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(root, tmp_path / "copy")
    gone, altered, *_ = media_of(root)
    wanted = gone.read_bytes(), altered.read_bytes()
    gone.unlink()
    altered.write_bytes(b"altered")
    assert repair(root, copy, lambda *_: None).left == []
    assert (gone.read_bytes(), altered.read_bytes()) == wanted


def _takedown(root: Path, number: int, *, keep_title: bool = False) -> None:
    redact(root, "clean", docid_of(number), "on request", keep_title=keep_title, clock=lambda: at(TUESDAY, 23))


@pytest.mark.parametrize("keep_title", [False, True])
def test_a_redaction_takes_out_the_pictures_that_no_other_document_has(root: Path, keep_title: bool) -> None:
    _takedown(root, 1, keep_title=keep_title)
    assert [path.read_bytes() for path in media_of(root)] == [DATA[SHARED]]
    journal = (root / "2026/11/23/_day.jsonl").read_text("utf-8")
    assert (OWN[0] in journal) == keep_title
    assert SHARED in journal
    assert _findings(root) == []
    assert _coverage(root)[0].named == 2
    _takedown(root, 2)
    assert media_of(root) == []
    assert _findings(root) == []


def test_a_redacted_document_stays_without_pictures_after_a_rebuild(root: Path) -> None:
    redacted(root, docid_of(1))
    shutil.rmtree(root / ".newsarchive")
    assert look(root, lambda catalogue: catalogue.pictures.of(docid_of(1))) == []
    assert _coverage(root)[0].named == 2


def test_a_picture_that_an_error_page_claims_to_be_is_none() -> None:
    assert media.ending_of(b"<!doctype html><title>404</title>" + bytes(40)) == ""
    assert media.ending_of(b"BM, said the man, and what follows is text of some length") == ""
    assert [media.ending_of(data) for data in DATA.values()] == ["webp", "jpg", "png", "gif"]


@pytest.mark.parametrize(
    "file",
    ["_media/ab/../x.png", "_media/00/" + "0" * 64 + ".svg", "_media/ab/" + "0" * 64 + ".png", "/_media/00/x.png"],
)
def test_no_other_place_is_a_picture_s(file: str) -> None:
    assert not media.is_media(file)


def _two_days_of_one_picture(root: Path) -> None:
    with running(root) as archive:
        for number, day in ((1, MONDAY), (2, TUESDAY)):
            archived(archive, article(number, day, body=f'<p>第{number}篇。</p><p><img src="{SHARED}"></p>'))
            sha256 = str(archive.find(docid_of(number)).result().sha256)  # type: ignore[union-attr]
            named = pictures.NamedPictures(docid_of(number), sha256, [SHARED], {})
            archive.merge(partial(pictures.name_all, day=day, found=[named], is_last=True)).result()


@pytest.mark.parametrize("full", [MONDAY, TUESDAY])
def test_a_picture_that_one_journal_names_stays_where_the_next_one_cannot_be_written(
    tmp_path: Path, full: date
) -> None:
    root = tmp_path / "archive"
    _two_days_of_one_picture(root)
    path = root / f"{full:%Y/%m/%d}" / "_day.jsonl"
    aside = path.with_name("aside")
    with running(root) as archive:
        for number in (1, 2):  # so that both journals have been looked at
            archive.checked(docid_of(number), "etag").result()
        path.rename(aside)
        with pytest.raises(ArchiveDamaged):
            archive.merge(partial(pictures.keep, url=SHARED, data=DATA[SHARED])).result()
        aside.rename(path)
    lines = _lines(root, "image")
    assert [line["docid"] for line in lines] == ([docid_of(1)] if full == TUESDAY else [])
    assert len(media_of(root)) == len(lines)
    assert _findings(root) == []
    with running(root) as archive:
        archive.merge(partial(pictures.keep, url=SHARED, data=DATA[SHARED])).result()
    assert sorted(str(line["docid"]) for line in _lines(root, "image")) == [docid_of(1), docid_of(2)]
    assert _findings(root) == []


def test_a_picture_of_two_jobs_of_one_commit_stays_where_the_line_of_the_second_is_written(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    _two_days_of_one_picture(root)
    path = root / f"{MONDAY:%Y/%m/%d}" / "_day.jsonl"
    data, url = DATA[SHARED], SHARED
    file, sha256 = media.file_of(media.sha256_of(data), media.ending_of(data)), media.sha256_of(data)

    def job(batch: Batch, said: Said) -> None:
        for day in (MONDAY, TUESDAY):  # one job after the other puts it
            batch.put_whole([day], file, data)
        for day, number in ((TUESDAY, 2), (MONDAY, 1)):
            kept = picture_events.kept(said, docid_of(number), url, file=file, sha256=sha256, size=len(data))
            batch.say(day, kept)

    with running(root) as archive:
        for number in (1, 2):
            archive.checked(docid_of(number), "etag").result()
        path.rename(path.with_name("aside"))
        with pytest.raises(ArchiveDamaged):
            archive.merge(job).result()
        path.with_name("aside").rename(path)
    assert [line["docid"] for line in _lines(root, "image")] == [docid_of(2)]
    assert _findings(root) == []
