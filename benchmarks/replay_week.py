#!/usr/bin/env python3
"""Nothing missing: replays a real week of the roll feed poll by poll, and counts what was offered, and when.

    python benchmarks/replay_week.py [--minutes 5 30 120] [--days 7] [--week FILE] [--json]

The week is the one in the folder ``shared`` beside the checkout, or another in the same format.  A poll is what the
crawl does without arguments, discovery and archive as they are, the clock at the poll's time; only the network and the
pages are not there.  Two feeds are played: one that shows the rows of earlier polls behind the current ones (``deep``),
and one that shows the newest 50 and no more (``window``), which between two distant polls loses rows to anyone.

Where a row was found by a poll it gets an outcome at once.  Those that a sweep of its finished day found are left
pending: they are what coverage names as missing until they are fetched.

Exit 1 if a poll missed a row that the feed still showed, a row was never offered or offered twice, a listing was called
sick, or a day was not sealed in the end.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from newsarchive.archive.format import journal, paths
from newsarchive.archive.record.store import Archive
from newsarchive.items import BEIJING
from newsarchive.sina.listing.channels import channel
from newsarchive.sina.listing.discover import Discovery
from newsarchive.sina.listing.urls import docid_of

WEEK = Path(__file__).resolve().parents[2] / "shared" / "feed" / "week-2024-03-04.json.gz"
PAGE_ROWS = 50
CLAIMED_ROWS = 100_350
"""What the feed says it has; far more than it shows."""
EVERYTHING = channel("2509")
OVERLAP_ROWS, STALE_HOURS = 100, 24
AFTERWARDS = timedelta(hours=25)
"""Between the last polls, which only sweep: three, so that the last day is over and swept twice."""


class Feed:
    """The roll feed, as the polls of the week saw it, at the time of a clock that the replay turns."""

    def __init__(self, week: dict[str, list], until: datetime, *, deep: bool) -> None:
        self._rows, self._deep = week["rows"], deep
        self._coming = [snap for snap in week["snaps"] if snap[0] < until.timestamp()][::-1]
        self.begins_at, self.ends_at = self._coming[-1][0], self._coming[0][0]
        self._listing: list[int] = []
        """Rows, newest first: those of the newest poll, behind them those of earlier ones, without the vanished."""
        self.ctimes: dict[int, int] = {}
        """Of each row ever shown.  The source has none: made up, so that the order of the listing is theirs."""
        self.requests = 0
        self.at_polls: set[int] = set()
        """Rows that the listing showed at the time of a poll."""

    def turn_to(self, now: float) -> None:
        while self._coming and self._coming[-1][0] <= now:
            self._show(*self._coming.pop())
        self.at_polls.update(self._visible())

    def _visible(self) -> list[int]:
        return self._listing if self._deep else self._listing[:PAGE_ROWS]

    def _show(self, at: int, shown: list[int]) -> None:
        common = [place for place, row in enumerate(self._listing) if row in set(shown)]
        self._listing = shown + self._listing[common[-1] + 1 if common else 0 :]
        newest = at - 60
        for place, row in enumerate(shown):
            if row not in self.ctimes:
                older = next((self.ctimes[below] for below in self._listing[place:] if below in self.ctimes), 0)
                self.ctimes[row] = max(older, min(newest, at - 60 - place))
            newest = self.ctimes[row]

    async def ask(self, url: str) -> bytes:
        self.requests += 1
        query = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        rows, total = self._visible(), CLAIMED_ROWS
        if "etime" in query:
            rows = self._of_day(int(query["etime"]), int(query["stime"]))
            total = len(rows)
        page = int(query["page"])
        shown = [self._row(row) for row in rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]]
        result = {"status": {"code": 0}, "total": total, "lid": 2509, "data": shown}
        return json.dumps({"result": result}).encode()

    def _of_day(self, begin: int, end: int) -> list[int]:
        rows = [row for row, ctime in self.ctimes.items() if begin <= ctime < end]
        return sorted(rows, key=self.ctimes.__getitem__, reverse=True)

    def _row(self, row: int) -> dict[str, str]:
        url, title = self._rows[row]
        return {"url": url, "title": title, "ctime": str(self.ctimes[row])}

    def docids(self, rows: Iterable[int]) -> set[str]:
        return {docid_of(self._rows[row][0]) for row in rows}


@dataclass
class Result:
    """What a replay at one distance of polls came to."""

    feed: str
    minutes: int
    polls: int = 0
    requests: int = 0
    shown: int = 0
    """Documents that the feed ever showed."""
    by_polls: int = 0
    by_sweeps: int = 0
    """Documents that no poll had seen: what coverage names as missing until they are fetched."""
    missed: int = 0
    """Of these, how many the feed showed at the time of some poll."""
    never: int = 0
    twice: int = 0
    sick: int = 0
    sealed: int = 0
    unsealed: int = 0
    """Days of the week."""
    seconds: float = 0

    @property
    def is_right(self) -> bool:
        return not (self.missed or self.never or self.twice or self.sick or self.unsealed)


class Replay:
    """One archive, filled by the polls of a week."""

    def __init__(self, week: dict[str, list], root: Path, until: datetime, minutes: int, *, deep: bool) -> None:
        self._root, self._now = root, 0.0
        self._feed = Feed(week, until, deep=deep)
        self.result = Result("deep" if deep else "window", minutes)

    def run(self) -> Result:
        begun = time.perf_counter()
        moment = float(self._feed.begins_at)
        while moment < self._feed.ends_at + self.result.minutes * 60:
            self._poll(moment, STALE_HOURS)
            moment += self.result.minutes * 60
        for number in (1, 2, 3):
            self._poll(moment + number * AFTERWARDS.total_seconds(), 0)
        self._judge()
        self.result.seconds = round(time.perf_counter() - begun, 1)
        return self.result

    def _poll(self, moment: float, stale_hours: float) -> None:
        """One run of the crawl at that moment."""
        self._now = moment
        self._feed.turn_to(moment)
        archive = Archive.open(self._root, "clean", clock=lambda: datetime.fromtimestamp(self._now, BEIJING))
        try:
            self.result.sick += asyncio.run(self._discover(archive, stale_hours))
        finally:
            archive.close()
        self.result.polls += 1

    async def _discover(self, archive: Archive, stale_hours: float) -> int:
        is_polling = True

        def found(docids: list[str]) -> None:
            for docid in docids if is_polling else ():
                archive.filtered(docid, "replayed")

        discovery = Discovery(archive, self._feed.ask, found, lambda: False, OVERLAP_ROWS)
        await discovery.poll([EVERYTHING], stale_hours)
        is_polling = False
        await discovery.sweep([EVERYTHING])
        return len(discovery.errors)

    def _judge(self) -> None:
        offered, outcomes, sealed = Counter[str](), set[str](), set[date]()
        for day in paths.days(self._root):
            for event in journal.read(paths.journal_path(self._root, day)):
                name, docid = event.data["event"], event.data["docid"]
                offered[docid] += name == "offered"
                outcomes |= {docid} if name == "filtered" else set()
                sealed |= {day} if name == "sealed" else set()
        shown, result = self._feed.docids(self._feed.ctimes), self.result
        result.requests, result.shown = self._feed.requests, len(shown)
        result.by_polls = len(shown & outcomes)
        result.by_sweeps = len(shown & {docid for docid, times in offered.items() if times} - outcomes)
        result.missed = len(self._feed.docids(self._feed.at_polls) - outcomes)
        result.never = len(shown) - result.by_polls - result.by_sweeps
        result.twice = sum(times > 1 for times in offered.values())
        first, last = (datetime.fromtimestamp(at, BEIJING).date() for at in (self._feed.begins_at, self._feed.ends_at))
        wanted = {first + timedelta(days=number) for number in range((last - first).days + 1)}
        result.sealed, result.unsealed = len(wanted & sealed), len(wanted - sealed)


def main() -> int:
    parser = argparse.ArgumentParser(description="Replay a real week of the roll feed")
    parser.add_argument("--week", type=Path, default=WEEK, help="the recorded feed")
    parser.add_argument("--minutes", type=int, nargs="+", default=[5, 30, 120], help="between two polls")
    parser.add_argument("--days", type=int, default=7, help="how many days of the week")
    parser.add_argument("--json", action="store_true", help="a line of JSON each instead of a table")
    asked = parser.parse_args()
    week = json.loads(gzip.decompress(asked.week.read_bytes()))
    first = datetime.fromtimestamp(week["snaps"][0][0], BEIJING)
    until = first.replace(hour=0, minute=0, second=0) + timedelta(days=asked.days)
    is_right = True
    for deep in (True, False):
        for minutes in asked.minutes:
            with tempfile.TemporaryDirectory() as folder:
                result = Replay(week, Path(folder), until, minutes, deep=deep).run()
            is_right = is_right and result.is_right
            _tell(result, as_json=asked.json)
    return 0 if is_right else 1


def _tell(result: Result, *, as_json: bool) -> None:
    fields = asdict(result)
    line = json.dumps(fields) if as_json else "  ".join(f"{name} {value}" for name, value in fields.items())
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
