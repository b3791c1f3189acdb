"""Pages for Hugo, a folder below ``content``: Markdown without HTML, which needs no setting and gives no warning.

Hugo takes no HTML in Markdown unless told to (``unsafe``), and newer ones (0.168) no pages of HTML.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from newsarchive.reading.export.blog import address_of, channels_of, picture_place, tags_of
from newsarchive.reading.export.day_folders import FolderChange, FolderText, follow
from newsarchive.reading.export.front_matter import front_matter
from newsarchive.reading.export.markdown_article import text_of
from newsarchive.reading.export.shown import file_name_of, plain, title_of
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.kept_article import KeptArticle
from newsarchive.reading.library import Library


def export(source: ExportSource, out: Path) -> FolderChange:
    """Raises what ``follow`` does."""
    place = picture_place(source, out, "content", "static")
    return follow(source, out, "hugo", partial(_page, source.library), place)


def _page(library: Library, article: KeptArticle) -> FolderText:
    entry = article.entry
    header = front_matter(
        {
            "title": title_of(entry),
            "date": entry.at,
            "lastmod": entry.modified_at or entry.at,
            "url": f"/{address_of(entry)}",
            "categories": channels_of(library, entry),
            "tags": tags_of(entry),
            "docid": entry.docid,
            "source_url": entry.url,
            "media": plain(entry.media),
            "withdrawn_at": entry.withdrawn_at,
        }
    )
    return FolderText(f"{file_name_of(entry.docid)}.md", f"{header}{_without_shortcodes(text_of(article))}".encode())


def _without_shortcodes(text: str) -> str:
    """Those that are left stand in code, where nothing can be escaped: a blank parts their braces."""
    return text.replace("{{<", "{ {<").replace("{{%", "{ {%")
