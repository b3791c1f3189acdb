"""CSV for Excel and its like: UTF-8 with a BOM, CRLF; no cell is taken for a formula or is longer than Excel holds.

So a text is cut there (``LONGEST_CELL``), and one that begins like a formula gets a ``'`` in front, as Excel itself marks
texts; whoever wants them to the letter takes jsonl or parquet.
"""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

from newsarchive.pages.text import printable
from newsarchive.reading.export.place import begins_with, whole_file
from newsarchive.reading.export.record import NAMES, Value
from newsarchive.reading.export.rows import records
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.records import guarded

LONGEST_CELL = 32_767
"""UTF-16 units (Excel's specifications and limits); Python's own reader refuses a cell of 131,072 characters."""
LEFT_OUT = ("html",)
"""Nothing for a table; ``text`` is there."""
COLUMNS = tuple(name for name in NAMES if name not in LEFT_OUT)
LIST_SEPARATOR = ";"
HEAD = ("\ufeff" + ",".join(COLUMNS[:4]) + ",").encode()
"""Of each: a table with other columns in front is somebody else's."""


def export(source: ExportSource, out: Path) -> None:
    """Raises what ``whole_file`` does, and ``ArchiveDamaged``."""
    with whole_file(out, begins_with(HEAD)) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for record in records(source):
            writer.writerow([_cell(value) for name, value in record.items() if name not in LEFT_OUT])


def _cell(value: Value) -> str | int | None:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        value = LIST_SEPARATOR.join(value)
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    text = printable(text).replace("\r", " ")  # the path of a file may have what no terminal should be shown
    text = guarded(text)
    if len(text) * 2 <= LONGEST_CELL or len(units := text.encode("utf-16-le")) <= LONGEST_CELL * 2:
        return text
    return units[: (LONGEST_CELL - 1) * 2].decode("utf-16-le", "ignore") + "…"
