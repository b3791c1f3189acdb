"""A newspaper as an EPUB 3: the articles of a selection by channel, with contents; for a day or a week.

Written here and not by ebooklib: that holds the whole book in memory, stamps it with the time, and is under the AGPL.
What an article becomes goes into the file at once; only its line of the contents stays in memory.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from newsarchive.archive.format import media
from newsarchive.items import BEIJING
from newsarchive.reading.entries import Entry
from newsarchive.reading.export.place import digest_of, whole_file
from newsarchive.reading.export.shown import html_of, label_of, notes_on, plain, source_of, title_of
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.export.xhtml import valid, xhtml_of
from newsarchive.reading.export.zip_entry import MOMENT_ZERO, entry_named, is_zip_of_ours
from newsarchive.reading.kept_article import KeptArticle

NAME = "新浪财经"
PICTURES_NAME = "media"
CORE_KINDS = frozenset(("jpg", "png", "gif", "webp"))
"""Those that each reader of EPUB 3.3 shows."""
NO_CHANNEL = "其他"
_CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
_STYLE = """body { line-height: 1.7; margin: 0 4%; text-align: justify; }
h1 { font-size: 1.35em; line-height: 1.4; text-align: left; }
h2, h3, h4, h5, h6 { font-size: 1.1em; text-align: left; }
p { margin: 0.6em 0; text-indent: 2em; }
p.told, p.caption, p.note, td p, th p, li p { text-indent: 0; }
p.told, p.caption { font-size: 0.85em; }
img { max-width: 100%; }
p.note { border-left: 0.25em solid; padding-left: 0.6em; font-weight: bold; }
blockquote { margin: 0.8em 1em; }
table { border-collapse: collapse; font-size: 0.85em; margin: 0.8em 0; }
td, th { border: 1px solid; padding: 0.2em 0.4em; text-align: left; }
pre { white-space: pre-wrap; word-wrap: break-word; }
nav ol, ol.contents { list-style: none; margin: 0; padding: 0; }
nav li li { margin: 0.3em 0 0.3em 1em; }
nav a, ol.contents a { text-decoration: none; }
ol.contents li { margin: 0.5em 0; text-align: left; }
"""
_PAGE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="zh-Hans" xml:lang="zh-Hans">
<head><title>{title}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>
{body}
</body>
</html>
"""

FIRST_NAMES = ("mimetype", "META-INF/container.xml", "EPUB/style.css")
"""In each book of ours, in this order."""
LAST_NAMES = ("EPUB/nav.xhtml", "EPUB/package.opf")


@dataclass(frozen=True, slots=True)
class ContentsLine:
    """An article in the contents."""

    file: str
    label: str
    at: datetime
    day: date
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Section:
    """A channel, with its articles in time order."""

    file: str
    name: str
    lines: Sequence[ContentsLine]


def export(source: ExportSource, out: Path) -> None:
    """Raises what ``whole_file`` does, and ``ArchiveDamaged``."""
    with whole_file(out, is_ours) as part, zipfile.ZipFile(part, "w") as book:
        _add(book, FIRST_NAMES[0], "application/epub+zip", zipfile.ZIP_STORED)
        _add(book, FIRST_NAMES[1], _CONTAINER)
        _add(book, FIRST_NAMES[2], _STYLE)
        pictures = _BookPictures(source.library.root, book)
        source.take_picture = pictures.take
        by_channel: dict[str, list[ContentsLine]] = {}
        for number, article in enumerate(source.articles(), 1):
            line = _line(article.entry, f"a{number}.xhtml")
            _add(book, f"EPUB/{line.file}", _article(article))
            channel = plain(source.library.channel_name(next(iter(article.entry.channels), ""))) or NO_CHANNEL
            by_channel.setdefault(channel, []).append(line)
        sections = _sections(by_channel)
        has_day = _is_week(sections)
        for section in sections:
            _add(
                book,
                f"EPUB/{section.file}",
                _PAGE.format(title=escape(section.name), body=_section(section, has_day=has_day)),
            )
        _add(book, LAST_NAMES[0], _contents(sections))
        _add(book, LAST_NAMES[1], _package(sections, pictures.names))


def is_ours(path: Path) -> bool:
    """Whether it is a book with the files of ours, in their order."""
    return is_zip_of_ours(path, FIRST_NAMES, LAST_NAMES)


class _BookPictures:
    """The archive's own pictures in the book, each once, as they were received."""

    def __init__(self, root: Path, book: zipfile.ZipFile) -> None:
        self._root, self._book = root, book
        self.names: dict[str, None] = {}
        """Below ``EPUB``."""

    def take(self, _docid: str, file: str) -> str:
        """Empty for a kind that readers need not show (EPUB 3.3 §3.2), and where the file is not what its name says."""
        name = f"{PICTURES_NAME}/{media.digest_of(file)}.{file.rpartition('.')[2]}"
        if name.rpartition(".")[2] not in CORE_KINDS:
            return ""
        if name not in self.names:
            if digest_of(self._root / file) != media.digest_of(file):
                return ""
            data = (self._root / file).read_bytes()
            self._book.writestr(entry_named(f"EPUB/{name}"), data)
            self.names[name] = None
        return name


