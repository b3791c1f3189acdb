"""An article as a row of data: one set of names for all formats that are read by programs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime

from newsarchive.pages.text import printable
from newsarchive.reading.kept_article import KeptArticle
from newsarchive.reading.library import Library

SCHEMA = 1
"""Counts up when a name or a meaning changes; a new name at the end does not count."""

Value = str | int | None | date | datetime | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Texts have no control characters; moments are in ``BEIJING``; what nobody told is None or empty."""

    docid: str
    day: date
    """Under which it is filed."""
    title: str
    text: str
    """Plain, a paragraph a line."""
    html: str
    """The body as it is archived: untrusted, like the page that it came from."""
    url: str
    published_at: datetime | None
    modified_at: datetime | None
    listed_at: datetime | None
    seen_at: datetime | None
    fetched_at: datetime | None
    reextracted_at: datetime | None
    withdrawn_at: datetime | None
    channels: tuple[str, ...]
    """Lids."""
    channel_names: tuple[str, ...]
    media: str
    author: str
    editor: str
    keywords: tuple[str, ...]
    symbols: tuple[str, ...]
    picture: str
    state: int
    states: int
    sha256: str
    """Of the archived file."""
    file: str
    """Below the archive."""

    def items(self) -> list[tuple[str, Value]]:
        """Names and values in this order."""
        return [(name, getattr(self, name)) for name in NAMES]


NAMES = tuple(field.name for field in fields(Record))


def record_of(library: Library, article: KeptArticle) -> Record:
    entry = article.entry
    return Record(
        docid=entry.docid,
        day=entry.day,
        title=entry.title,
        text=printable(article.text),
        html=printable(article.body),
        url=entry.url,
        published_at=entry.published_at,
        modified_at=entry.modified_at,
        listed_at=entry.listed_at,
        seen_at=entry.seen_at,
        fetched_at=entry.fetched_at,
        reextracted_at=entry.reextracted_at,
        withdrawn_at=entry.withdrawn_at,
        channels=entry.channels,
        channel_names=tuple(dict.fromkeys(map(library.channel_name, entry.channels))),
        media=entry.media,
        author=entry.author,
        editor=entry.editor,
        keywords=entry.keywords,
        symbols=entry.symbols,
        picture=printable(article.picture),
        state=entry.state,
        states=entry.states,
        sha256=entry.sha256,
        file=entry.file,
    )
