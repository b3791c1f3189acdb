"""A roll feed made of lists of rows, runs of a Discovery over it, and what they wrote down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from newsarchive.archive.format import journal, paths
from newsarchive.archive.record.store import Archive
from newsarchive.errors import ListingError
from newsarchive.items import BEIJING
from newsarchive.sina.listing.channels import channel
from newsarchive.sina.listing.discover import Discovery

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=BEIJING)
YESTERDAY, TODAY = date(2026, 11, 23), date(2026, 11, 24)
OVERLAP = 100
PAGE = 50
Row = dict[str, str]


def docid(number: int) -> str:
    return f"naaaaaa{number:07}"


def row(number: int, at: datetime | None = None) -> Row:
    """A row of the feed, published ``number`` minutes ago unless ``at`` says otherwise."""
    moment = at or NOW - timedelta(minutes=number)
    url = f"https://finance.sina.com.cn/roll/{moment:%Y-%m-%d}/doc-i{docid(number)}.shtml"
    return {"url": url, "title": f"第{number}条", "ctime": str(int(moment.timestamp()))}


def rows(first: int, last: int) -> list[Row]:
    return [row(number) for number in range(first, last + 1)]


class Feed:
    """Answers like the roll feed from lists of rows by lid, and notes what was asked."""

    def __init__(self, **listed: list[Row]) -> None:
        self.listed = {lid.removeprefix("lid"): entries for lid, entries in listed.items()}
        self.asked: list[tuple[str, int]] = []
        self.days_asked: list[tuple[str, str, int]] = []
        """Lid, day and page of the day queries among them."""
        self.second_looks = 0
        self._last_url = ""
        self.total = 100_350
        self.ignores_days = False
        self.empties_days = False
        self.reach: int | None = None
        """Pages that the running listing shows at most."""
        self.last_page: int | None = None
        """Beyond it, the server shows it again."""
        self.broken: dict[tuple[str, int], bytes] = {}
        """Answers that stand in for those of a lid and page; an empty one is none at all."""

    async def __call__(self, url: str) -> bytes:
        query = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        lid, page = query["lid"], int(query["page"])
        if url == self._last_url:
            self.second_looks += 1  # before an empty or repeated page is believed
        else:
            self._last_url = url
            self.asked.append((lid, page))
            self.days_asked += [(lid, query["date"], page)] if "date" in query else []
        await asyncio.sleep(0)
        if (answer := self.broken.get((lid, page))) is not None:
            if not answer:
                raise ListingError("it is unreachable")
            return answer
        return self._answer(lid, min(page, self.last_page or page), query)

    def _answer(self, lid: str, page: int, query: dict[str, str]) -> bytes:
        entries, total = self.listed[lid], self.total
        if "etime" in query and not self.ignores_days:
            entries = [entry for entry in entries if query["etime"] <= entry["ctime"] < query["stime"]]
            total = len(entries)
            entries = [] if self.empties_days else entries
        elif self.reach is not None:
            entries = entries[: self.reach * PAGE]
        shown = entries[(page - 1) * PAGE : page * PAGE]
        result: dict[str, Any] = {"status": {"code": 0}, "total": total, "lid": int(lid), "data": shown}
        return json.dumps({"result": result}).encode()

    def pages(self, lid: str = "1686") -> list[int]:
        """The pages asked since the last look."""
        asked = [page for of, page in self.asked if of == lid]
        self.asked = [entry for entry in self.asked if entry[0] != lid]
        return asked


class Run:
    """One run of a Discovery over an open archive."""

    def __init__(self, archive: Archive, feed: Feed, *, enough: Callable[[Run], bool] = lambda _: False) -> None:
        self.found: list[str] = []
        self.discovery = Discovery(archive, feed, self.found.extend, lambda: enough(self), OVERLAP)

    def poll(self, *lids: str, stale_hours: float = 0) -> Run:
        asyncio.run(self.discovery.poll([channel(lid) for lid in lids or ("1686",)], stale_hours))
        return self

    def days(self, since: date, until: date, *lids: str) -> Run:
        asyncio.run(self.discovery.days([channel(lid) for lid in lids or ("1686",)], since, until))
        return self

    def sweep(self, *lids: str) -> Run:
        """What the spider does without arguments: a poll, then the sweeps."""
        self.poll(*lids)
        asyncio.run(self.discovery.sweep([channel(lid) for lid in lids or ("1686",)]))
        return self

    @property
    def errors(self) -> list[str]:
        return self.discovery.errors


def offered(archive: Archive) -> list[str]:
    """The docids of the ``offered`` lines on disk, day by day."""
    journals = [paths.journal_path(archive.root, day) for day in paths.days(archive.root)]
    events = [event.data for path in journals for event in journal.read(path)]
    return [event["docid"] for event in events if event["event"] == "offered"]


def docids(numbers: Sequence[int]) -> list[str]:
    return [docid(number) for number in numbers]
