"""The slices of a backfill, crawled by an executor and merged by the one process that holds the archive."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.days import MAX_UNANSWERED, SWEEP_EVERY
from newsarchive.archive.index.worker import MOST_ENDED, TellDays
from newsarchive.archive.record import brake, files
from newsarchive.archive.record.brake import Brake
from newsarchive.archive.record.store import Archive
from newsarchive.errors import ArchiveLocked, BlockedError, EngineGone, ListingError
from newsarchive.items import BEIJING
from newsarchive.jobs.backfilling import leash, slices
from newsarchive.jobs.backfilling.crawling import Crawled, await_end, crawl
from newsarchive.jobs.backfilling.orders import Crawls
from newsarchive.jobs.backfilling.slice_folders import OpenSlice, SliceFolders
from newsarchive.jobs.backfilling.slices import Slice
from newsarchive.jobs.importing import run as importing

DONE, DEFECT, MISSING, BLOCKED = 0, 1, 3, BlockedError.exit_code
"""Exit codes of a crawl (design §4)."""
END_ALL = (2, 6, 7)
"""Exit codes after which the crawl of every other slice would end the same."""
UNHEALTHY = ListingError.exit_code
READ = (DONE, MISSING, UNHEALTHY)
"""Exit codes of a crawl that may have read its slice."""
TRIED_AGAIN = (None, DONE, MISSING, UNHEALTHY)
"""Exit codes of a crawl that may come further at once, where it is not whole; as one that was killed (above 128).

