"""Plain Markdown for Obsidian and its like: a file an article, properties of plain types, no HTML."""

from __future__ import annotations

from functools import partial
from pathlib import Path, PurePosixPath

from newsarchive.reading.entries import Entry
from newsarchive.reading.export.blog import channels_of
from newsarchive.reading.export.day_folders import FolderChange, FolderText, PicturePlace, follow
from newsarchive.reading.export.front_matter import front_matter
from newsarchive.reading.export.markdown_article import text_of
from newsarchive.reading.export.markdown_runs import escaped
from newsarchive.reading.export.shown import file_name_of, plain, title_of
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.kept_article import KeptArticle
from newsarchive.reading.library import Library

PICTURES_NAME = "_media"
"""In OUT; texts lie three folders down."""
_TWINS = str.maketrans("[]^#|:", "［］＾＃｜：")
"""Obsidian links no file whose name has one of these."""


def export(source: ExportSource, out: Path) -> FolderChange:
    """Raises what ``follow`` does."""
    place = PicturePlace(out / PICTURES_NAME, f"../../../{PICTURES_NAME}/")
    return follow(source, out, "markdown", partial(_note, source.library), place)


def _note(library: Library, article: KeptArticle) -> FolderText:
    entry = article.entry
    header = front_matter(
        {
            "title": title_of(entry),
            "date": entry.at,
            "updated": entry.modified_at,
            "docid": entry.docid,
            "source_url": entry.url,
            "media": plain(entry.media),
            "author": plain(entry.author),
            "editor": plain(entry.editor),
            "channels": channels_of(library, entry),
            "keywords": [plain(keyword) for keyword in entry.keywords],
            "symbols": [plain(symbol) for symbol in entry.symbols],
            "state": entry.state,
            "withdrawn_at": entry.withdrawn_at,
        }
    )
    text = f"{header}# {escaped(title_of(entry))}\n\n{text_of(article)}"
    return FolderText(_name_of(entry), text.encode())


def _name_of(entry: Entry) -> str:
    """The name that the article's file has in the archive; with the docid where that must be changed, so that it stays alone."""
    stem = PurePosixPath(entry.file).name.removesuffix(".md")
    legal = plain(stem).translate(_TWINS)
    return f"{stem}.md" if legal == stem else f"{legal}-{file_name_of(entry.docid)}.md"
