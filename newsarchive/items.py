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
    """Identity, read from the address alone (``sina.listing.urls.docid_of``)."""
    url: str
    """Canonical https address."""
    day: date
    """Where the document is filed: the day of ``published_at``, else of the address, else of the first sight."""
    title: str = ""
    """As listed; empty for an address given by hand."""
    listed_title: str = ""
    """The title letter by letter, where that is not ``title``: references not decoded, blanks as they came."""
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
    media_url: str = ""
    """Where the page links its source: the original, or the source's home page."""
    author: str = ""
    editor: str = ""
    keywords: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    """Stocks that the page links, as Sina writes them: ``sh600519``, ``hk00700``, ``MU``."""
    markets: tuple[str, ...] = ()
    """The market of each of ``symbols``, in their order: ``cn``, ``hk`` or ``us``."""
    channel_ids: tuple[str, ...] = ()
    """Sina's columns of the document (``allCIDs``), its own first."""
    videos: tuple[str, ...] = ()
    """Ids of the videos that stand in the text."""
    asides: tuple[str, ...] = ()
    """Lines that left the body but are worth keeping (editors, disclaimers, 专题 and 相关新闻 with their links); set by clean."""
    next_pages: tuple[str, ...] = ()
    """Addresses of the further pages of the article, in order, on its first; empty once they are joined."""
    page_id: str = ""
    """What the page itself says it is: its publishid, or ``p-t-d`` of old pages."""
    page: str = field(default="", repr=False)
    """The page itself, for the profile that prints it anew."""
    layout: str = ""
    """Name of the layout class that read it."""
    text_sha256: str | None = None
    """Digest of title and text, set by dedupe; None for a text too short to tell."""
    twin: str = ""
    """``same``, ``differs``, or why there was no Markdown twin to compare with; empty where none was asked for."""
    same_as: str | None = None
    """The kept document that has the same title and text, where such are marked and kept."""
    told_sha256: str = ""
    """Digest of what counts as its content (``pages.changes``); the same state has the same."""
    kind: str = ""
    """Why it is another state than the one that is kept; empty for a first one."""
    etag: str = ""
    last_modified: str = ""
    """What the server gave to ask by whether the page has changed; empty for none."""
    fetched_at: datetime | None = None
    warc: str = ""
    """Place of the raw record of its first page; empty where none is kept."""
    warc_further: tuple[str, ...] = ()
    """Those of its further pages, in their order."""