None: a worker that heard nothing of us for a while ended it, or did not begin it.
"""
KILLED_FROM = 128
ATTEMPTS = 3
"""Crawls of a slice in one backfill; what is missing then is missing for longer."""
NOTHING_COMES = MAX_UNANSWERED * SWEEP_EVERY
"""Behind a day: sweeps ask no longer for one that is not answered (design §6), so an older one that is empty stays so."""
ENDS_S = 30.0
"""After a stop, for crawls to end: what has not answered then has no worker, or one that cannot be reached."""
SHOWN_FILES = 3
"""Of those in a merged slice that are somebody's."""


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
    empty: set[date] = field(default_factory=set)
    """Of those that are done: days so long ago that nothing comes any more, and for which no channel offers anything."""
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

    def __init__(self, archive: Archive, crawls: Crawls, tell: TellDays) -> None:
        """Take up what an earlier backfill left.  Raises ``ArchiveLocked`` and ``BlockedError``."""
        self._archive, self._crawls, self._tell = archive, crawls, tell
        self._folders = SliceFolders(archive.state)
        leash.take_off(self._folders.leash)
        self._open = self._folders.open_slices()
        for one in self._open:
            await_end(one.state)
        self._heed_bans()
        self._folders.put_leash_on()
        self._outcome = BackfillOutcome()
        self._waiting: deque[tuple[OpenSlice | Slice, int]] = deque()
        self._running: dict[Future[Crawled], _Crawl] = {}
        self._stopped_at: float | None = None
        self._ended_workers = 0
        self._sweep()

    def run(
        self,
        asked: Slice,
        days_a_slice: int,
        executor: Executor,
        is_stop_asked: Callable[[], bool],
        ended: tuple[type[Exception], ...] = (),
    ) -> BackfillOutcome:
        """Crawl and merge what is missing of ``asked``: slices that are begun first, then the others, newest first.

        ``ended``: what the executor raises for a crawl that has ended one worker after the other.
        """
        self._plan(asked, days_a_slice)
        self._tell(0, self._outcome.days)
        try:
            with leash.held(self._folders.leash):
                self._crawl_all(executor, is_stop_asked, ended)
        finally:
            self._await_all()
        return self._outcome

    def _crawl_all(
        self, executor: Executor, is_stop_asked: Callable[[], bool], ended: tuple[type[Exception], ...]
    ) -> None:
        while self._running or self._has_more():
            if is_stop_asked():
                leash.take_off(self._folders.leash)
            self._submit(executor)
            answered, _ = wait(self._running, leash.LOOK_S, FIRST_COMPLETED)
            for future in answered:
                crawled = _answer(future, ended)
                self._end(self._running.pop(future), crawled)
            self._release_brake()
            if self._is_waited_in_vain():
                self._leave_running()

    def _is_waited_in_vain(self) -> bool:
        """Whether crawls that were told to end have not answered for too long."""
        if not self._folders.is_stopped:
            return False
        self._stopped_at = self._stopped_at or time.monotonic()
        return time.monotonic() - self._stopped_at > ENDS_S

    def _leave_running(self) -> None:
        for future, one in self._running.items():
            future.cancel()
            self._outcome.leave(MISSING, f"{one.slice.slice}: no worker answers; the next backfill goes on with it")
        self._running.clear()

    def _await_all(self) -> None:
        """Where something cannot be gone on with: whoever crawls next must not do so beside what runs still."""
        if self._running:
            leash.take_off(self._folders.leash)
        for one in self._running.values():
            with suppress(ArchiveLocked):  # the next backfill waits for it, too, and tells who it is
                await_end(one.slice.state)

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
        self._crawls = replace(self._crawls, at_once=at_once)

    def _has_more(self) -> bool:
        return bool(self._waiting) and not self._folders.is_stopped

    def _submit(self, executor: Executor) -> None:
        while self._has_more() and len(self._running) < self._width():
            one, attempt = self._waiting.popleft()
            opened = one if isinstance(one, OpenSlice) else self._folders.begin(one)
            self._hand_brake_to(opened)
            order = self._crawls.order(opened, self._archive.profile, self._folders.leash, self._folders.word)
            began = self._archive.clock().astimezone(BEIJING).date()
            self._running[executor.submit(crawl, order)] = _Crawl(opened, began, attempt)

    # --- what came of it ---------------------------------------------------------------------------------------------

    def _end(self, ended: _Crawl, crawled: Crawled | None) -> None:
        """``crawled``: None for a crawl that has ended one worker after the other."""
        one = ended.slice
        if crawled is None:
            self._lose(one)
        elif crawled.exit_code == BLOCKED:
            self._hear_ban(one)
        elif _is_whole(crawled, one.slice) and (not crawled.unanswered or ended.attempt >= ATTEMPTS):
            self._merge(ended, crawled)
        elif crawled.was_told_to_stop and self._folders.is_stopped:
            self._outcome.leave(MISSING, f"{one.slice}: stopped; the next backfill goes on with it")
        elif _comes_further(crawled) and ended.attempt < ATTEMPTS:
            self._waiting.appendleft((one, ended.attempt + 1))
        else:
            self._give_up(ended, crawled)

    def _lose(self, one: OpenSlice) -> None:
        self._outcome.leave(
            DEFECT,
            f"{one.slice}: workers that crawled it were ended again and again, by the system for want of memory or by a "
            f"defect; look into their logs, and at {one.log}; the next backfill goes on with it",
        )
        self._ended_workers += 1
        if self._ended_workers >= MOST_ENDED:  # it is not the slices
            leash.take_off(self._folders.leash)

    def _give_up(self, ended: _Crawl, crawled: Crawled) -> None:
        code, one = crawled.exit_code, ended.slice
        self._outcome.leave(
            MISSING if code in (None, DONE) or code >= KILLED_FROM else code,
            f"{one.slice}: {_why_not_whole(crawled, one.slice)}; {one.log} says more, the next backfill goes on with it",
        )
        if code in END_ALL:
            leash.take_off(self._folders.leash)

    def _merge(self, ended: _Crawl, crawled: Crawled) -> None:
        """Into the archive; what cannot be taken in leaves the slice as it is, for a person to look at."""
        one = ended.slice
        found = importing.take_in(self._archive, one.folder, lambda _done, _of_all: None)
        self._outcome.articles += found.counts["articles"]
        if found.left:
            first = found.left[0]
            self._outcome.leave(MISSING, f"{one.folder}: {first.path} could not be taken in: {first.reason}")
            return
        settled = {day for day in crawled.empty if ended.began - day > NOTHING_COMES}
        unanswered, empty = set(crawled.unanswered), set(crawled.empty) - settled
        self._outcome.done |= self._folders.merged(one, ended.began, unanswered | empty)
        self._outcome.merged += 1
        self._outcome.empty |= settled
        self._ask_again(unanswered, "not answered")
        self._ask_again(empty, "no channel offers anything")
        self._sweep()
        self._tell(len(self._outcome.done), self._outcome.days)

    def _ask_again(self, days: set[date], why: str) -> None:
        if days:
            self._outcome.leave(UNHEALTHY, f"{', '.join(slices.told(days))}: {why}; the next backfill asks again")

    def _sweep(self) -> None:
        for folder, left in self._folders.sweep():
            named = ", ".join(left[:SHOWN_FILES]) + (
                f" and {more} more" if (more := len(left) - SHOWN_FILES) > 0 else ""
            )
            told = f"{folder} is merged, but {named} in it is nothing that a crawl wrote: look at it, and remove it"
            if told not in self._outcome.left:
                self._outcome.left.append(told)

    # --- bans --------------------------------------------------------------------------------------------------------

    def _heed_bans(self) -> None:
        """A ban that a slice heard is one of the archive's, until that lets it go.  Raises ``BlockedError`` while it holds."""
        now = self._archive.clock()
        own = brake.heed(self._archive.state, now)
        heard = [own] if own else []
        for one in self._open:
            pulled = brake.heed(_looked_into(one.state), now) if one.state.is_dir() else None
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
        leash.take_off(self._folders.leash)
        heard = brake.read(_looked_into(one.state), self._archive.clock())
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
        if not self._running or self._folders.is_stopped:
            return
        if all(not (one.slice.state / brake.NAME).exists() for one in self._running.values()):
            brake.release(self._archive.state)


