"""The file of a state, byte for byte as its line says, or none: for what is to prove something."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from newsarchive.archive.format.states import History, State, revision_file
from newsarchive.archive.record.day_journal import is_article
from newsarchive.errors import ArchiveDamaged
from newsarchive.reading.stored_file import read_file

TAKE_BACK = "newsarchive verify --full names all that does not fit, newsarchive repair --from COPY takes files back"
_LINE_ENDS = frozenset("\n\r")
"""No name of ours has them, of either profile; lists of files are read line by line."""


def state_data(root: Path, told: History, state: State) -> bytes:
    """Raises ``ArchiveDamaged`` where it is lost, is not what its line says, or lies where no article may.

    A crawl that revises it meanwhile moves it among the revisions: it is looked for there, too.
    """
    if not is_article(state.file) or not _LINE_ENDS.isdisjoint(state.file):
        raise ArchiveDamaged(f"{state.file!r} is no file of an article: another hand wrote that line; {TAKE_BACK}")
    for file in (state.file, revision_file(told.day, told.docid, state.number)):
        with suppress(ArchiveDamaged):
            data = read_file(root, file)
            if hashlib.sha256(data).hexdigest() == state.sha256:
                return data
    read_file(root, state.file)  # tells why it cannot be read
    raise ArchiveDamaged(f"{root / state.file} is not what its line of the journal says: {TAKE_BACK}")
