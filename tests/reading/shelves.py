"""Archives of a few days, as the program itself makes them, and ways to look at what a reader must not do to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from newsarchive.archive.format.article import file_of
from newsarchive.archive.record.redaction import redact
from newsarchive.archive.record.store import Archive
from newsarchive.items import BEIJING, Article, Offer

MONDAY = date(2026, 11, 23)
TUESDAY = MONDAY + timedelta(days=1)
ADDRESS = "https://finance.sina.com.cn/roll"


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BEIJING)


def docid_of(number: int) -> str:
    return f"abcdefg{number:07}"


def article(number: int, day: date = MONDAY, **more: Any) -> Article:
    """Published at the hour of its number, first shown by 1686; ``more`` are fields of the article or of its offer."""
    docid = docid_of(number)
    url = f"{ADDRESS}/{day}/doc-i{docid}.shtml"
    shown = {key: more.pop(key) for key in ("title", "channels", "lids", "image") if key in more}
    listed = at(day, number % 24, 1)
    told = {"title": f"第{number}篇", "channels": ("1686",), "lids": ("1686", "2516")} | shown
    offer = Offer(docid=docid, url=url, day=day, published_at=at(day, number % 24), listed_at=listed, **told)
    page = {"body": f"<p>正文{number}。</p>", "media": "新华社", "keywords": ("降准",), "symbols": ("sh600519",)}
    fetched = {"published_at": at(day, number % 24), "fetched_at": at(day, number % 24, 5)}
    return Article(**{"offer": offer, "url": url, "title": offer.title, **page, **fetched, **more})


@contextmanager
def running(root: Path, profile: str = "clean", now: datetime | None = None) -> Iterator[Archive]:
    """A run that writes, until the end of the block."""
    archive = Archive.open(root, profile, lambda: now or at(TUESDAY, 20))
    try:
        yield archive
    finally:
        archive.close()


def archived(archive: Archive, *articles: Article) -> None:
    archive.offer([one.offer for one in articles], poll="1686").result()
    for one in articles:
        assert archive.keep(one, file_of(one, channel="滚动")).result() in ("kept", "revised")


def revised(one: Article, body: str, **more: Any) -> Article:
    later = one.fetched_at + timedelta(hours=1) if one.fetched_at else None
    return replace(one, body=body, kind="figure", fetched_at=later, **more)


def two_days(root: Path, profile: str = "clean") -> Path:
    """Articles 3, 1, 2 of Monday and 4, 5 of Tuesday, in this order; the second was corrected, the fifth withdrawn."""
    with running(root, profile) as archive:
        archived(archive, *(article(number) for number in (3, 1, 2)))
        archived(archive, article(4, TUESDAY, media="证券时报", symbols=("hk00700",), channels=("1686", "2509")))
        archived(archive, article(5, TUESDAY))
        archived(archive, revised(article(2), "<p>更正后的正文。</p>", title="第2篇（更正）"))
    withdrawn(root, docid_of(5), profile)
    return root


def withdrawn(root: Path, docid: str, profile: str = "clean") -> None:
    """The source says twice, an hour apart, that it has the document no more."""
    for hour in (21, 22):
        with running(root, profile, at(TUESDAY, hour)) as archive:
            archive.failed(docid, "not-found").result()


def redacted(root: Path, docid: str, profile: str = "clean") -> None:
    redact(root, profile, docid, "on request", keep_title=False, clock=lambda: at(TUESDAY, 23))


def footprint(root: Path) -> dict[str, tuple[int, int]]:
    """Size and time of each file and folder below; unchanged if nothing was written there."""
    found = {path.as_posix(): path.lstat() for path in (root, *root.rglob("*"))}
    return {path: (stat.st_size, stat.st_mtime_ns) for path, stat in found.items()}


def names(folder: Path) -> list[str]:
    """What stands directly in a folder."""
    return sorted(path.name for path in folder.iterdir())
