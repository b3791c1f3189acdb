"""The slices of a backfill, crawled by an executor and merged by the one process that holds the archive."""

from __future__ import annotations

import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.record import brake, files
from newsarchive.archive.record.brake import Brake
from newsarchive.archive.record.lock import ArchiveLock
from newsarchive.archive.record.store import Archive
from newsarchive.errors import ArchiveLocked, BlockedError, ListingError
from newsarchive.items import BEIJING
from newsarchive.jobs.backfilling import slices
from newsarchive.jobs.backfilling.crawling import LOOK_S, Crawled, Order, crawl, tell_to_stop
from newsarchive.jobs.backfilling.slice_folders import OpenSlice, SliceFolders
from newsarchive.jobs.backfilling.slices import Slice
from newsarchive.jobs.importing import run as importing

DONE, MISSING, BLOCKED = 0, 3, BlockedError.exit_code
"""Exit codes of a crawl (design §4)."""
END_ALL = (2, 6, 7)
"""Exit codes after which the crawl of every other slice would end the same."""
UNHEALTHY = ListingError.exit_code
TRIED_AGAIN = (MISSING, UNHEALTHY)
"""Exit codes of a crawl that may come further at once; as one that was killed (above 128)."""
KILLED_FROM = 128
ATTEMPTS = 3
"""Crawls of a slice in one backfill; what is missing then is missing for longer."""
MARGIN = 1.05
"""A gap is so much longer than the rate asks for: of two requests the first may be late on its way, the second not, and in
10 seconds that comes to half a second at most."""
CONNECTIONS = 2
"""To a host, of all crawls together, and one at least of each."""
ORPHANS_END_S = 60.0
"""A crawl whose backfill was killed ends by itself, within seconds: those that are under way have ``GRACE_S``."""
_UNANSWERED_RE = re.compile(r"(\d{4}-\d\d-\d\d) was not answered(: no channel offers anything for it)?", re.ASCII)
"""How a crawl tells of a day without an answer; the second group: nothing is there, so that asking at once is in vain."""
LATER = "later runs ask for them again"
"""How a crawl ends telling of documents that failed."""
STOPPED_EARLY = "stopped by a signal"
"""How the report of a crawl begins that was stopped before it had read the listing."""

Told = Callable[[int, int], None]
"""(days done, days of all)."""


