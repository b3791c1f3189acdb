"""Web pages for replay: a WACZ (extra ``wacz``) of what the servers sent for the articles, with a list of pages and their texts.

Index and description are made by the package ``wacz``.  Its own command stamps all with the time, and holds all pages in
memory to find their texts; so the files are put together here: the same archive gives the same bytes.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO, TextIOWrapper
from itertools import groupby
from pathlib import Path
from typing import Any

from wacz.waczindexer import WACZIndexer

from newsarchive.archive.format.raw_place import SUFFIX
from newsarchive.errors import UsageError
from newsarchive.pages.text import printable
from newsarchive.reading.export.place import room_beside, whole_file
from newsarchive.reading.export.records import Recorded, recorded
from newsarchive.reading.export.shown import title_of
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.export.zip_entry import entry_named, is_zip_of_ours

FIRST_NAMES = ("indexes/index.cdx.gz", "indexes/index.idx")
LAST_NAMES = ("datapackage.json", "datapackage-digest.json")
PAGES_NAME = "pages.jsonl"
TITLE = "新浪财经"
LINES_A_BLOCK = 1024
"""Of the index, which are packed together and read at once: what the package's own command takes."""
NOTHING_STORED = (
    "no article of the selection has a raw record: they were fetched with RAW_STORE=none, or imported; select others"
)
_PAGES_HEAD = {"format": "json-pages-1.0", "id": "pages", "title": TITLE, "hasText": True}


def export(source: ExportSource, out: Path) -> None:
    """Raises what ``whole_file`` does, ``UsageError`` where no article has a raw record, and ``ArchiveDamaged``."""
    with whole_file(out, is_ours) as part, room_beside(out) as room:
        newest = _gather(source, room)
        if newest is None:
            raise UsageError(NOTHING_STORED)
        with zipfile.ZipFile(part, "w") as package:
            _pack(package, room, newest)


def is_ours(path: Path) -> bool:
    """Whether it is a WACZ of ours: those of other programs tell when they were made."""
    return is_zip_of_ours(path, FIRST_NAMES, LAST_NAMES)


# --- what the servers sent, and the list of pages --------------------------------------------------------------------


def _gather(source: ExportSource, room: Path) -> datetime | None:
    """Lay a file of records a day and the list of pages into the room; the moment of the newest page, None for no page."""
    newest = None
    with (room / PAGES_NAME).open("w", encoding="utf-8", newline="\n") as pages:
        pages.write(_line(_PAGES_HEAD))
        for day, of_day in groupby(recorded(source), key=lambda one: one.article.entry.day):
            for one in _laid(room / f"{day}{SUFFIX}", of_day):
                pages.write(_line(_page(one)))
                newest = max(one.page.answer.fetched_at, newest or one.page.answer.fetched_at)
    return newest


def _laid(file: Path, of_day: Iterable[Recorded]) -> Iterator[Recorded]:
    """Write the records of each, as they lie in the archive, and pass it on."""
    with file.open("wb") as records:
        for one in of_day:
            records.writelines(member.data for member in one.members)
            yield one


def _page(one: Recorded) -> dict[str, str]:
    """An entry of the list: what a player shows, searches, and looks up in the index by address and moment."""
    return {
        "id": one.article.entry.docid,
        "url": one.page.answer.url,
        "title": title_of(one.article.entry),
        "ts": one.page.answer.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "text": printable(one.article.text),
    }


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"


# --- the package -----------------------------------------------------------------------------------------------------


def _pack(package: zipfile.ZipFile, room: Path, newest: datetime) -> None:
    records = sorted(room.glob(f"*{SUFFIX}"))
    indexer = _index(package, records)
    for file in records:
        _add(package, f"archive/{file.name}", file, zipfile.ZIP_STORED)  # packed already, and read by offset
    _add(package, f"pages/{PAGES_NAME}", room / PAGES_NAME, zipfile.ZIP_DEFLATED)
    about = json.loads(indexer.generate_datapackage(Namespace(title=TITLE, desc=None, date=None), package))
    about["created"] = f"{newest.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    told = json.dumps(about, ensure_ascii=False, indent=2).encode()
    package.writestr(entry_named(LAST_NAMES[0], zipfile.ZIP_DEFLATED), told)
    digest = indexer.generate_datapackage_digest(told)
    package.writestr(entry_named(LAST_NAMES[1], zipfile.ZIP_DEFLATED), digest)


def _index(package: zipfile.ZipFile, records: Sequence[Path]) -> Any:
    """The index of all records, in blocks, and the index of the blocks; sorted with bounded memory."""
    blocks = BytesIO()
    with package.open(entry_named(FIRST_NAMES[0]), "w") as lines:
        indexer = WACZIndexer(
            TextIOWrapper(blocks, "utf-8", write_through=True),
            [str(file) for file in records],
            sort=True,
            post_append=True,
            compress=lines,
            lines=LINES_A_BLOCK,
            digest_records=True,
            data_out_name="index.cdx.gz",
            hash_type="sha256",
            main_url=None,  # its default is an empty address, which the description would tell
            main_ts=None,
            detect_pages=False,
            extract_text=False,
        )
        indexer.process_all()
    package.writestr(entry_named(FIRST_NAMES[1], zipfile.ZIP_DEFLATED), blocks.getvalue())
    return indexer


def _add(package: zipfile.ZipFile, name: str, file: Path, compression: int) -> None:
    told = entry_named(name, compression)
    told.file_size = file.stat().st_size  # more than 4 GiB need another form, which has to be known before
    with file.open("rb") as given, package.open(told, "w") as taken:
        shutil.copyfileobj(given, taken)
