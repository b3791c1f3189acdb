"""A dataset: Parquet by month, with zoned times and lists, and a card that tells what is in it (extra ``dataset``).

``pandas.read_parquet(OUT)`` reads it whole: what begins with ``_`` or ``.`` is passed over by such readers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from newsarchive.reading.export.data_card import CARD_NAME, DatasetFile, card
from newsarchive.reading.export.place import whole_folder
from newsarchive.reading.export.record import SCHEMA, Record
from newsarchive.reading.export.rows import records
from newsarchive.reading.export.source import ExportSource

GROUP_ROWS = 1_000
"""Of a row group, which a reader takes at once, and which is in memory here."""
GROUP_CHARACTERS = 4 * 2**20
"""The same for long texts."""
SUMS_NAME = "_SHA256SUMS"
_TEXT, _TEXTS = pa.string(), pa.list_(pa.string())
_MOMENT = pa.timestamp("us", tz="Asia/Shanghai")
_TYPES = {
    "str": _TEXT,
    "date": pa.date32(),
    "datetime | None": _MOMENT,
    "tuple[str, ...]": _TEXTS,
    "int": pa.int32(),
}
_SCHEMA = pa.schema(
    [(name, _TYPES[str(kind)]) for name, kind in Record.__annotations__.items()],
    metadata={"newsarchive.schema": str(SCHEMA)},
)


def export(source: ExportSource, out: Path) -> None:
    """Raises what ``whole_folder`` does, and ``ArchiveDamaged``."""
    with whole_folder(out, "parquet") as part:
        months = [
            _write_month(part, month, of_month)
            for month, of_month in groupby(records(source), key=lambda record: f"{record.day:%Y-%m}")
        ]
        (part / CARD_NAME).write_text(card(source, months), "utf-8", newline="\n")
        sums = "".join(f"{month.sha256}  {month.file}\n" for month in months)
        (part / SUMS_NAME).write_text(sums, "utf-8", newline="\n")


def _write_month(folder: Path, month: str, of_month: Iterator[Record]) -> DatasetFile:
    file = f"month={month}/articles.parquet"
    (folder / file).parent.mkdir()
    rows = withdrawn = 0
    with closing(parquet.ParquetWriter(folder / file, _SCHEMA, compression="zstd")) as writer:
        for group in _groups(of_month):
            writer.write_table(pa.Table.from_pylist([dict(record.items()) for record in group], schema=_SCHEMA))
            rows += len(group)
            withdrawn += sum(record.withdrawn_at is not None for record in group)
    with (folder / file).open("rb") as data:
        return DatasetFile(month, file, rows, withdrawn, hashlib.file_digest(data, "sha256").hexdigest())


def _groups(of_month: Iterator[Record]) -> Iterator[list[Record]]:
    group: list[Record] = []
    characters = 0
    for record in of_month:
        group.append(record)
        characters += len(record.text) + len(record.html)
        if len(group) == GROUP_ROWS or characters >= GROUP_CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group
