"""The two records that travel: an ``Offer`` from discover to fetch, an ``Article`` from extract to archive.

The ground floor: imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
"""Sina's clock and ours, whatever the machine's zone: China has had no summer time since 1991."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One row of a listing, or one address given by hand: a document that should be archived.

    Moments are aware and in ``BEIJING``; those that the listing did not tell are None.
    """

    docid: str
    """Identity, read from the address alone (``sina.urls.docid_of``)."""
    url: str
    """Canonical https address."""
    day: date
    """Where the document is filed: the day of ``published_at``, else of the address, else of the first sight."""
    title: str = ""
    """As listed; empty for an address given by hand."""
    channels: tuple[str, ...] = ()
    """Lids that were asked when the row was seen; empty for an address given by hand."""
    lids: tuple[str, ...] = ()
    """All lids that the row names."""
    image: str = ""
    published_at: datetime | None = None
    """``ctime``: the shown publication time and the sort key of the listing."""
    listed_at: datetime | None = None
    """``intime``: when the row entered the listing."""
    modified_at: datetime | None = None
    """``mtime``: last edit."""
    seen_at: datetime | None = None
    """When we saw it first: the ``at`` of its first ``offered`` line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One page, read: what becomes one file and one ``kept`` line of the journal."""

    offer: Offer
    """The first offer of the document, so that name and category do not depend on when the page arrived."""
    url: str
    """Where the page was read, canonical."""
    title: str
    published_at: datetime
    """The time that the page shows, with the seconds of a meta that agrees with it."""
    modified_at: datetime | None = None
    body: str = field(repr=False)
    """Inner HTML of the body: raw after extract, clean after clean, one block element a line."""
    image: str = ""
    """Address of the first picture of the content; set by clean."""
    media: str = ""
    author: str = ""
    editor: str = ""
    keywords: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    """Stocks that the page links, as Sina writes them: ``sh600519``, ``hk00700``, ``MU``."""
    page_id: str = ""
    """What the page itself says it is: its publishid, or ``p-t-d`` of old pages."""
    layout: str = ""
    """Name of the layout class that read it."""
    text_sha256: str | None = None
    """Digest of title and text, set by dedupe; None for a text too short to tell."""
    same_as: str | None = None
    """The kept document that has the same title and text, where such are marked and kept."""
    fetched_at: datetime | None = None
