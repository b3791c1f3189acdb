"""The formats, each with what it needs: a new one is a module here and one line in ``FORMATS``."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from newsarchive.errors import UsageError, did_you_mean
from newsarchive.reading.export.day_folders import FolderChange
from newsarchive.reading.export.place import check_out
from newsarchive.reading.export.source import ExportSource


@dataclass(frozen=True, slots=True)
class Format:
    module: str
    makes: str
    """What OUT becomes, in a few words."""
    extra: str = ""
    """Of this package, without which it cannot be loaded."""
    needs: str = ""
    """The module that the extra brings."""
    has_pictures: bool = False
    """Whether it can bring the archive's own pictures along."""
    has_rows: bool = False
    """Whether it is made of records, which workers can make (``rows``)."""


FORMATS = {
    "markdown": Format("markdown", "a folder of plain Markdown, for Obsidian", has_pictures=True),
    "hexo": Format("hexo", "posts for Hexo: give a folder in source/_posts", has_pictures=True),
    "hugo": Format("hugo", "pages for Hugo: give a folder in content", has_pictures=True),
    "jsonl": Format("jsonl", "one file, a JSON object a line", has_rows=True),
    "csv": Format("csv_", "one table that Excel opens", has_rows=True),
    "parquet": Format(
        "parquet", "a folder of Parquet by month, with a card", extra="dataset", needs="pyarrow", has_rows=True
    ),
    "sqlite": Format("sqlite", "one database, for Datasette", has_rows=True),
    "epub": Format("epub", "one book by channel: the paper of a day or a week", has_pictures=True),
    "wacz": Format("wacz", "one file of the pages as they were sent, for replay", extra="wacz", needs="wacz"),
    "bag": Format("bag", "a BagIt folder of the archive itself, for libraries", extra="bag", needs="bagit"),
    "site": Format("site", "a folder of pages that opens by double click", has_pictures=True),
}


def export(name: str, source: ExportSource, out: Path) -> FolderChange | None:
    """Write ``source`` to ``out``; what changed, of a format that follows the archive, else None.

    Raises ``UsageError`` (an unknown format, an extra that is not installed, a wrong place), ``ArchiveNotWritable``,
    ``ArchiveDamaged``.
    """
    if name not in FORMATS:
        raise UsageError(f"{name} is no format: expected one of {', '.join(FORMATS)}{did_you_mean(name, FORMATS)}")
    if source.has_pictures and not FORMATS[name].has_pictures:
        able = ", ".join(other for other, kind in FORMATS.items() if kind.has_pictures)
        raise UsageError(f"--local-images: {name} holds no pictures; {able} do")
    if source.workers and not FORMATS[name].has_rows:
        able = ", ".join(other for other, kind in FORMATS.items() if kind.has_rows)
        raise UsageError(f"--engine and --workers: {name} is made by one process; {able} can be made by more")
    out = check_out(out, source.library.root)
    change = _loaded(name).export(source, out)
    return change if isinstance(change, FolderChange) else None


def _loaded(name: str) -> ModuleType:
    """A format is loaded when it is asked for."""
    chosen = FORMATS[name]
    if chosen.needs and find_spec(chosen.needs) is None:
        raise UsageError(f"{name} needs the extra {chosen.extra}: pip install 'newsarchive[{chosen.extra}]'")
    return import_module(f"newsarchive.reading.export.{chosen.module}")
