"""What the servers sent for a document, to be looked at: heads and bodies as text, bounded; damage is told beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from newsarchive.archive.format.content_coding import CodingError
from newsarchive.archive.format.raw_answer import RawAnswer, read_raw
from newsarchive.errors import ArchiveDamaged, NotAnArticle, UsageError
from newsarchive.pages.charset import decode
from newsarchive.reading.raw_members import lines_with_answers, places_of

MOST_ANSWERS = 10
"""The newest; a page is looked at some five times, and one of several pages has as many answers each time."""
MOST_CHARACTERS = 100_000
"""Of a body that are shown; an article page has some 60,000."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """One answer that a line of the document names."""

    place: str
    answer: RawAnswer | None = None
    """None where it cannot be read."""
    text: str = ""
    is_cut: bool = False
    """Whether ``text`` is only the begin of the body."""
    fault: str = ""
    """Why the answer, or its body, cannot be shown; one sentence."""

    @property
    def head(self) -> str:
        """Status line and headers; a byte is a character."""
        return self.answer.head.decode("latin-1").strip() if self.answer else ""


def stored_answers(root: Path, day: date, docid: str) -> Sequence[StoredAnswer]:
    """Newest first.  Raises ``ArchiveDamaged`` where the journal of the day cannot be read."""
    places = places_of(lines_with_answers(root, day).get(docid, []))
    return [_stored(root, place, docid) for place in reversed(places[-MOST_ANSWERS:])]


def _stored(root: Path, place: str, docid: str) -> StoredAnswer:
    try:
        answer = read_raw(root, place)
    except (ArchiveDamaged, UsageError) as error:
        return StoredAnswer(place, fault=str(error))
    if answer.docid not in (None, docid):
        return StoredAnswer(place, fault=f"{place} is an answer for {answer.docid}; newsarchive verify --full")
    try:
        text = decode(answer.decoded(), None)
    except (CodingError, NotAnArticle) as error:
        return StoredAnswer(place, answer, fault=str(error))
    return StoredAnswer(place, answer, text[:MOST_CHARACTERS], len(text) > MOST_CHARACTERS)
