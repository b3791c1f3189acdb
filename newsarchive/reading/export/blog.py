"""What posts for Hexo and Hugo have in common: where they lie, their address, categories and tags."""

from __future__ import annotations

from pathlib import Path

from newsarchive.errors import UsageError
from newsarchive.reading.entries import Entry
from newsarchive.reading.export.day_folders import PicturePlace
from newsarchive.reading.export.shown import file_name_of, plain
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library

PICTURES_NAME = "newsarchive-media"
"""Folder of the pictures, and first part of their addresses: the root of the site's host."""
MOST_TAGS = 12
"""A page has some keywords and symbols; a site builder makes a page of each."""
LONGEST_TAG = 24
TAG_SIGNS = frozenset(" -·")
"""Beside letters and digits: of others a tag's address cannot be told beforehand, or is that of another page."""


def address_of(entry: Entry) -> str:
    """Of a post, below the site: made of the docid, which never changes."""
    return f"news/{file_name_of(entry.docid)}/"


def picture_place(source: ExportSource, out: Path, texts: str, beside: str) -> PicturePlace | None:
    """Where a blog's pictures lie: in the folder ``beside`` that one of ``texts``, which OUT lies in; None where it lies in none.

    Raises ``UsageError`` where pictures are wanted and OUT lies in no such folder: no page would find them elsewhere.
    """
    folder = next((one for one in (out, *out.parents) if one.name == texts), None)
    if folder is None and source.has_pictures:
        raise UsageError(
            f"--local-images: {out} lies in no folder {texts}, so where the blog's pictures go is not known"
        )
    return PicturePlace(folder.parent / beside / PICTURES_NAME, f"/{PICTURES_NAME}/") if folder else None


def channels_of(library: Library, entry: Entry) -> list[str]:
    """The names of the channels that showed it."""
    names = (plain(library.channel_name(lid)) for lid in entry.channels if lid.isalnum())
    return list(dict.fromkeys(names))


def tags_of(entry: Entry) -> list[str]:
    """Symbols and keywords, as far as they can be part of an address."""
    tags = (tag.strip() for tag in (*entry.symbols, *entry.keywords))
    return list(dict.fromkeys(tag for tag in tags if _is_tag(tag)))[:MOST_TAGS]


def _is_tag(text: str) -> bool:
    is_plain = all(sign.isalnum() or sign in TAG_SIGNS for sign in text)
    return is_plain and text[:1].isalnum() and len(text) <= LONGEST_TAG
