"""discover: which rows the listing shows, poll by poll or day by day, each written down before its page is asked for.

What a poll may stop at (sina-surface.md §0.1): 44 % of new rows appear below known ones, so only a long run of known
rows ends it.  Asking is somebody else's business: ``ask`` takes an address and gives the body of the answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from newsarchive.archive.store import Archive, Sighting
from newsarchive.errors import ListingError
from newsarchive.items import BEIJING
from newsarchive.sina import roll
from newsarchive.sina.channels import Channel

logger = logging.getLogger(__name__)

Ask = Callable[[str], Awaitable[bytes]]
"""Fetches one page of a listing; raises ``ListingError`` where there is no answer."""

MAX_PAGES = 10_000
"""Of one listing: three times the deepest that was ever read (3,212 pages, sina-surface.md §1.1); more is a circle."""


class Discovery:
    """One run's reading of the listing; ``found`` hears of each page's wanted documents, ``enough`` ends it early."""

    def __init__(
        self,
        archive: Archive,
        ask: Ask,
        found: Callable[[list[str]], None],
        enough: Callable[[], bool],
        overlap_rows: int,
    ) -> None:
        self._archive, self._ask, self._found, self._enough = archive, ask, found, enough
        self._overlap_rows = overlap_rows
        self.errors: list[str] = []
        """What was wrong with the listing, each in one sentence; the other channels and days go on."""

    # --- the running listing ---------------------------------------------------------------------------------------

    async def poll(self, channels: Sequence[Channel], stale_hours: float) -> None:
        """Read each channel down to rows that an ended poll has seen; a run that has enough reads its first page."""
        newest_at: list[datetime | None] = []
        for channel in channels:
            try:
                newest_at.append(await self._poll(channel))
            except ListingError as error:
                self._sick(f"channel {channel.lid} {channel.name}: {error}")
        if newest_at and all(roll.is_stale(moment, self._archive.clock(), stale_hours) for moment in newest_at):
            newest = max((str(moment) for moment in newest_at if moment), default="none has a time")
            self._sick(f"it is stale: no row of any channel is younger than {stale_hours:g} hours (newest: {newest})")

    async def _poll(self, channel: Channel) -> datetime | None:
        """Read one channel's listing; the moment of its newest row.

        An interrupted poll is not ended: none of its rows counts as known, and the next one reads on below them.
        """
        await asyncio.wrap_future(self._archive.begin_poll(channel.lid))
        pages = self._pages(channel, partial(roll.poll_url, channel))
        first = listing = await pages.turn()
        if first is None:
            raise ListingError("the first page of the listing is empty: nothing is offered")
        known_in_a_row = 0
        while listing is not None:
            for sighting in await self._write_down(listing, poll=channel.lid):
                known_in_a_row = known_in_a_row + 1 if sighting.known else 0
            if self._enough():
                return first.newest_at
            listing = await pages.turn() if known_in_a_row < self._overlap_rows else None
        await asyncio.wrap_future(self._archive.end_poll(channel.lid))
        return first.newest_at

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
        rows = [await self._day(channel, day, total) for channel, total in undated.items()]
        is_past = day < self._archive.clock().astimezone(BEIJING).date()
        if is_past and not any(rows) and None not in rows and not self._enough():
            self._sick(f"{day} was not answered: no channel offers anything for it")

    async def _day(self, channel: Channel, day: date, undated_total: int | None) -> int | None:
        """Read one day of one channel; how many rows there were, None if it was not answered, which is noted."""
        pages = self._pages(channel, partial(roll.day_url, channel, day))
        rows = 0
        try:
            while not self._enough() and (listing := await pages.turn()):
                roll.check_day(listing, day, undated_total)
                rows += len(await self._write_down(listing))
        except ListingError as error:
            self._sick(f"{day} was not answered, channel {channel.lid} {channel.name}: {error}")
            return None
        return rows

    async def _undated_total(self, channel: Channel) -> int | None:
        """What the listing counts without a day; a day query that says the same has been ignored."""
        try:
            listing = await self._pages(channel, partial(roll.poll_url, channel)).turn()
        except ListingError as error:
            logger.warning("The undated total of channel %s is not known: %s", channel.lid, error)
            return None
        return listing.total if listing else None

    # --- what both do ----------------------------------------------------------------------------------------------

    def _pages(self, channel: Channel, url_of: Callable[[int], str]) -> _Pages:
        return _Pages(self._ask, url_of, lambda body: roll.parse(body, channel, self._archive.clock()))

    async def _write_down(self, listing: roll.Listing, *, poll: str | None = None) -> list[Sighting]:
        """The rows into the journal, then the wanted ones to whoever fetches."""
        sightings = await asyncio.wrap_future(self._archive.offer(listing.offers, poll=poll))
        self._found([sighting.docid for sighting in sightings if sighting.is_wanted])
        return sightings

    def _sick(self, message: str) -> None:
        logger.error("The listing is not healthy: %s", message)
        self.errors.append(message)


class _Pages:
    """The pages of one listing, asked for one by one."""

    def __init__(self, ask: Ask, url_of: Callable[[int], str], parse: Callable[[bytes], roll.Listing]) -> None:
        self._ask, self._url_of, self._parse = ask, url_of, parse
        self._number = 0
        self._shown: list[str] = []

    async def turn(self) -> roll.Listing | None:
        """The next page; None behind the last: it is empty, whatever the listing's total says, or the same again."""
        self._number += 1
        if self._number > MAX_PAGES:
            raise ListingError(f"it has no end: {MAX_PAGES} pages were read")
        listing = self._parse(await self._ask(self._url_of(self._number)))
        before, self._shown = self._shown, [offer.docid for offer in listing.offers]
        return listing if self._shown not in ([], before) else None


def _days(since: date, until: date) -> Iterator[date]:
    return (since + timedelta(days=number) for number in range((until - since).days + 1))
