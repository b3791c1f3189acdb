"""An archive with stored pages, made without a crawl by the functions that a crawl calls; all text is invented."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.raw_answer import read_raw
from newsarchive.archive.format.raw_record import Exchange
from newsarchive.archive.format.states import History, histories
from newsarchive.archive.index.worker import Workers
from newsarchive.archive.record.raw_store import RawSettings
from newsarchive.archive.record.store import Archive
from newsarchive.items import BEIJING, Article, Offer
from newsarchive.jobs.reextracting.day import Task
from newsarchive.jobs.reextracting.outcome import ReextractionOutcome
from newsarchive.jobs.reextracting.run import Plan, Tell, run
from newsarchive.pages.rules import Rules
from newsarchive.sina.page import boilerplate
from newsarchive.sina.page.article_file import file_of
from newsarchive.sina.page.stored_page import article_in_answers, with_digests, with_validators

NOON = datetime(2026, 11, 23, 12, tzinfo=BEIJING)
DAY, NEXT_DAY = date(2026, 11, 23), date(2026, 11, 24)
NOTICE = "本栏目由春江纸坊冠名播出。"
"""A line that the rules of today leave in the text, and ``with_notice_dropped`` does not."""
PROSE = (
    "春江的纸船工坊今年前六个月卖出两万只纸船，比去年同期多出三成，其中一半运往海外，另一半留在本地的学校和书店里。"
    "坊主说，纸价涨了一成，但是船价没有动，因为买主的预算是年初定下的；下半年的订单已经排到腊月，工坊准备再添四名折工。"
)
"""Of more than 100 characters: shorter texts are not compared with others."""


def docid_of(number: int) -> str:
    return f"naaaaaa{number:07}"


def page(
    number: int, *paragraphs: str, keywords: Iterable[str] = (), title: str = "", layout: str = "artibody"
) -> bytes:
    """A page in the layout of 2017; ``layout`` is the id of its body."""
    docid, title = docid_of(number), title or f"纸船工坊第{number}号通告"
    text = "\n".join(f"<p>　　{paragraph}</p>" for paragraph in (*paragraphs, f"{PROSE}编号{number}。"))
    words = "".join(f"<a href='#'>{word}</a>" for word in keywords)
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"/><title>{title}_新浪财经_新浪网</title>'
        f'<meta name="publishid" content="{docid}"/></head><body><h1 class="main-title">{title}</h1>'
        '<div class="date-source"><span class="date">2026年11月23日 09:30</span>'
        f'<a href="http://k.sina.com.cn" class="source">江上日报</a></div>'
        f'<div class="article" id="{layout}">\n{text}\n</div>'
        f'<div class="keywords" id="keywords">{words}</div></body></html>'
    ).encode()


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class Shelf:
    """The archive in ``root``; each method is a run of its own."""

    def __init__(self, root: Path) -> None:
        self.root, self.clock = root, Clock()

    @contextmanager
    def opened(self) -> Iterator[Archive]:
        archive = Archive.open(self.root, "clean", self.clock, RawSettings(512, {"software": "newsarchive/0"}))
        try:
            yield archive
        finally:
            archive.close()

    def keep(self, *numbers: int, day: date = DAY, **of_page: Any) -> None:
        """Fetch and keep these documents; ``of_page`` as for ``page``."""
        self.keep_pages({number: page(number, **of_page) for number in numbers}, day)

    def keep_pages(self, pages: dict[int, bytes], day: date = DAY) -> None:
        with self.opened() as archive:
            for number, body in pages.items():
                article = self._fetched(archive, number, body, day)
                archive.keep(article, file_of(article, "clean")).result()

    def revise(self, number: int, body: bytes, kind: str = "figure") -> None:
        """The source has changed the page since."""
        self.clock.now += timedelta(hours=1)
        with self.opened() as archive:
            article = replace(self._fetched(archive, number, body, DAY), kind=kind)
            assert archive.keep(article, file_of(article, "clean")).result() == "revised"

    def fail(self, number: int, body: bytes, reason: str = "no-layout") -> None:
        """The page was stored, and was no article."""
        with self.opened() as archive:
            archive.offer([offer(number, DAY)], poll="1686").result()
            archive.failed(docid_of(number), reason, "", self._stored(archive, number, body)).result()

    def _fetched(self, archive: Archive, number: int, body: bytes, day: date) -> Article:
        asked = offer(number, day)
        archive.offer([asked], poll="1686").result()
        place = self._stored(archive, number, body)
        archive.find(asked.docid).result()  # behind the commit that writes what waits
        answer = read_raw(self.root, place)
        article = article_in_answers(answer, (), asked, self.clock())
        return with_digests(with_validators(article, answer))

    def _stored(self, archive: Archive, number: int, body: bytes) -> str:
        exchange = Exchange(
            url=offer(number, DAY).url,
            request_head=b"GET / HTTP/1.1\r\n\r\n",
            response_head=b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "e1"\r\n\r\n',
            body=body,
            fetched_at=self.clock(),
            docid=docid_of(number),
        )
        place, _ = archive.keep_answer(exchange)
        assert place
        return place

    def reextract(self, *, is_dry: bool = False, tell: Tell | None = None, **asked: Any) -> ReextractionOutcome:
        """In this process, so that rules which a test changed are those of the worker."""
        plan = {name: asked.pop(name) for name in tuple(asked) if name in Plan.__dataclass_fields__}
        task = Task(root=self.root, profile="clean", **asked)
        return run(Plan(**{"task": task, "is_dry": is_dry, "workers": Workers(1), **plan}), self.clock, tell or Tell())

    def lines(self, day: date = DAY) -> list[dict[str, Any]]:
        return list(journal.read_objects(paths.journal_path(self.root, day)))

    def history(self, number: int, day: date = DAY) -> History:
        return histories(self.lines(day), day)[docid_of(number)]

    def text(self, number: int, state: int = -1) -> str:
        """The file of a state, as it lies there; ``state`` is its index."""
        return (self.root / self.history(number).states[state].file).read_text("utf-8")


def offer(number: int, day: date) -> Offer:
    docid = docid_of(number)
    url = f"https://finance.sina.com.cn/roll/{day}/doc-i{docid}.shtml"
    told = {"title": f"纸船工坊第{number}号通告", "channels": ("1686",), "lids": ("1686",)}
    return Offer(docid=docid, url=url, day=day, **told)


def with_notice_dropped() -> Rules:
    """The table of boilerplate with one more line."""
    rules = boilerplate.RULES
    return replace(rules, paragraphs=re.compile(f"{rules.paragraphs.pattern}|本栏目由"))