@dataclass(frozen=True, slots=True)
class Crawls:
    """How slices are crawled."""

    command: Callable[[Mapping[str, str]], list[str]]
    """The command line of a crawl with these settings."""
    environment: Callable[[Path], dict[str, str]]
    """Of a crawl into this folder."""
    rate: float
    """Requests a second to a host, of all crawls together."""
    at_once: int

    def order(self, one: OpenSlice, profile: str, stop: Path) -> Order:
        """The crawl of a slice."""
        gap = self.at_once / self.rate * MARGIN
        settings = {
            "DOWNLOAD_DELAY": f"{gap:.6f}",
            "CONCURRENT_REQUESTS_PER_DOMAIN": str(max(1, CONNECTIONS // self.at_once)),
            "FETCH_CRAWLS_AT_ONCE": str(self.at_once),
            "FETCH_ENDS_WITH_INPUT": "1",
            "ARCHIVE_PROFILE": profile,
            "REVISIT_HOURS": "",  # that is for the archive's own runs, as are alerts
            "ALERT_URLS": "",
            "RUN_REPORT_JSON": "1",
            "LOG_LEVEL": "INFO",  # ``crawling`` reads what it says
            "LOG_FORMAT": "%(asctime)s %(levelname)s %(message)s",
        }
        asked = {"since": one.slice.since, "until": one.slice.until, "channels": ",".join(one.slice.channels)}
        arguments = [part for name, value in asked.items() for part in ("-a", f"{name}={value}")]
        return Order(
            command=(*self.command(settings), *arguments),
            environment=self.environment(one.folder),
            directory=str(Path.cwd()),
            state=str(one.state),
            log=str(one.log),
            stop=str(stop),
            pause_s=gap,
        )


@dataclass(slots=True)
class BackfillOutcome:
    """What a backfill did."""

    days: int = 0
    """That were asked for and were not done before."""
    done: set[date] = field(default_factory=set)
    """Of these, those that are merged."""
    merged: int = 0
    """Slices."""
    articles: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    """Exit codes of what is left."""
    left: list[str] = field(default_factory=list)
    """What is not as it should be, a sentence each."""
    blocked: Brake | None = None

    def leave(self, code: int, told: str) -> None:
        self.codes[code] += 1
        self.left.append(told)


@dataclass(slots=True)
class _Crawl:
    """One that runs."""

    slice: OpenSlice
    began: date
    attempt: int


class Backfill:
    """Of one archive, which is open; raises its errors."""

    def __init__(self, archive: Archive, crawls: Crawls, tell: Told) -> None:
        """Take up what an earlier backfill left.  Raises ``ArchiveLocked`` and ``BlockedError``."""
        self._archive, self._crawls, self._tell = archive, crawls, tell
        self._folders = SliceFolders(archive.state)
        tell_to_stop(self._folders.stop)
        self._open = self._folders.open_slices()
        for one in self._open:
            _await_end(one)
        self._heed_bans()
        self._folders.release_stop()
        self._outcome = BackfillOutcome()
        self._waiting: deque[tuple[OpenSlice | Slice, int]] = deque()
        self._running: dict[Future[Crawled], _Crawl] = {}
        self._sweep()

    def run(
        self, asked: Slice, days_a_slice: int, executor: Executor, is_stop_asked: Callable[[], bool]
    ) -> BackfillOutcome:
        """Crawl and merge what is missing of ``asked``: slices that are begun first, then the others, newest first."""
        self._plan(asked, days_a_slice)
        self._tell(0, self._outcome.days)
        try:
            self._crawl_all(executor, is_stop_asked)
        finally:
            if self._running:  # something cannot be gone on with, and the executor waits for its crawls
                tell_to_stop(self._folders.stop)
        return self._outcome

    def _crawl_all(self, executor: Executor, is_stop_asked: Callable[[], bool]) -> None:
        while self._running or self._has_more():
            if is_stop_asked():
                tell_to_stop(self._folders.stop)
            self._submit(executor)
            ended, _ = wait(self._running, LOOK_S, FIRST_COMPLETED)
            for future in ended:
                self._end(self._running.pop(future), future.result())
            self._release_brake()

    # --- what is to be done ------------------------------------------------------------------------------------------

    def _plan(self, asked: Slice, days_a_slice: int) -> None:
        taken_up = [one for one in self._open if _concerns(one.slice, asked)]
        begun = {day for one in taken_up for day in one.slice.days}
        with closing(self._archive.reader()) as catalogue:
            missing = {day for day in asked.days if not _is_sealed(catalogue, day, asked.channels)}
        missing -= begun | self._folders.done(asked.channels)
        todo: list[OpenSlice | Slice] = [*taken_up, *slices.cut(missing, days_a_slice, asked.channels)]
        self._waiting.extend((one, 1) for one in todo)
        self._outcome.days = len(missing | begun)
        at_once = max(1, min(self._crawls.at_once, len(self._waiting)))
        self._crawls = Crawls(self._crawls.command, self._crawls.environment, self._crawls.rate, at_once)

    def _has_more(self) -> bool:
        return bool(self._waiting) and not self._folders.stop.exists()

    def _submit(self, executor: Executor) -> None:
        while self._has_more() and len(self._running) < self._width():
            one, attempt = self._waiting.popleft()
            opened = one if isinstance(one, OpenSlice) else self._folders.begin(one)
            self._hand_brake_to(opened)
            order = self._crawls.order(opened, self._archive.profile, self._folders.stop)
            began = self._archive.clock().astimezone(BEIJING).date()
            self._running[executor.submit(crawl, order)] = _Crawl(opened, began, attempt)

    # --- what came of it ---------------------------------------------------------------------------------------------

    def _end(self, ended: _Crawl, crawled: Crawled) -> None:
        code, days = crawled.exit_code, str(ended.slice.slice)
        if code is None:
            self._outcome.leave(MISSING, f"{days}: stopped before its crawl began")
        elif code == BLOCKED:
            self._hear_ban(ended.slice)
        elif _is_whole(crawled) or (code == UNHEALTHY and _is_answered(crawled, ended.attempt)):
            self._merge(ended, _unanswered(crawled, ended.slice.slice))
        elif crawled.was_told_to_stop:
            self._outcome.leave(MISSING, f"{days}: stopped; the next backfill goes on with it")
        elif _comes_further(code) and ended.attempt < ATTEMPTS:
            self._waiting.appendleft((ended.slice, ended.attempt + 1))
        else:
            self._give_up(ended, crawled)

    def _give_up(self, ended: _Crawl, crawled: Crawled) -> None:
        code = crawled.exit_code or 0
        why = crawled.reason or f"its crawl ended with exit code {code}"
        self._outcome.leave(
            code if code < KILLED_FROM else MISSING,
            f"{ended.slice.slice}: {why}; {ended.slice.log} says more, the next backfill goes on with it",
        )
        if code in END_ALL:
            tell_to_stop(self._folders.stop)

    def _merge(self, ended: _Crawl, unanswered: set[date]) -> None:
        """Into the archive; what cannot be taken in leaves the slice as it is, for a person to look at."""
        one = ended.slice
        found = importing.take_in(self._archive, one.folder, lambda _done, _of_all: None)
        self._outcome.articles += found.counts["articles"]
        if found.left:
            first = found.left[0]
            self._outcome.leave(MISSING, f"{one.folder}: {first.path} could not be taken in: {first.reason}")
            return
        self._outcome.done |= self._folders.merged(one, ended.began, unanswered)
        self._outcome.merged += 1
        if unanswered:
            days = ", ".join(slices.told(unanswered))
            self._outcome.leave(
                UNHEALTHY, f"{days}: not answered, no channel offers anything; the next backfill asks again"
            )
        self._sweep()
        self._tell(len(self._outcome.done), self._outcome.days)

    def _sweep(self) -> None:
        for folder in self._folders.sweep():
            told = f"{folder} is merged, but something is in it that no crawl wrote: look at it, and remove it"
            if told not in self._outcome.left:
                self._outcome.left.append(told)

    # --- bans --------------------------------------------------------------------------------------------------------

    def _heed_bans(self) -> None:
        """A ban that a slice heard is one of the archive's, until that lets it go.  Raises ``BlockedError`` while it holds."""
        now = self._archive.clock()
        own = brake.heed(self._archive.state, now)
        heard = [own] if own else []
        for one in self._open:
            pulled = brake.heed(one.state, now) if one.state.is_dir() else None
            if pulled and own is None and self._folders.is_ban_noted(pulled.until):
                brake.release(one.state)  # newsarchive status --release
            elif pulled:
                heard.append(pulled)
        if not heard:
            return
        last = max(heard, key=lambda pulled: pulled.until)
        self._pass_on(last)
        if last.holds(now):
            raise BlockedError(blocked(last))

    def _hear_ban(self, one: OpenSlice) -> None:
        tell_to_stop(self._folders.stop)
        heard = brake.read(one.state, self._archive.clock())
        self._outcome.leave(BLOCKED, f"{one.slice}: {blocked(heard) if heard else 'blocked by the site'}")
        if heard:
            self._outcome.blocked = heard
            self._pass_on(heard)

    def _pass_on(self, heard: Brake) -> None:
        """To the archive and to all slices, so that whoever crawls into one of them heeds it."""
        for state in (self._archive.state, *(one.state for one in self._folders.open_slices())):
            if state.is_dir():
                brake.pass_on(state, heard)
        self._folders.note_ban(heard.until)

    def _width(self) -> int:
        """Crawls at once: after a ban one alone, until its first ordinary request is answered."""
        return 1 if brake.read(self._archive.state, self._archive.clock()) else self._crawls.at_once

    def _hand_brake_to(self, one: OpenSlice) -> None:
        """What the archive knows of a ban, a crawl of a slice knows: after one, it begins with a probe."""
        files.make_folder(one.state, one.folder)
        if pulled := brake.read(self._archive.state, self._archive.clock()):
            brake.pass_on(one.state, pulled)
        else:
            brake.release(one.state)

    def _release_brake(self) -> None:
        """Once a crawl that began with a probe has let its own go."""
        if not self._running or self._folders.stop.exists():
            return
        if all(not (one.slice.state / brake.NAME).exists() for one in self._running.values()):
            brake.release(self._archive.state)


def blocked(pulled: Brake) -> str:
    """What a ban means, and until when."""
    return (
        f"Sina has banned this address (拒绝访问, asked: {pulled.url}); no request is sent before "
        f"{pulled.until.astimezone(BEIJING):%Y-%m-%d %H:%M:%S} (+08:00), then run again"
    )


def _await_end(one: OpenSlice) -> None:
    """Wait for a crawl that outlived its backfill.  Raises ``ArchiveLocked`` where it does not end."""
    until = time.monotonic() + ORPHANS_END_S
    while one.state.is_dir():
        try:
            with ArchiveLock(one.state):
                return
        except ArchiveLocked:
            if time.monotonic() >= until:
                raise
            time.sleep(LOOK_S)


def _concerns(one: Slice, asked: Slice) -> bool:
    is_among = asked.since <= one.until and one.since <= asked.until
    return is_among and one.channels == asked.channels


def _is_sealed(catalogue: Catalogue, day: date, channels: Iterable[str]) -> bool:
    return all(catalogue.days.sealed_by(day, channel) for channel in channels)


def _is_whole(crawled: Crawled) -> bool:
    """Every day was answered, and every document has an outcome; what failed is asked for again by the archive's own runs."""
    if crawled.exit_code == MISSING:
        is_cut = crawled.was_told_to_stop or crawled.reason.startswith(STOPPED_EARLY)
        return crawled.pending == 0 and not is_cut
    return crawled.exit_code == DONE


def _comes_further(code: int) -> bool:
    return code in TRIED_AGAIN or code >= KILLED_FROM


def _unanswered(crawled: Crawled, asked: Slice) -> set[date]:
    named = {one[1] for cause in crawled.causes if (one := _UNANSWERED_RE.match(cause))}
    return {day for day in asked.days if str(day) in named}


def _is_answered(crawled: Crawled, attempt: int) -> bool:
    """Whether nothing but the listing's silence for single days keeps it from being whole, and asking again is in vain."""
    told = [cause for cause in crawled.causes if not cause.endswith(LATER)]
    silent = [_UNANSWERED_RE.match(cause) for cause in told]
    is_in_vain = attempt >= ATTEMPTS or all(one and one[2] for one in silent)
    return bool(silent) and all(silent) and is_in_vain and crawled.pending == 0 and not crawled.was_told_to_stop
