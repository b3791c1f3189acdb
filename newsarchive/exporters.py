"""Scrapy shell, archive: one ``Article`` into one file of the dialect (``archive.article``, ``docs/format.md``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

from scrapy.exporters import BaseItemExporter

from newsarchive.archive.article import file_of
from newsarchive.configuration import EXTRA_KEYS
from newsarchive.items import Article


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
