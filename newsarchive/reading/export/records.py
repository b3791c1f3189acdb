"""The articles that go out together with what the servers sent for them; one without a raw record is left out and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from newsarchive.archive.format.raw_place import places_in
from newsarchive.archive.format.states import STATE_EVENTS
from newsarchive.errors import ArchiveDamaged
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.kept_article import KeptArticle
from newsarchive.reading.raw_members import (
    Line,
    RawMember,
    StoredExchange,
    exchange_at,
    lines_with_answers,
    members_of,
    places_of,
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An article with the answers that its lines name."""

    article: KeptArticle
    exchanges: Sequence[StoredExchange]
    page: StoredExchange
    """That of the page which this state was read from."""

    @property
    def members(self) -> list[RawMember]:
        """The records of all exchanges, each once, in their order."""
        return members_of(self.exchanges)


def recorded(source: ExportSource) -> Iterator[Recorded]:
    """Those of the source that have a raw record, all of their records whole; the others are noted there.

    The lines of a day are in memory at a time.  Raises ``ArchiveDamaged`` as ``ExportSource.articles`` does.
    """
    root = source.library.root
    for day, articles in groupby(source.articles(), key=lambda article: article.entry.day):
        lines = lines_with_answers(root, day)
        for article in articles:
            try:
                found = _recorded(source, article, lines.get(article.entry.docid, []))
            except ArchiveDamaged as error:
                source.leave_out(str(error))
                continue
            if found is None:
                source.leave_out(f"{article.entry.docid} has no raw record: it was imported, or RAW_STORE was none")
                continue
            yield found


def _recorded(source: ExportSource, article: KeptArticle, lines: Sequence[Line]) -> Recorded | None:
    sha256 = article.entry.sha256
    of_state = [line for line in lines if line.get("event") in STATE_EVENTS and line.get("sha256") == sha256]
    page = next((place for line in reversed(of_state) for place in places_in(line)), None)
    if page is None:
        return None
    places = places_of(lines)
    exchanges = [exchange_at(source.library.root, place, article.entry.docid) for place in places]
    return Recorded(article, exchanges, exchanges[places.index(page)])