def blocked(pulled: Brake) -> str:
    """What a ban means, and until when."""
    return (
        f"Sina has banned this address (拒绝访问, asked: {pulled.url}); no request is sent before "
        f"{pulled.until.astimezone(BEIJING):%Y-%m-%d %H:%M:%S} (+08:00), then run again"
    )


def _answer(future: Future[Crawled], ended: tuple[type[Exception], ...]) -> Crawled | None:
    """What a crawl came to; None for one that has ended one worker after the other.  Raises what the worker did."""
    try:
        return future.result()
    except ended:
        return None
    except CancelledError:
        raise EngineGone("the engine of the backfill has gone: begin again when it is back") from None


def _looked_into(state: Path) -> Path:
    """The folder, as it is now: where another machine wrote into it, a look at a name alone may be a minute old."""
    with suppress(OSError):
        next(state.iterdir(), None)
    return state


def _concerns(one: Slice, asked: Slice) -> bool:
    is_among = asked.since <= one.until and one.since <= asked.until
    return is_among and one.channels == asked.channels


def _is_sealed(catalogue: Catalogue, day: date, channels: Iterable[str]) -> bool:
    return all(catalogue.days.sealed_by(day, channel) for channel in channels)


def _is_whole(crawled: Crawled, asked: Slice) -> bool:
    """Every day was asked for, and every document has an outcome; what failed is asked for again by the archive's own runs."""
    return crawled.exit_code in READ and crawled.pending == 0 and crawled.days_read == len(asked.days)


def _comes_further(crawled: Crawled) -> bool:
    code = crawled.exit_code
    return code in TRIED_AGAIN or code >= KILLED_FROM


def _why_not_whole(crawled: Crawled, asked: Slice) -> str:
    if crawled.exit_code is None:
        return "its workers heard nothing of this backfill"
    if crawled.exit_code == DONE:
        return f"its crawl read {crawled.days_read} of {len(asked.days)} days; see whether the clock of its machine is right"
    return crawled.reason or f"its crawl ended with exit code {crawled.exit_code}"
