"""Which document somebody means: by its docid, its address, the path of one of its files, or a part of its title."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.journal import Tail
from newsarchive.archive.format.states import REVISIONS_NAME
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.document import Document
from newsarchive.archive.index.view import glance, look
from newsarchive.errors import CatalogueUnusable
from newsarchive.reading.day_cache import sizes_of

MOST = 20
"""Matches that are listed; whoever gets so many says more of the title."""


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document and the day whose journal tells of it."""

    docid: str
    day: date
    title: str
    """As it was listed first; empty where it was given by its address."""


def find(root: Path, asked: str, docid: str | None = None) -> list[FoundDocument]:
    """The documents that ``asked`` may mean, at most ``MOST``; ``docid`` is the one of an address, where it is one.

    A docid, an address and a path mean one document; a part of a title may mean several.  Without a usable catalogue the
    journals themselves are searched.  Raises ``ArchiveDamaged`` where the disk gives nothing back.
    """
    file = _below(root, asked)
    found = of_docid(root, docid or asked) or (of_file(root, file) if file else None)
    if found or docid:
        return [found] if found else []
    return _titled(root, asked)


def of_docid(root: Path, docid: str) -> FoundDocument | None:
    """The document with this docid; None where no journal tells of it.

    Its day never changes, so a catalogue that is behind is asked, too; only journals that it has not read to their end
    are searched.  Raises ``ArchiveDamaged`` where the disk gives nothing back.
    """

    def told(catalogue: Catalogue) -> tuple[Document | None, dict[date, Tail]]:
        document = catalogue.document(docid)
        return document, {} if document else catalogue.tails.all()

    try:
        document, read_to = glance(root, told)
    except CatalogueUnusable:
        document, read_to = None, {}
    if document:
        return _found(document)
    unread = (day for day, size in sizes_of(root) if day not in read_to or read_to[day].size != size)
    return next(_searched(root, unread, f'"docid":{json.dumps(docid)}', lambda line: line.get("docid") == docid), None)


def of_file(root: Path, file: str) -> FoundDocument | None:
    """The document of an article's file, or of an earlier state's, by its path below the archive, with ``/``."""
    parts = file.split("/")
    if len(parts) > 2 and parts[-3] == REVISIONS_NAME:
        return of_docid(root, parts[-2])
    day = paths.day_named(file)
    days = [day] if day else _days(root)  # profile rsshub: one folder for all days
    words = f'"file":{json.dumps(file, ensure_ascii=False)}'
    named = _owner(root, file) if day is None else None
    return named or next(_searched(root, days, words, lambda line: line.get("file") == file), None)


def _owner(root: Path, file: str) -> FoundDocument | None:
    """The document whose file it is now, by the names of a folder that days share."""
    scope, _, name = file.rpartition("/")

    def told(catalogue: Catalogue) -> Document | None:
        docid = catalogue.name_owner(scope, name.removesuffix(".md"))
        return catalogue.document(docid) if docid else None

    with suppress(CatalogueUnusable):
        document = glance(root, told)
        return _found(document) if document and document.file == file else None
    return None


def _below(root: Path, asked: str) -> str | None:
    """The path below the archive of what is given so, or as the shell gives it; None for what is no article's path."""
    if not asked.endswith(".md"):
        return None
    path = Path(asked)
    with suppress(ValueError, OSError, RuntimeError):  # not below it; too long; links in a circle
        path = path.resolve().relative_to(root.resolve())
    return PurePosixPath(path.as_posix()).as_posix()


def _titled(root: Path, part: str) -> list[FoundDocument]:
    if not part.strip():
        return []
    with suppress(CatalogueUnusable):
        return [_found(document) for document in look(root, lambda catalogue: catalogue.titled(part, MOST))]
    words = json.dumps(part, ensure_ascii=False)[1:-1]
    found = {
        match.docid: match
        for match in _searched(root, _days(root), words, lambda line: part in str(line.get("title") or ""))
    }
    return list(found.values())[:MOST]


def _days(root: Path) -> Iterator[date]:
    return (day for day, _ in sizes_of(root))


def _searched(
    root: Path, days: Iterable[date], words: str, is_meant: Callable[[dict[str, Any]], bool]
) -> Iterator[FoundDocument]:
    for day in days:
        for line in journal.read_about(paths.journal_path(root, day), words):
            if isinstance(line.get("docid"), str) and is_meant(line):
                yield FoundDocument(line["docid"], day, str(line.get("title") or ""))


def _found(document: Document) -> FoundDocument:
    return FoundDocument(document.docid, document.day, document.title)
