"""discover: finished days, read once more for what came late, until two sweeps in a row bring nothing new (design §6).

Through the day query; where that is not answered, through the running listing, down to the day, as far as it goes.
What is due, and when a day is sealed, the archive knows.  Nothing here makes a listing sick: a day that cannot be read
stays unsealed, is counted as unanswered, and after seven times left so.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial

from newsarchive.archive.index.days import Reading
from newsarchive.archive.record.store import Archive, Sighting
from newsarchive.errors import ListingError
from newsarchive.sina.listing import roll
from newsarchive.sina.listing.channels import Channel
from newsarchive.sina.listing.listings import Listings

logger = logging.getLogger(__name__)

MAX_DAYS = 14
"""Swept a run and channel, newest first: two weeks without the machine are caught up at once, a year in a few hours."""
MAX_REQUESTS = 200
"""Of the sweeps of a run; after these nothing further is begun.  100 s at the default rate: less than from poll to poll."""
MAX_DAY_PAGES = 200
"""Of one day: the longest known had 152 (sina-surface.md §1.1), today's have 20."""
MAX_DEEP_PAGES = 100
"""Of the running listing, read a run and channel for all days at once: twice what is known to be shown (§1.1)."""


async def read_day(
    listings: Listings, channel: Channel, day: date, undated_total: int | None, enough: Callable[[], bool]
) -> Reading:
    """Read one day of one channel through the day query, to its end or until there is ``enough``.

    Raises ListingError where it is not answered.
    """
    pages = listings.pages(channel, partial(roll.day_url, channel, day), MAX_DAY_PAGES)
    shown: set[str] = set()
    new = 0
    while not enough() and (listing := await pages.turn()):
        roll.check_day(listing, day, undated_total)
        sightings = await listings.write_down(listing)
        shown.update(sighting.docid for sighting in sightings)
        new += sum(sighting.new for sighting in sightings)
    return Reading(day=day, channel=channel.lid, rows=len(shown), new=new)


class Sweep:
    """The sweeps of one run, channel by channel."""

    def __init__(self, archive: Archive, listings: Listings, enough: Callable[[], bool]) -> None:
        self._archive, self._listings, self._enough = archive, listings, enough
        self._begun_with = listings.requests

    async def of(self, channel: Channel, undated_total: int | None) -> None:
        """Sweep what is due of this channel; ``undated_total`` is what its listing counts without a day."""
        due = await asyncio.wrap_future(self._archive.due_sweeps(channel.lid, MAX_DAYS))
        unanswered: list[date] = []
        is_dead = False
        for day in due:
            if self._is_over():
                break
            reading, is_dead = (None, True) if is_dead else await self._asked(channel, day, undated_total)
            if reading and reading.rows:
                await self._note(reading)
            else:
                unanswered.append(day)
        if unanswered and not self._is_over():
            await self._by_pages(channel, unanswered)

    def _is_over(self) -> bool:
        return self._enough() or self._listings.requests - self._begun_with >= MAX_REQUESTS

    async def _asked(self, channel: Channel, day: date, undated_total: int | None) -> tuple[Reading | None, bool]:
        """What the day query shows, and whether it is dead: then no other day of this channel is asked for in this run.

        An empty day is not answered either, but says nothing of the others: quiet channels have such days.
        """
        try:
            return await read_day(self._listings, channel, day, undated_total, self._enough), False
        except ListingError as error:
            logger.info("The day query is not answered, channel %s: %s", channel.lid, error)
            return None, True

    async def _by_pages(self, channel: Channel, days: Sequence[date]) -> None:
        """One reading of the running listing for all of these days."""
        pages = self._listings.pages(channel, partial(roll.poll_url, channel), MAX_DEEP_PAGES)
        deep = _DeepReading()
        try:
            while not self._enough() and not deep.is_below(min(days)):
                listing = await pages.turn()
                if listing is None:
                    deep.end()
                    break
                deep.take(listing, await self._listings.write_down(listing))
        except ListingError as error:
            logger.info("The listing cannot be read down to %s, channel %s: %s", min(days), channel.lid, error)
        for day in days:
            await self._note(deep.reading(day, channel.lid))

    async def _note(self, reading: Reading) -> None:
        """Tell the archive, unless a limited run broke off in the midst of the day."""
        if self._enough():
            return
        is_sealed = await asyncio.wrap_future(self._archive.swept(reading))
        told = "not answered" if reading.rows is None else f"{reading.rows} rows, {reading.new} new"
        sealed = "; sealed" if is_sealed else ""
        logger.info("Swept %s, channel %s, by %s: %s%s", reading.day, reading.channel, reading.by, told, sealed)


class _DeepReading:
    """What the running listing showed, day by day, and how far down it was read."""

    def __init__(self) -> None:
        self._shown: defaultdict[date, set[str]] = defaultdict(set)
        self._new: Counter[date] = Counter()
        self._down_to: datetime | None = None
        """A page was seen all of whose rows are of this moment or older; single old rows stand anywhere."""
        self._total = 0
        self._is_whole = False

    def take(self, listing: roll.Listing, sightings: Sequence[Sighting]) -> None:
        self._total = listing.total
        if listing.newest_at:
            self._down_to = min(self._down_to or listing.newest_at, listing.newest_at)
        for offer, sighting in zip(listing.offers, sightings, strict=True):
            self._shown[offer.day].add(sighting.docid)
            self._new[offer.day] += sighting.new

    def end(self) -> None:
        """The listing has no further page: it was read as a whole if it does not claim more rows (it mostly does)."""
        self._is_whole = sum(map(len, self._shown.values())) >= self._total

    def is_below(self, day: date) -> bool:
        """Whether the listing was read past the first second of this day."""
        return self._is_whole or (self._down_to is not None and self._down_to < roll.bounds(day)[0])

    def reading(self, day: date, lid: str) -> Reading:
        rows = len(self._shown[day]) if self.is_below(day) else None
        return Reading(day=day, channel=lid, rows=rows, new=self._new[day], by="pages")
