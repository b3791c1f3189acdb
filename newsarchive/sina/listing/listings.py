"""discover: the pages of a listing, asked for one by one; their rows, written down before anybody fetches them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from newsarchive.archive.record.store import Archive, Sighting
from newsarchive.errors import ListingError
from newsarchive.sina.listing import roll
from newsarchive.sina.listing.channels import Channel

Ask = Callable[[str], Awaitable[bytes]]
"""Fetches one page of a listing; raises ``ListingError`` where there is no answer."""

MAX_PAGES = 10_000
"""Of one listing: three times the deepest that was ever read (3,212 pages, sina-surface.md §1.1); more is a circle."""


LONGEST_CIRCLE = 10
"""Pages remembered, to notice a listing that shows the same few for ever."""


class Listings:
    """One run's way to the feed: ``found`` hears of each page's wanted documents."""

    def __init__(self, archive: Archive, ask: Ask, found: Callable[[list[str]], None]) -> None:
        self._archive, self._ask, self._found = archive, ask, found
        self.requests = 0
        """Pages asked for so far."""

    def pages(self, channel: Channel, url_of: Callable[[int], str], most: int | None = None) -> Pages:
        """The pages of one listing, ``most`` of them; ``url_of`` says where page 1, 2, … is."""

        async def ask(number: int) -> roll.Listing:
            self.requests += 1
            return roll.parse(await self._ask(url_of(number)), channel, self._archive.clock())

        return Pages(ask, MAX_PAGES if most is None else most)

    async def write_down(self, listing: roll.Listing, *, poll: str | None = None) -> list[Sighting]:
        """The rows into the journal, then the wanted ones to whoever fetches; ``poll`` is the channel that is polled."""
        sightings = await asyncio.wrap_future(self._archive.offer(listing.offers, poll=poll))
        self._found([sighting.docid for sighting in sightings if sighting.is_wanted])
        return sightings


class Pages:
    """The pages of one listing, turned one by one."""

    def __init__(self, ask: Callable[[int], Awaitable[roll.Listing]], most: int) -> None:
        self._ask, self._most = ask, most
        self._number = 0
        self._last: list[str] = []
        self._recent: deque[list[str]] = deque(maxlen=LONGEST_CIRCLE)

    async def turn(self) -> roll.Listing | None:
        """The next page; None behind the last: it is empty, whatever the listing's total says, or the same again.

        Such a page is asked for twice before it is believed: a passing fault would hide all that stands behind it.
        """
        self._number += 1
        if self._number > self._most:
            raise ListingError(f"it has no end: {self._most} pages were read")
        listing = await self._ask(self._number)
        if self._number > 1 and _docids(listing) in ([], self._last):
            listing = await self._ask(self._number)
        shown = _docids(listing)
        if shown in ([], self._last):
            return None
        if shown in self._recent:
            raise ListingError(f"it goes round in a circle: page {self._number} shows what an earlier page showed")
        self._last = shown
        self._recent.append(shown)
        return listing


def _docids(listing: roll.Listing) -> list[str]:
    return [offer.docid for offer in listing.offers]
