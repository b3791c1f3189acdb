"""An entry as scripts read it: one JSON object or one row of CSV, the same names in both."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from newsarchive.archive.format.journal import stamp
from newsarchive.reading.entries import Entry

Record = dict[str, object]

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""Excel and others compute a cell that begins so; the full-width ones where their language has them."""
VALUES_BETWEEN = " "
"""In a cell of CSV that has several values: lids and symbols have no blank."""


def record_of(entry: Entry) -> Record:
    """What lists tell of an entry; moments with ``+08:00``, ``path`` below the archive, with ``/``."""
    return {
        "docid": entry.docid,
        "title": entry.title,
        "published_at": _stamp(entry.published_at),
        "path": entry.file,
        "url": entry.url,
        "day": entry.day.isoformat(),
        "channels": list(entry.channels),
        "media": entry.media,
        "editor": entry.editor,
        "keywords": list(entry.keywords),
        "symbols": list(entry.symbols),
        "modified_at": _stamp(entry.modified_at),
        "fetched_at": _stamp(entry.fetched_at),
        "reextracted_at": _stamp(entry.reextracted_at),
        "state": entry.state,
        "states": entry.states,
        "withdrawn_at": _stamp(entry.withdrawn_at),
        "sha256": entry.sha256,
    }


def json_of(name: str, records: Iterable[Record]) -> Iterator[str]:
    """The lines of one JSON object whose key ``name`` has these records, one a line; one is held in memory."""
    line = f'{{"{name}": ['
    comma = ""
    for record in records:
        yield line + comma
        line, comma = json.dumps(record, ensure_ascii=False), ","
    yield line
    yield "]}"


def csv_of(records: Iterable[Record], columns: Iterable[str]) -> Iterator[str]:
    """The lines of a CSV file (RFC 4180, ends with LF) with these columns, its head first."""
    names = list(columns)
    yield _csv_line(names)
    for record in records:
        yield _csv_line([_cell(record[name]) for name in names])


def _csv_line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def _cell(value: object) -> str:
    text = VALUES_BETWEEN.join(map(str, value)) if isinstance(value, list) else str(value)
    return "" if value is None else guarded(text)


def guarded(text: str) -> str:
    """The text of a cell, with a quote before what would be computed."""
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA_SIGNS) else text


def _stamp(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None
