"""An article as people are shown it elsewhere: safe HTML, one plain line for a title, and notes on what became of it.

A stored body is untrusted: another hand may have written the file, and the profile rsshub keeps what the page had.
"""

from __future__ import annotations

import hashlib
import re
from html import escape

import nh3

from newsarchive.archive.format.frontmatter import one_line
from newsarchive.errors import PageError
from newsarchive.items import BEIJING
from newsarchive.pages.safe_html import ATTRIBUTES, SCHEMES, TAGS, check
from newsarchive.pages.text import printable
from newsarchive.reading.entries import Entry
from newsarchive.reading.export.local_pictures import with_pictures
from newsarchive.reading.kept_article import KeptArticle

_TURNING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0xFEFF))
"""Marks that turn the direction of writing (in a title they would turn what stands around it), and the mark of byte order."""
_FILE_NAME_RE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,79}")
_BLOCK_RE = re.compile(r"<(?:p|h[2-6]|ul|ol|dl|table|blockquote|pre|figure)[> ]")
_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    url_schemes=SCHEMES,
    link_rel=None,
    set_tag_attribute_values={"img": {"referrerpolicy": "no-referrer"}},
)


def title_of(entry: Entry) -> str:
    """One line, without marks that turn the direction of writing."""
    return one_line(plain(entry.title)) or entry.docid


def plain(text: str) -> str:
    """Text as a list may show it: no control characters, and nothing turns its direction."""
    return printable(text).translate(_TURNING)


def html_of(article: KeptArticle) -> str:
    """The body, as ``safe`` makes it, with the pictures that the export has itself."""
    return with_pictures(safe(article.body), article.pictures)


def safe(html: str) -> str:
    """HTML that runs nothing, without an empty line; of what no parser can bear the letters, markup and all."""
    body = printable(html)
    try:
        check(body)
    except PageError:
        return _as_text(body)
    cleaned = printable(_CLEANER.clean(body))  # once more: of a reference it makes the character
    lines = [line for line in cleaned.split("\n") if line.strip()]
    if lines and not _BLOCK_RE.search(cleaned):
        return f"<p>{'<br>'.join(lines)}</p>"  # text or Markdown, as an imported post may have
    return "\n".join(lines)


def _as_text(body: str) -> str:
    return "\n".join(f"<p>{escape(line.strip())}</p>" for line in body.split("\n") if line.strip())


def file_name_of(docid: str) -> str:
    """The docid as the name of a file and a part of an address; of a foreign form, which other hands may write, a digest."""
    if _FILE_NAME_RE.fullmatch(docid) and docid.lower() != "index":  # the name of a list
        return docid
    return f"u-{hashlib.sha256(docid.encode(errors='replace')).hexdigest()[:16]}"


def notes_on(entry: Entry) -> list[str]:
    """What a reader must know before the text: that the source withdrew or changed it; one sentence each."""
    notes = []
    if entry.withdrawn_at:
        notes.append(f"来源已撤下此文（{entry.withdrawn_at.astimezone(BEIJING):%Y-%m-%d %H:%M}）。")
    if entry.own_states > 1:
        changed = entry.modified_at or entry.fetched_at
        when = f"，更新于 {changed.astimezone(BEIJING):%Y-%m-%d %H:%M}" if changed else ""
        notes.append(f"发布后有修改：此为第 {entry.state} 版{when}。")
    return notes


def source_of(entry: Entry) -> tuple[str, str]:
    """The line that names the source, and the address it links; the address is empty for none that a browser may open."""
    media = plain(entry.media)
    name = f"{media}，新浪财经" if media and media != "新浪财经" else "新浪财经"
    return f"来源：{name}", entry.url if entry.url.startswith(("https://", "http://")) else ""


def framed(article: KeptArticle) -> str:
    """The body between its notes and its source, as HTML: one block without an empty line."""
    told, address = source_of(article.entry)
    source = f'<a href="{escape(address)}">{escape(told)}</a>' if address else escape(told)
    notes = "\n".join(f"<p><strong>{escape(note)}</strong></p>" for note in notes_on(article.entry))
    return "\n".join(part for part in (notes, html_of(article), f"<p>{source}</p>") if part)


def label_of(entry: Entry) -> str:
    """The title as a list shows it, with what became of the article."""
    mark = "〔已撤下〕" if entry.withdrawn_at else "〔有修改〕" if entry.own_states > 1 else ""
    return f"{title_of(entry)}{mark}"