def _add(book: zipfile.ZipFile, name: str, text: str, compression: int = zipfile.ZIP_DEFLATED) -> None:
    book.writestr(entry_named(name, compression), text.encode())


def _line(entry: Entry, file: str) -> ContentsLine:
    changed = max(at for at in (entry.at, entry.fetched_at, entry.modified_at, entry.withdrawn_at) if at)
    return ContentsLine(file, label_of(entry), entry.at.astimezone(BEIJING), entry.day, changed)


def _sections(by_channel: dict[str, list[ContentsLine]]) -> list[Section]:
    """The special before the general: the channel with most articles last."""
    ordered = sorted(by_channel.items(), key=lambda told: (len(told[1]), told[0]))
    return [Section(f"c{number}.xhtml", name, lines) for number, (name, lines) in enumerate(ordered, 1)]


# --- pages -----------------------------------------------------------------------------------------------------------


def _article(article: KeptArticle) -> str:
    entry = article.entry
    source_name = plain(entry.media)
    told, address = source_of(entry)
    source = f'<a href="{escape(url)}">{escape(told)}</a>' if (url := valid(address)) else escape(told)
    parts = [
        f"<h1>{escape(title_of(entry))}</h1>",
        f'<p class="told">{entry.at.astimezone(BEIJING):%Y-%m-%d %H:%M} {escape(source_name)}</p>',
        *(f'<p class="note">{escape(note)}</p>' for note in notes_on(entry)),
        f"<div>{xhtml_of(html_of(article), frozenset(article.pictures.values()))}</div>",
        f'<p class="told">{source}</p>',
    ]
    return _PAGE.format(title=escape(title_of(entry)), body="\n".join(parts))


def _section(section: Section, *, has_day: bool) -> str:
    listed = _links(section.lines, has_day=has_day)
    return f'<h1>{escape(section.name)}</h1>\n<ol class="contents">\n{listed}</ol>'


def _links(lines: Iterable[ContentsLine], *, has_day: bool) -> str:
    form = "%m-%d %H:%M" if has_day else "%H:%M"
    return "".join(f'<li><a href="{one.file}">{one.at:{form}} {escape(one.label)}</a></li>\n' for one in lines)


def _is_week(sections: Sequence[Section]) -> bool:
    return len({line.day for section in sections for line in section.lines}) > 1


def _contents(sections: Sequence[Section]) -> str:
    has_day = _is_week(sections)
    parts = "".join(
        f'<li><a href="{one.file}">{escape(one.name)}（{len(one.lines)}）</a>\n<ol>\n{_links(one.lines, has_day=has_day)}</ol></li>\n'
        for one in sections
    )
    title = escape(_title(sections))
    listed = f"<ol>\n{parts}</ol>" if sections else '<ol><li><a href="nav.xhtml">没有文章</a></li></ol>'
    return _PAGE.format(title=title, body=f'<nav epub:type="toc"><h1>{title}</h1>\n{listed}</nav>')


def _title(sections: Sequence[Section]) -> str:
    days = [line.day for section in sections for line in section.lines]
    if not days:
        return NAME
    first, last = min(days), max(days)
    return f"{NAME} {first}" if first == last else f"{NAME} {first} 至 {last}"


def _package(sections: Sequence[Section], pictures: Iterable[str] = ()) -> str:
    """The book's identity is that of its articles; it was changed when the last of them was."""
    files = [file for section in sections for file in (section.file, *(line.file for line in section.lines))]
    lines = [line for section in sections for line in section.lines]
    changed = max((line.changed_at for line in lines), default=datetime(*MOMENT_ZERO, tzinfo=UTC)).astimezone(UTC)
    title = _title(sections)
    identity = uuid5(NAMESPACE_URL, "\n".join(("newsarchive", title, *(f"{line.at} {line.label}" for line in lines))))
    items = "".join(f'<item id="{file[:-6]}" href="{file}" media-type="application/xhtml+xml"/>\n' for file in files)
    items += "".join(
        f'<item id="p{number}" href="{name}" media-type="{media.type_of(name)}"/>\n'
        for number, name in enumerate(pictures, 1)
    )
    spine = "".join(f'<itemref idref="{file[:-6]}"/>\n' for file in files)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="zh-Hans">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{identity}</dc:identifier>
<dc:title>{escape(title)}</dc:title>
<dc:language>zh-Hans</dc:language>
<dc:creator>{NAME}</dc:creator>
<meta property="dcterms:modified">{changed:%Y-%m-%dT%H:%M:%SZ}</meta>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="style" href="style.css" media-type="text/css"/>
{items}</manifest>
<spine>
<itemref idref="nav"/>
{spine}</spine>
</package>
"""
