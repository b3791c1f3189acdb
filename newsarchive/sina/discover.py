"""discover: which rows the listing shows, poll by poll or day by day, each written down before its page is asked for.

What a poll may stop at (sina-surface.md §0.1): 44 % of new rows appear below known ones, so only a long run of known
rows ends it.  Asking is somebody else's business: ``ask`` takes an address and gives the body of the answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta

from newsarchive.archive.store import Archive, Sighting
from newsarchive.errors import ListingError
from newsarchive.items import BEIJING, Offer
from newsarchive.sina import roll
from newsarchive.sina.channels import Channel

logger = logging.getLogger(__name__)

Ask = Callable[[str], Awaitable[bytes]]
"""Fetches one page of a listing; raises ``ListingError`` where there is no answer."""


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

    async def poll(self, channels: Sequence[Channel], stale_hours: float) -> None:
        """Read each channel down to rows that an ended poll has seen."""
        newest: list[datetime | None] = []
        for channel in channels:
            try:
                newest.append(await self._poll(channel))
            except ListingError as error:
                self._sick(f"channel {channel.lid} {channel.name}: {error}")
        if newest and all(roll.is_stale(moment, self._archive.clock(), stale_hours) for moment in newest):
            last = max(filter(None, newest), default="none has a time")
            self._sick(f"it is stale: no row of any channel is younger than {stale_hours:g} hours (newest: {last})")

    async def _poll(self, channel: Channel) -> datetime | None:
        """Read one channel's listing; the moment of its newest row."""
        await asyncio.wrap_future(self._archive.begin_poll(channel.lid))
        newest, known_in_a_row, page, before = None, 0, 0, [""]
        while known_in_a_row < self._overlap_rows:
            page += 1
            listing = roll.parse(await self._ask(roll.poll_url(channel, page)), channel, self._archive.clock())
            if page == 1:
                if not listing.offers:
                    raise ListingError("the first page of the listing is empty: nothing is offered")
                newest = listing.newest_at
            if (shown := [offer.docid for offer in listing.offers]) in ([], before):
                break
            before = shown
            for sighting in await self._write_down(listing.offers, channel):
                known_in_a_row = known_in_a_row + 1 if sighting.known else 0
            if self._enough():
                return newest
        await asyncio.wrap_future(self._archive.end_poll(channel.lid))
        return newest

    async def days(self, channels: Sequence[Channel], since: date, until: date) -> None:
        """Ask every day of the range through the day query; a day that is not answered is named."""
        undated = {channel: await self._undated_total(channel) for channel in channels}
        day = since
        while day <= until and not self._enough():
            rows = 0
            for channel in channels:
                try:
                    rows += await self._day(channel, day, undated[channel])
                except ListingError as error:
                    self._sick(f"{day} was not answered, channel {channel.lid} {channel.name}: {error}")
                    rows = -1 if rows <= 0 else rows
            if rows == 0 and day < self._archive.clock().astimezone(BEIJING).date() and not self._enough():
                self._sick(f"{day} was not answered: no channel offers anything for it")
            day += timedelta(days=1)

    async def _undated_total(self, channel: Channel) -> int | None:
        """What the listing counts without a day; a day query that says the same has been ignored."""
        try:
            body = await self._ask(roll.poll_url(channel, 1))
            return roll.parse(body, channel, self._archive.clock()).total
        except ListingError as error:
            logger.warning("The undated total of channel %s is not known: %s", channel.lid, error)
            return None

    async def _day(self, channel: Channel, day: date, undated_total: int | None) -> int:
        """Read one day of one channel to its empty page; how many rows there were."""
        rows, page, before = 0, 0, [""]
        while not self._enough():
            page += 1
            listing = roll.parse(await self._ask(roll.day_url(channel, day, page)), channel, self._archive.clock())
            if (shown := [offer.docid for offer in listing.offers]) in ([], before):
                break
            roll.check_day(listing, day, undated_total)
            before = shown
            rows += len(await self._write_down(listing.offers, channel, poll=False))
        return rows

    async def _write_down(self, offers: Sequence[Offer], channel: Channel, *, poll: bool = True) -> list[Sighting]:
        """The rows into the journal, then the wanted ones to whoever fetches."""
        sightings = await asyncio.wrap_future(self._archive.offer(offers, poll=channel.lid if poll else None))
        self._found([sighting.docid for sighting in sightings if sighting.is_wanted])
        return sightings

    def _sick(self, message: str) -> None:
        logger.error("The listing is not healthy: %s", message)
        self.errors.append(message)
