"""Scrapy shell, archive: one ``Article`` into one file of the dialect (``archive.article``, ``docs/format.md``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

from scrapy.exporters import BaseItemExporter

from newsarchive.archive import rsshub
from newsarchive.archive.article import file_of
from newsarchive.configuration import EXTRA_KEYS
from newsarchive.items import Article
from newsarchive.pages.cheerio import description


class ArticleExporter(BaseItemExporter):
    """Writes one article into an open binary file; the keywords are those of ``archive.article.file_of``.

    Raises ``ValueError`` for an extra key that is none.
    """

    def __init__(self, file: BinaryIO, *, extra_keys: Sequence[str] = (), **of_file: Any) -> None:
        super().__init__()
        if unknown := set(extra_keys) - set(EXTRA_KEYS):
            raise ValueError(f"no such keys: {', '.join(sorted(unknown))}; there are {' '.join(EXTRA_KEYS)}")
        self._file = file
        self._of_file: dict[str, Any] = {"extra_keys": extra_keys, **of_file}

    def export_item(self, item: Article) -> None:
        """Write the whole file."""
        self._file.write(file_of(item, **self._of_file))


class RsshubExporter(BaseItemExporter):
    """Writes one article into an open binary file as the original program did; nothing where that lost it."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file

    def export_item(self, item: Article) -> None:
        """Write the whole file, or nothing."""
        offer = item.offer
        made = rsshub.render(
            offer.listed_title or offer.title or item.title,
            description(item.page, item.url),
            offer.listed_at,
            rsshub.placeholder_of(offer.docid),
        )
        self._file.write(made.content.encode() if made else b"")
