"""JSON Lines: one object a line, with all that a ``Record`` has."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path

from newsarchive.reading.export.place import whole_file
from newsarchive.reading.export.record import Value
from newsarchive.reading.export.rows import records
from newsarchive.reading.export.source import ExportSource

_TO_ESCAPE = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}
"""JSON allows them in a text; a terminal obeys some, and what reads line by line ends a line at others."""

_HEAD_RE = re.compile(rb'\{"docid": "[^"]{1,64}", "day": "[0-9-]{10}", "title": "')
HEAD_BYTES = 200
"""Of each export, in which these three stand."""


def export(source: ExportSource, out: Path) -> None:
    """Raises what ``whole_file`` does, and ``ArchiveDamaged``."""
    with whole_file(out, is_ours) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        for record in records(source):
            line = json.dumps({name: _plain(value) for name, value in record.items()}, ensure_ascii=False)
            file.write(line.translate(_TO_ESCAPE) + "\n")


def is_ours(path: Path) -> bool:
    """Whether its first line is one of these objects."""
    with path.open("rb") as file:
        return bool(_HEAD_RE.match(file.read(HEAD_BYTES)))


def _plain(value: Value) -> str | int | list[str] | None:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
