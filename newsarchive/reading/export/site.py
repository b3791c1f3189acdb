"""A folder of plain pages that opens by double click: days, channels, articles; no script, nothing from elsewhere but pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from newsarchive.archive.format.media import MEDIA_NAME
from newsarchive.reading.entries import Entry
from newsarchive.reading.export import site_pages as pages
from newsarchive.reading.export import site_search
from newsarchive.reading.export.local_pictures import PictureFolder
from newsarchive.reading.export.place import whole_folder
from newsarchive.reading.export.site_pages import DayPage, Neighbours, SiteDay
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.kept_article import KeptArticle

T = TypeVar("T")
STYLE_NAME = "style.css"
"""Beside this module, and in the folder."""


def export(source: ExportSource, out: Path) -> None:
    """Raises what ``whole_folder`` does, and ``ArchiveDamaged``."""
    library = source.library
    with whole_folder(out, "site") as part:
        (part / STYLE_NAME).write_bytes(resources.files(__package__).joinpath(STYLE_NAME).read_bytes())
        source.take_picture = PictureFolder(library.root, part / MEDIA_NAME, f"../../../{MEDIA_NAME}/").take
        days: list[DayPage] = []
        channels: dict[str, list[DayPage]] = {}
        for placed in _between(_days(part, source.articles())):
            day, entries = placed.one
            days.append(DayPage(day, len(entries)))
            _write(part / pages.day_file(day), pages.day_page(library, placed))
            for lid, shown in pages.by_channel(entries).items():
                channels.setdefault(lid, []).append(DayPage(day, len(shown)))
                _write(part / pages.channel_day_file(lid, day), pages.channel_day_page(library, lid, day, shown))
        for lid, shown_days in channels.items():
            _write(part / pages.channel_file(lid), pages.channel_page(library, lid, shown_days))
        has_search = site_search.is_searchable() and 0 < source.exported <= site_search.MOST_ARTICLES
        _write(part / "index.html", pages.front_page(library, days, channels, has_search=has_search))
        if has_search:
            site_search.add_search(part)


def _days(part: Path, articles: Iterable[KeptArticle]) -> Iterator[SiteDay]:
    """Write the articles, and give what a list needs of them, a day at a time."""
    for day, placed in groupby(_between(articles), key=lambda placed: placed.one.entry.day):
        yield SiteDay(day, [_written(part, one) for one in placed])


def _written(part: Path, placed: Neighbours[KeptArticle]) -> Entry:
    _write(part / pages.file_of(placed.one.entry), pages.article_page(placed))
    return placed.one.entry


def _between(row: Iterable[T]) -> Iterator[Neighbours[T]]:
    before: T | None = None
    held: T | None = None
    for one in row:
        if held is not None:
            yield Neighbours(before, held, one)
        before, held = held, one
    if held is not None:
        yield Neighbours(before, held, None)


def _write(path: Path, page: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, "utf-8", newline="\n")
