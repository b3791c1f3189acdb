"""The text of an article as Markdown, between its notes and its source."""

from __future__ import annotations

from newsarchive.reading.entries import Entry
from newsarchive.reading.export.markdown_blocks import markdown_of
from newsarchive.reading.export.markdown_runs import address, escaped
from newsarchive.reading.export.shown import html_of, notes_on, source_of
from newsarchive.reading.kept_article import KeptArticle


def text_of(article: KeptArticle) -> str:
    """Blocks parted by an empty line, none in front; a newline at the end."""
    notes = (f"> {escaped(note)}" for note in notes_on(article.entry))
    blocks = [*notes, markdown_of(html_of(article)), _source_line(article.entry)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _source_line(entry: Entry) -> str:
    told, url = source_of(entry)
    return f"[{escaped(told)}]({address(url)})" if url else escaped(told)
