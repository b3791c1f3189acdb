"""Whether a catalogue still says what was written since the last clean end: the check after a kill.

A kill leaves SQLite's file whole; a failing disk may not.  What ended cleanly is trusted, after a kill as after a clean
end; what came later is compared with the journals, day by day.  So the check grows with what one run wrote, and not with
the archive; that the rest of the disk is well is for ``newsarchive verify`` to say.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from newsarchive.archive.format.profiles import Profile
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.day_rows import read_day
from newsarchive.archive.index.document import Document, of_row

ALL_STATES = ("pending", "kept", "filtered", "failed", "gone")

SMALL_BYTES = 32_000_000
"""Of a catalogue, some 30,000 documents: SQLite reads it through in a third of a second."""


def check_size(catalogue: Catalogue) -> None:
    """Raises ``sqlite3.DatabaseError`` for a file that was cut: SQLite itself takes what is missing for zeros."""
    if catalogue.path.stat().st_size % catalogue.page_bytes():
        raise sqlite3.DatabaseError("it ends within a page")


def check_since_clean_end(root: Path, catalogue: Catalogue, profile: Profile) -> None:
    """Compare the days in doubt with their journals; raises ``sqlite3.DatabaseError`` where they differ.

    A day whose journal is no longer as far as the catalogue has read it is left to ``catch_up``.  A small catalogue is
    read through instead, indexes against tables.
    """
    check_size(catalogue)
    if catalogue.path.stat().st_size <= SMALL_BYTES:
        catalogue.check_whole()
    for day in catalogue.tails.in_doubt():
        rows = read_day(root, day, profile.name)
        if rows.tail != catalogue.tails.of(day):
            continue
        said = {document.docid: _essence(document) for document in map(of_row, rows.documents)}
        found = {document.docid: _essence(document) for document in catalogue.documents_of(day, ALL_STATES)}
        strangers = found.keys() - said.keys()
        if strangers or any(
            found.get(docid) != essence for docid, essence in said.items() if not _is_elsewhere(catalogue, docid, found)
        ):
            raise sqlite3.DatabaseError(f"its rows of {day} are not what the journal says")


def _essence(document: Document) -> tuple[str | None, ...]:
    """What is compared: the columns that neither a lost file nor another day's journal changes."""
    return document.url, document.title, document.sha256, document.said


def _is_elsewhere(catalogue: Catalogue, docid: str, found: dict[str, tuple[str | None, ...]]) -> bool:
    """Whether the document was first offered on another day, whose row it then is."""
    return docid not in found and catalogue.document(docid) is not None
