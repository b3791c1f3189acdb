"""Posts of the original program, of Hexo or of Hugo come in day by day, each day's in the order of their dates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsarchive.archive.format import merging as planning
from newsarchive.archive.format.events import Said
from newsarchive.archive.format.journal import stamp
from newsarchive.archive.format.profiles import Profile
from newsarchive.archive.format.states import History, Line, State
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.record import merging, numbering
from newsarchive.archive.record.batch import Batch
from newsarchive.archive.record.merging import IncomingPart, IncomingPost, Origin
from newsarchive.archive.record.numbering import Refused
from newsarchive.jobs.importing import posts
from newsarchive.jobs.importing.posts import ReadPost
from newsarchive.jobs.importing.source import ImportSource, Left, NotTaken
from newsarchive.pages.changes import Told, kind_of, told
from newsarchive.reading.history import StateText

CHUNK_POSTS = 128
CHUNK_BYTES = 16 * 1024 * 1024
"""What one commit takes: syncs are shared, and memory stays flat."""


@dataclass(frozen=True, slots=True, order=True)
class ImportPlace:
    """Where a post comes in the order of the import."""

    day: date
    at: str
    path: str


def places(source: ImportSource, left: list[Left]) -> Iterator[ImportPlace]:
    """Each post's place, in the order of the folder; what is no post, or cannot be read, goes into ``left``."""
    for path in source.posts(left):
        try:
            day, at = posts.place(source.read(path), source.changed_at(path))
        except NotTaken as error:
            left.append(Left(path, str(error)))
        else:
            yield ImportPlace(day, at, path)


def chunks(
    source: ImportSource, profile: Profile, ordered: list[ImportPlace], left: list[Left]
) -> Iterator[list[tuple[str, ReadPost]]]:
    """The posts of one day at a time, so many as one commit takes."""
    chunk: list[tuple[str, ReadPost]] = []
    size = 0
    for place in ordered:
        if chunk and (len(chunk) >= CHUNK_POSTS or size >= CHUNK_BYTES or chunk[-1][1].day != place.day):
            yield chunk
            chunk, size = [], 0
        try:
            found = _read(source, place.path, profile)
        except NotTaken as error:  # it was readable a moment ago
            left.append(Left(place.path, str(error)))
            continue
        chunk.append((place.path, found))
        size += len(found.data)
    if chunk:
        yield chunk


def is_kept(catalogue: Catalogue, docid: str) -> bool:
    """Whether something of the document is kept here."""
    document = catalogue.document(docid)
    return document is not None and document.state == "kept"


def _read(source: ImportSource, path: str, profile: Profile) -> ReadPost:
    return posts.found(source.read(path), source.changed_at(path), profile)


# --- what becomes of one ---------------------------------------------------------------------------------------------


def keep(batch: Batch, said: Said, path: str, found: ReadPost, source: str) -> str | None:
    """Make a post a document of this archive, or a state of one; its file, or None where it is here already.

    Raises ``Refused`` where another text of the document is kept, and the post does not tell when it was fetched.
    """
    document, origin = batch.catalogue.document(found.docid), Origin(f"{source}/{path}", None)
    if document is None:
        return merging.keep(batch, said, _post(found, origin))
    if document.state == "kept" and document.sha256 == hashlib.sha256(found.data).hexdigest():
        return None
    history = merging.history_of(batch.root, document.day, found.docid)
    if document.state == "kept" and all(line["sha256"] != document.sha256 for line in history.lines):
        raise Refused(f"another post of the same title and date came in before it ({document.file})")
    if history.redacted:
        raise Refused("its document was taken out of this archive on purpose")
    if not history.lines:
        return merging.keep(batch, said, _post(found, origin))
    return _as_state(batch, said, history, found, origin)


def _as_state(batch: Batch, said: Said, history: History, found: ReadPost, origin: Origin) -> str | None:
    file = history.states[-1].file
    if _is_known(batch, history, found):
        return None
    if found.fetched_at is None:
        raise Refused(f"another text of its document is kept ({file}), and it does not tell when it was fetched")
    line = {**_line(found), "sha256": hashlib.sha256(found.data).hexdigest(), "bytes": len(found.data)}
    missing = planning.missing(history, [], [], [line], _comparison(batch, history, found))
    if not missing.states:
        return None
    merging.merge(batch, said, IncomingPart(history, missing, {id(line): found.data}, origin))
    return file


def _is_known(batch: Batch, history: History, found: ReadPost) -> bool:
    """Whether a state has these bytes, was made of the same file, or tells the same."""
    digests = {hashlib.sha256(found.data).hexdigest(), found.line["source_sha256"]}
    if any({line["sha256"], line.get("source_sha256")} & digests for line in history.lines):
        return True
    this = told(found.title, found.published_at, StateText(State(0, "", found.line), found.data).body)
    return any(kind_of(_told(batch, state), this) is None for state in history.states)


def _comparison(batch: Batch, history: History, found: ReadPost) -> planning.KindOf:
    files = {state.sha256: state for state in history.states}

    def text(line: Line) -> Told:
        state = files.get(str(line["sha256"]))
        return _told(batch, state) if state else StateText(State(0, "", line), found.data).told

    def compare(before: Line, after: Line) -> str | None:
        kind = kind_of(text(before), text(after))
        return kind.value if kind else None

    return compare


def _told(batch: Batch, state: State) -> Told:
    return StateText(state, numbering.read_own(batch.root, state.file, state.sha256)).told


def _post(found: ReadPost, origin: Origin) -> IncomingPost:
    return IncomingPost(found.day, found.docid, _line(found), found.data, origin)


def _line(found: ReadPost) -> Mapping[str, Any]:
    """The keys of its journal line."""
    fetched_at = stamp(found.fetched_at) if found.fetched_at else None
    address = {"source_url": found.url} if found.url else {}
    mended = {"mended": found.mended} if found.mended else {}
    return {**found.line, "fetched_at": fetched_at, "warc": None, "text_sha256": None, **address, **mended}
