"""Scrapy shell, archive: one ``Article`` into one file of the archive's profile (``sina.page.article_file``, ``docs/format.md``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from scrapy.exporters import BaseItemExporter

from newsarchive.archive.format.profiles import CLEAN
from newsarchive.items import Article
from newsarchive.settings.values import EXTRA_KEYS
from newsarchive.sina.page.article_file import file_of


class ArticleExporter(BaseItemExporter):
    """Writes one article into an open binary file; nothing where the profile is that of the original program, which lost it.

    Raises ``ValueError`` for an extra key that is none.
    """

    def __init__(self, file: BinaryIO, *, profile: str = CLEAN.name, extra_keys: Sequence[str] = ()) -> None:
        super().__init__()
        if unknown := set(extra_keys) - set(EXTRA_KEYS):
            raise ValueError(f"no such keys: {', '.join(sorted(unknown))}; there are {' '.join(EXTRA_KEYS)}")
        self._file, self._profile, self._extra_keys = file, profile, extra_keys

    def export_item(self, item: Article) -> None:
        """Write the whole file; raises ``PageTooLarge`` and ``PageTooComplex`` in the profile ``rsshub``."""
        self._file.write(file_of(item, self._profile, self._extra_keys))
