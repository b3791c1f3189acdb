"""Archives whose lines name raw records, as a crawl makes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from newsarchive.archive.format.article import file_of
from newsarchive.archive.format.raw_record import Exchange
from newsarchive.archive.record.raw_store import RawSettings
from newsarchive.archive.record.store import Archive
from newsarchive.items import Article
from tests.archive.making_raw import REQUEST, gzipped
from tests.reading import shelves
from tests.reading.shelves import TUESDAY, at

SETTINGS = RawSettings(512.0, {"software": "newsarchive/test"})
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n\r\n"


@contextmanager
def running(root: Path, now: datetime | None = None) -> Iterator[Archive]:
    """A run that keeps what the servers sent, until the end of the block."""
    archive = Archive.open(root, "clean", lambda: now or at(TUESDAY, 20), SETTINGS)
    try:
        yield archive
    finally:
        archive.close()


def page_of(one: Article) -> bytes:
    """What the server sent for an article, without its coding."""
    return f"<html><head><title>{one.title}</title></head><body>{one.body}</body></html>".encode()


def answered(archive: Archive, one: Article, former: str | None = None) -> str:
    """The answer for an article is stored; the result is its place."""
    sent = Exchange(
        url=one.url,
        request_head=REQUEST,
        response_head=HEAD,
        body=gzipped(page_of(one)),
        fetched_at=one.fetched_at or at(TUESDAY, 19),
        docid=one.offer.docid,
    )
    place, _ = archive.keep_answer(sent, former)
    assert place
    return place


def archived(archive: Archive, *articles: Article) -> None:
    archive.offer([one.offer for one in articles], poll="1686").result()
    for one in articles:
        stored = replace(one, warc=answered(archive, one))
        assert archive.keep(stored, file_of(one, channel="滚动")).result() in ("kept", "revised")


def two_days(root: Path) -> Path:
    """As ``shelves.two_days``, with raw records: the second article was corrected and then looked at again, unchanged."""
    revised = shelves.revised(shelves.article(2), "<p>更正后的正文。</p>", title="第2篇（更正）")
    with running(root) as archive:
        archived(archive, *(shelves.article(number) for number in (3, 1, 2)))
        archived(
            archive, shelves.article(4, TUESDAY, media="证券时报", symbols=("hk00700",), channels=("1686", "2509"))
        )
        archived(archive, shelves.article(5, TUESDAY))
        archived(archive, revised)
    with running(root, at(TUESDAY, 21)) as archive:
        again = replace(revised, fetched_at=at(TUESDAY, 21))
        archive.checked(again.offer.docid, warc=answered(archive, again, place_of(root, again.offer.docid))).result()
    return root


def place_of(root: Path, docid: str) -> str:
    """Where the answer of its newest state is stored."""
    from newsarchive.reading.library import Library

    history = Library(root).history(docid)
    assert history
    return str(history.states[-1].line["warc"])
