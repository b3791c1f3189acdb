"""archive: what other rules make of stored pages, written as further states of their documents.

A job of a ``Batch``.  A state that was read again comes behind the one that the same page gave before; later states get
other numbers (``numbering``), and nothing that lies here is overwritten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from newsarchive.archive.format import events, journal, paths
from newsarchive.archive.format.events import Event, Said
from newsarchive.archive.format.raw_place import of_here
from newsarchive.archive.format.states import REEXTRACTED, History, Line, histories, place_again
from newsarchive.archive.record import numbering
from newsarchive.archive.record.arranging import Arrangement
from newsarchive.archive.record.batch import Batch
from newsarchive.archive.record.numbering import Refused, id_of
from newsarchive.items import Article


@dataclass(frozen=True, slots=True)
class NewText:
    """What a stored page gives now."""

    former: tuple[object, ...]
    """``numbering.id_of`` the state that the page gave before."""
    article: Article
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """One document, of whose pages at least one gives another text now."""

    docid: str
    texts: tuple[NewText, ...]
    """Oldest page first."""


def write(batch: Batch, said: Said, day: date, documents: Sequence[ReadAgain]) -> dict[str, str]:
    """Keep these further states of documents of one day; the result tells of each that stays as it is why.

    A document that changed since it was read stays for the next time.
    """
    wanted = {document.docid for document in documents}
    lines = of_here(journal.read_objects(paths.journal_path(batch.root, day)))
    held = histories((line for line in lines if line.get("docid") in wanted), day)
    left: dict[str, str] = {}
    for document in documents:
        try:
            _write(batch, said, held.get(document.docid) or History(document.docid, day), document.texts)
        except Refused as refusal:
            left[document.docid] = str(refusal)
    return left


def _write(batch: Batch, said: Said, held: History, texts: Iterable[NewText]) -> None:
    document = batch.catalogue.document(held.docid)
    if document is None or document.state != "kept" or not held.states:
        raise Refused("it is not kept any more")
    timeline, come = list(held.lines), list[tuple[Event, NewText]]()
    for text in texts:
        _check_newest(held.lines, text)
        event = _event(batch, said, str(document.file), text)
        timeline.insert(place_again(timeline, event), event)
        come.append((event, text))
    data = {id(event): text.data for event, text in come}
    moves = numbering.moves(batch.root, held, timeline, data)
    batch.arrange(Arrangement(held.day, held.docid, moves))
    lines = list(held.lines)
    for event, _ in come:
        lines.insert(at := place_again(lines, event), event)
        is_earlier = at + 1 < len(lines)
        batch.say(held.day, events.revised(event, revision=at + 1, kind=REEXTRACTED, earlier=is_earlier))
        batch.counts[REEXTRACTED] += 1


def _check_newest(lines: Sequence[Line], text: NewText) -> None:
    """Raises ``Refused`` where the state that was compared is not what its page gave last."""
    given = [line for line in lines if line.get("warc") == text.article.warc]
    if not given or id_of(given[-1]) != text.former:
        raise Refused("it has changed meanwhile: run again")


def _event(batch: Batch, said: Said, file: str, text: NewText) -> Event:
    sha256, size = hashlib.sha256(text.data).hexdigest(), len(text.data)
    kept = events.kept(said, text.article, file=file, sha256=sha256, size=size, profile=batch.profile.name)
    return {**kept, "kind": REEXTRACTED}
