"""The articles that go out: one stream in time order, an article in memory at a time; what cannot be read is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from newsarchive.archive.index.worker import TellDays, Workers
from newsarchive.reading.entries import ALL, Entry, Selection
from newsarchive.reading.kept_article import KeptArticle
from newsarchive.reading.library import Library

MOST_NAMED = 20
"""Articles whose file cannot be read are all counted, and so many are named."""

IsWanted = Callable[[Entry], bool]
Take = Callable[[str, str], str]
"""Takes a docid and a picture of it, by its path below the archive; gives how texts name it in the export, empty for not at all."""


def everything(_entry: Entry) -> bool:
    """No further condition."""
    return True


@dataclass
class ExportSource:
    """What is asked of an archive.  Redacted articles are never in it; withdrawn ones say so (``Entry.withdrawn_at``)."""

    library: Library
    selection: Selection = ALL
    is_wanted: IsWanted = everything
    """A further condition, as a search makes one of the docids it found."""
    tell: TellDays = lambda *_: None
    has_pictures: bool = False
    """Whether the export brings the archive's own pictures along (``--local-images``), as far as its format can."""
    take_picture: Take | None = None
    """How; the format sets it."""
    workers: Workers | None = None
    """Who makes records of whole days, whatever ``is_wanted``; None: this process.  Only formats of rows ask (``rows``)."""
    exported: int = 0
    unreadable: int = 0
    faults: list[str] = field(default_factory=list)
    """Why, of the first ``MOST_NAMED``: a sentence each."""

    def articles(self) -> Iterator[KeptArticle]:
        """Those that can be read, each once.  Raises ``ArchiveDamaged`` as ``Library`` does."""
        days = self.library.days(self.selection.since, self.selection.until)
        done = 0
        for entry in filter(self.is_wanted, self.library.entries(self.selection)):
            while done < len(days) and days[done] < entry.day:
                done += 1
            self.tell(done, len(days), self.exported)
            article = self.library.open(entry)
            if article.is_missing:
                self.note(article.fault)
                continue
            yield self._with_pictures(article)
            self.exported += 1
        self.tell(len(days), len(days), self.exported)

    def _with_pictures(self, article: KeptArticle) -> KeptArticle:
        take = self.take_picture
        if not self.has_pictures or take is None:
            return article
        had = self.library.pictures(article.entry).items()
        taken = {url: take(article.entry.docid, file) for url, file in had}
        return replace(article, pictures={url: address for url, address in taken.items() if address})

    def leave_out(self, fault: str) -> None:
        """Whoever was given the article cannot use it: it does not count as exported."""
        self.exported -= 1
        self.note(fault)

    def note(self, fault: str) -> None:
        """Something that was asked for could not be read."""
        self.unreadable += 1
        if len(self.faults) < MOST_NAMED:
            self.faults.append(fault)
