"""Holds the files of an archive against what its lines say: missing, altered, or without a line.  Looks, never writes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from stat import S_ISREG

from newsarchive.archive.format import paths, rsshub
from newsarchive.archive.format.names import as_text
from newsarchive.archive.format.profiles import CLEAN, RSSHUB
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.holdings import Holding
from newsarchive.archive.record import files

MISSING, ALTERED, STRAY = "missing", "altered", "stray"
MAX_DIGESTS = 5_000
"""Files of the right size that are read for their digest, the newest: some seconds; of older ones the size must do."""
RECENT_DAYS = 3
"""What ``status`` and each start look at, without reading a file: 10 ms for 2,000 files."""


@dataclass(frozen=True, slots=True)
class FileFinding:
    """One file that is not as it should be."""

    kind: str
    day: date
    file: str
    """Below the archive, with ``/``."""
    docid: str | None = None
    """Of a stray: the waiting document that would have this name, if any."""
    url: str = ""
    title: str = ""


def findings(root: Path, catalogue: Catalogue) -> list[FileFinding]:
    """All of them, oldest day first; at most ``MAX_DIGESTS`` files are read."""
    found: list[FileFinding] = []
    digests = MAX_DIGESTS
    for day in catalogue.holdings.days():
        holdings = catalogue.holdings.of(day)
        found += filter(None, (_judged(root, holding, reads=digests > at) for at, holding in enumerate(holdings)))
        digests -= len(holdings)
    for day, folder in paths.day_folders(root):
        found += _strays_of_day(root, catalogue, day, folder)
    found += _strays_of_rsshub(root, catalogue)
    return sorted(found, key=lambda finding: (finding.day, finding.file))


def recent(root: Path, catalogue: Catalogue) -> list[FileFinding]:
    """Those of the newest days, by names and sizes alone."""
    found: list[FileFinding] = []
    for day in islice(catalogue.holdings.days(), RECENT_DAYS):
        found += filter(None, (_judged(root, holding, reads=False) for holding in catalogue.holdings.of(day)))
    for day, folder in islice(paths.day_folders(root), RECENT_DAYS):
        found += _strays_of_day(root, catalogue, day, folder)
    return sorted(found, key=lambda finding: (finding.day, finding.file))


def summary(found: Sequence[FileFinding]) -> str:
    """One sentence for all of them; empty for none."""
    counts = {kind: sum(finding.kind == kind for finding in found) for kind in (MISSING, ALTERED, STRAY)}
    told = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    return f"{told}, the first {as_text(found[0].file)}; newsarchive gaps names them" if found else ""


def _judged(root: Path, holding: Holding, *, reads: bool) -> FileFinding | None:
    kind = _kind(root / holding.file, holding, reads=reads)
    return FileFinding(kind, holding.day, holding.file, holding.docid, holding.url, holding.title) if kind else None


def _kind(path: Path, holding: Holding, *, reads: bool) -> str | None:
    try:
        seen = path.stat()
    except (OSError, ValueError):  # also a name that no file system takes, in a line by another hand
        return MISSING
    if not S_ISREG(seen.st_mode):
        return MISSING
    if holding.size is not None and seen.st_size != holding.size:
        return ALTERED
    return ALTERED if reads and not files.is_file_of(path, holding.sha256) else None


def _strays_of_day(root: Path, catalogue: Catalogue, day: date, folder: Path) -> list[FileFinding]:
    kept = {holding.file for holding in catalogue.holdings.of(day)} | catalogue.holdings.left(day)
    scope = CLEAN.scope_of(day)
    return [_stray(catalogue, day, scope, file) for file in _articles(root, folder) if file not in kept]


def _strays_of_rsshub(root: Path, catalogue: Catalogue) -> list[FileFinding]:
    """Of the one folder of that profile; its strays have no day, and are told as of the first there is."""
    scope = RSSHUB.scope_of(date.min)
    strays = (file for file in _articles(root, root / rsshub.FOLDER) if not catalogue.holdings.has_line(scope, file))
    return [_stray(catalogue, date.min, scope, file) for file in strays]


def _articles(root: Path, folder: Path) -> Iterator[str]:
    """Articles, and half ones, below the archive; what else people keep in the folder is their own."""
    if folder.is_dir():
        of_folder = folder.relative_to(root).as_posix()
        with os.scandir(folder) as entries:
            yield from (f"{of_folder}/{entry.name}" for entry in entries if _may_be_ours(entry))


def _stray(catalogue: Catalogue, day: date, scope: str, file: str) -> FileFinding:
    docid = catalogue.name_owner(scope, file.rpartition("/")[2].removesuffix(".md"))
    document = catalogue.document(docid) if docid else None
    if document is None or document.state == "kept":
        return FileFinding(STRAY, day, file)
    return FileFinding(STRAY, document.day, file, document.docid, document.url, document.title)


def _may_be_ours(entry: os.DirEntry[str]) -> bool:
    hidden = entry.name.startswith((".", "_"))
    is_named_so = (
        entry.name.endswith(".part") if entry.name.startswith(".") else entry.name.endswith(".md") and not hidden
    )
    return is_named_so and entry.is_file(follow_symlinks=False)
