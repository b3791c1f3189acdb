"""archive: what another archive or folder had, written into this one: files with their lines, in one commit (design §9).

Each function is a job of a ``Batch``.  What lies here is never overwritten (``numbering``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from newsarchive.archive.format import events, journal, paths
from newsarchive.archive.format.events import Said
from newsarchive.archive.format.merging import Missing, NewState
from newsarchive.archive.format.raw_place import UNSTORED_MARK, of_here
from newsarchive.archive.format.states import History, Line, histories
from newsarchive.archive.index.day_rows import listed_title
from newsarchive.archive.record import numbering
from newsarchive.archive.record.arranging import Arrangement
from newsarchive.archive.record.batch import Batch


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something comes from, as its line tells."""

    source: str
    """The folder's name, and for a post its path in there."""
    link: str | None
    """The last link of the day's journal there; None for a folder without journals."""
    raw_files: Mapping[str, str] = field(default_factory=dict)
    """Of raw records that came along: theirs → ours, both below the archive."""


@dataclass(frozen=True, slots=True)
class IncomingPart:
    """What comes in of one document of another archive."""

    held: History
    """What is here."""
    missing: Missing
    data: Mapping[int, bytes]
    """Of each new state, by the ``id`` of its line there."""
    origin: Origin

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(map(len, self.data.values()))

    @property
    def lines(self) -> list[Line]:
        """What is to be said, as it stands there."""
        said = [line for line, _ in (*self.missing.offers, *self.missing.losses)]
        return said + [state.line for state in self.missing.states]


@dataclass(frozen=True, slots=True)
class IncomingPost:
    """A document from a folder without journals."""

    day: date
    docid: str
    line: Mapping[str, Any]
    """The keys of its journal line, but for those that tell of the file."""
    data: bytes
    origin: Origin


def merge(batch: Batch, said: Said, part: IncomingPart) -> None:
    """Say what is missing of a document.  Raises ``Refused`` before anything is said."""
    day, missing, origin = part.held.day, part.missing, part.origin
    moves = numbering.moves(batch.root, part.held, missing.timeline, part.data) if missing.states else []
    for line, earlier in missing.offers:
        batch.say(day, _again(said, line, origin, earlier=earlier))
    if missing.states:
        file = _place(batch, part)
        if moves:
            batch.arrange(Arrangement(day, part.held.docid, moves))
        for state in missing.states:
            _say_state(batch, said, part, state, file)
        batch.counts["imported"] += len(missing.states)
    for line, earlier in missing.losses:
        batch.say(day, _again(said, line, origin, earlier=earlier))


def keep(batch: Batch, said: Said, post: IncomingPost) -> str:
    """Keep a document that nothing is kept of; returns its file, below the archive."""
    document = batch.catalogue.document(post.docid)
    day = document.day if document else post.day
    stems = _stems(batch, day, post.docid, str(post.line["title"]))
    file = batch.put(day, stems, post.data, post.docid).file
    keys = {**post.line, "sha256": hashlib.sha256(post.data).hexdigest(), "bytes": len(post.data)}
    event = events.imported(
        said,
        post.docid,
        keys,
        file=file,
        profile=batch.profile.name,
        source=post.origin.source,
        source_link=post.origin.link,
        earlier=False,
    )
    batch.say(day, event)
    batch.counts["imported"] += 1
    return file


def say_again(batch: Batch, said: Said, day: date, line: Line, origin: Origin) -> None:
    """A line about a day as a whole."""
    batch.say(day, _again(said, line, origin, earlier=False))


def history_of(root: Path, day: date, docid: str) -> History:
    """What the journal of the day says of a document."""
    lines = of_here(journal.read_about(paths.journal_path(root, day), json.dumps(docid), UNSTORED_MARK))
    return histories(lines, day).get(docid) or History(docid, day)


# --- files -----------------------------------------------------------------------------------------------------------


def _place(batch: Batch, part: IncomingPart) -> str:
    """The file of the document: the one that it has, else a new one for its newest state."""
    history, newest = part.held, part.missing.timeline[-1]
    if history.states:
        return history.states[-1].file
    stems = _stems(batch, history.day, history.docid, str(newest.get("title") or ""))
    return batch.put(history.day, stems, part.data[id(newest)], history.docid).file


def _stems(batch: Batch, day: date, docid: str, title: str) -> Iterator[str]:
    """The names for the file, the best first: that of its first offer, else of its title; then those with its docid."""
    catalogue, scope = batch.catalogue, batch.profile.scope_of(day)
    document = catalogue.document(docid)
    if document and document.stem and catalogue.name_owner(scope, document.stem) in (None, docid):
        yield document.stem
    listed = listed_title(batch.profile, document.first) if document else ""
    is_by_hand = document is not None and bool(document.first) and not document.first.get("channels")
    yield from catalogue.free_stems(day, listed or title, docid, titled=not is_by_hand)


# --- lines -----------------------------------------------------------------------------------------------------------


def _again(said: Said, line: Line, origin: Origin, *, earlier: bool) -> events.Event:
    source, link = origin.source, str(origin.link)
    return events.said_again(said, line, source=source, source_link=link, earlier=earlier, raw_files=origin.raw_files)


def _say_state(batch: Batch, said: Said, part: IncomingPart, state: NewState, file: str) -> None:
    is_further = bool(state.kind) or state.revision > 1
    changed: dict[str, object] = {"revision": state.revision, "kind": state.kind} if is_further else {}
    event = events.imported(
        said,
        part.held.docid,
        state.line,
        file=file,
        profile=batch.profile.name,
        source=part.origin.source,
        source_link=part.origin.link,
        earlier=state.earlier,
        raw_files=part.origin.raw_files,
        **changed,
    )
    batch.say(part.held.day, event)
