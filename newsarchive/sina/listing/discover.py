"""discover: which rows the listing shows, poll by poll or day by day, each written down before its page is asked for.

What a poll may stop at (sina-surface.md §0.1): 44 % of new rows appear below known ones, so only a long run of known
rows ends it.  What a poll misses, ``sweep`` finds.  Nothing here sends a request: ``ask``
takes an address and returns the body of the answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from newsarchive.archive.record.store import Archive
from newsarchive.errors import ListingError
from newsarchive.items import BEIJING
from newsarchive.sina.listing import health, roll
from newsarchive.sina.listing.channels import Channel
from newsarchive.sina.listing.days_read import DaysRead
from newsarchive.sina.listing.listings import Ask, Listings
from newsarchive.sina.listing.sweep import Sweep, read_day

logger = logging.getLogger(__name__)


class Discovery:
    """One run's reading of the feed; ``found`` hears of each page's wanted documents, ``enough`` ends it early."""

    def __init__(
        self,
        archive: Archive,
        ask: Ask,
        found: Callable[[list[str]], None],
        enough: Callable[[], bool],
        overlap_rows: int,
    ) -> None:
        self._archive, self._enough, self._overlap_rows = archive, enough, overlap_rows
        self._listings = Listings(archive, ask, found)
        self._totals: dict[Channel, int] = {}
        """Of the channels whose poll ran to its end: what the listing counts without a day."""
        self.errors: list[str] = []
        """What was wrong with the listing, each in one sentence; the other channels and days go on."""
        self.days_read = DaysRead()

    # --- the running listing ---------------------------------------------------------------------------------------

    async def poll(self, channels: Sequence[Channel], stale_hours: float) -> None:
        """Read each channel down to rows that an ended poll has seen; a run that has enough reads its first page."""
        newest_at: dict[Channel, datetime | None] = {}
        for channel in channels:
            try:
                newest_at[channel] = await self._poll(channel)
            except ListingError as error:
                self._sick(f"channel {channel.lid} {channel.name}: {error}")
        stale = [
            channel
            for channel, moment in newest_at.items()
            if health.is_stale(moment, self._archive.clock(), stale_hours)
        ]
        if stale and len(stale) == len(newest_at):
            newest = max((str(moment) for moment in newest_at.values() if moment), default="none has a time")
            self._sick(f"it is stale: no row of any channel is younger than {stale_hours:g} hours (newest: {newest})")
        elif stale:
            names = ", ".join(f"{channel.lid} {channel.name}" for channel in stale)
            logger.warning("Stale, while other channels are not: %s", names)

    async def _poll(self, channel: Channel) -> datetime | None:
        """Read one channel's listing; the moment of its newest row.

        An interrupted poll is not ended: none of its rows counts as known, and the next one reads on below them.
        """
        await asyncio.wrap_future(self._archive.begin_poll(channel.lid))
        pages = self._listings.pages(channel, partial(roll.poll_url, channel))
        first = listing = await pages.turn()
        if first is None:
            raise ListingError("the first page of the listing is empty: nothing is offered")
        known_in_a_row = 0
        shown: list[datetime] = []
        while listing is not None:
            shown += (offer.published_at for offer in listing.offers if offer.published_at)
            for sighting in await self._listings.write_down(listing, poll=channel.lid):
                known_in_a_row = known_in_a_row + 1 if sighting.known else 0
            if self._enough():
                return first.newest_at
            listing = await pages.turn() if known_in_a_row < self._overlap_rows else None
        await asyncio.wrap_future(self._archive.end_poll(channel.lid, first.newest_at))
        self._totals[channel] = first.total
        is_at_end = known_in_a_row < self._overlap_rows
        await self._compare_hour(channel, shown if is_at_end else ())
        return first.newest_at

    async def _compare_hour(self, channel: Channel, shown: Sequence[datetime]) -> None:
        """Compare the last full hour with the same hour of the days before, by all that the channel has shown of it.

        ``shown`` are the times of a listing that was read to its end: it may not reach back so far.
        """
        begin = health.last_full_hour(self._archive.clock())
        rows, history = await asyncio.wrap_future(self._archive.hour(channel.lid, begin, health.HISTORY_DAYS))
        if health.is_thin(rows, history) and not health.is_out_of_reach(begin, shown, history):
            self._sick(
                f"channel {channel.lid} {channel.name} is far too thin: {rows} rows of {begin:%Y-%m-%d %H}:00 to "
                f"{begin:%H}:59, where the quietest of {len(history)} days had {health.quiet_day(history)}"
            )

    async def sweep(self, channels: Sequence[Channel]) -> None:
        """After a poll: read again the finished days that are not sealed yet, of each channel whose poll ran to its end."""
        sweep = Sweep(self._archive, self._listings, self._enough)
        for channel in channels:
            if channel in self._totals:
                await sweep.of(channel, self._totals[channel])

    # --- one day after the other -----------------------------------------------------------------------------------

    async def days(self, channels: Sequence[Channel], since: date, until: date) -> None:
        """Ask every day of the range through the day query; a day that is not answered is named."""
        undated = {channel: await self._undated_total(channel) for channel in channels}
        for day in _days(since, until):
            if self._enough():
                return
            await self._all_of(day, undated)

    async def _all_of(self, day: date, undated: Mapping[Channel, int | None]) -> None:
        """Read one day of all channels.  Of a past day without any row nobody knows whether it was answered."""
        is_past = day < self._archive.clock().astimezone(BEIJING).date()
        rows = [await self._day(channel, day, total, is_past) for channel, total in undated.items()]
        if self._enough():
            return
        self.days_read.read += 1
        if None in rows:
            self.days_read.unanswered.append(day)
        elif is_past and not any(rows):
            self.days_read.empty.append(day)
            self._sick(f"{day} was not answered: no channel offers anything for it")

    async def _day(self, channel: Channel, day: date, undated_total: int | None, is_past: bool) -> int | None:
        """Read one day of one channel; how many rows there were, None if it was not answered, which is noted.

        A past day that was answered is swept from now on; this was the first time.
        """
        try:
            reading = await read_day(self._listings, channel, day, undated_total, self._enough)
        except ListingError as error:
            self._sick(f"{day} was not answered, channel {channel.lid} {channel.name}: {error}")
            return None
        if is_past and reading.rows and not self._enough():
            await asyncio.wrap_future(self._archive.swept(reading, asked=True))
        return reading.rows

    async def _undated_total(self, channel: Channel) -> int | None:
        """What the listing counts without a day; a day query that says the same has been ignored."""
        try:
            listing = await self._listings.pages(channel, partial(roll.poll_url, channel)).turn()
        except ListingError as error:
            logger.warning("The undated total of channel %s is not known: %s", channel.lid, error)
            return None
        return listing.total if listing else None

    def _sick(self, message: str) -> None:
        logger.error("The listing is not healthy: %s", message)
        self.errors.append(message)


def _days(since: date, until: date) -> Iterator[date]:
    return (since + timedelta(days=number) for number in range((until - since).days + 1))
