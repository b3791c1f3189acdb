"""``newsarchive reextract``: every day read again by workers, and what it gives now written by this process, day by day.

A worker reads and compares, and writes nothing.  The archive's lock is taken for the commit of one day and no longer, so
that polls go on beside it.  A run that is killed is simply run again: a page that gives what its document has is left.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.redacting import REDACTED, names_of
from newsarchive.archive.format.states import is_docid
from newsarchive.archive.index.worker import HERE, TellDays, Workers, in_order
from newsarchive.archive.record import reextraction
from newsarchive.archive.record.batch import Batch
from newsarchive.archive.record.store import Archive
from newsarchive.errors import ArchiveLocked
from newsarchive.jobs.reextracting.day import DayAgain, RecoveredArticle, Task, read_day_again
from newsarchive.jobs.reextracting.outcome import ReextractionOutcome

logger = logging.getLogger(__name__)

DAYS_AHEAD = 2
"""A worker's results that may wait for the writer: bounds the memory to a few days."""
PARALLEL_BYTES = 300_000
"""Of journals from which on workers pay: some 200 articles, a second; starting workers takes a half."""
DOCUMENTS_A_COMMIT = 200
"""The lock is given back after so many documents of a day, each two files: a second or two."""
LOCK_PATIENCE_S = 1800.0
"""How long a run is waited for that holds the archive: far longer than a poll; a backfill takes longer."""
LOCK_PAUSE_S = 1.0
"""Between two looks meanwhile."""
REST_S = 0.1
"""Between two commits: who waits for the lock (``lock.BRIEF_PAUSE_SECONDS``) gets it."""
_REDACTED = f'"event":"{REDACTED}"'


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for."""

    task: Task
    since: date = date.min
    until: date = date.max
    is_dry: bool = False
    marks_same_text: bool = False
    """``DEDUPE_SAME_TEXT`` is ``mark``: a failed document whose text another has is kept, too."""
    workers: Workers = HERE
    lock_patience_s: float = LOCK_PATIENCE_S


@dataclass(frozen=True, slots=True)
class Tell:
    """Who hears how it goes."""

    days: TellDays = lambda *_: None
    """With the pages that were read."""
    waits: Callable[[str], None] = lambda _why: None
    """Once for each time that another run holds the archive."""


def run(plan: Plan, clock: Callable[[], datetime], tell: Tell) -> ReextractionOutcome:
    """Read all days again, and write what they give now unless it is a dry run.

    Raises ``ArchiveLocked`` where another run holds the archive for longer than ``lock_patience_s``, and the errors of
    ``Archive.open`` and ``in_order``; what was written until then stays.
    """
    outcome, root = ReextractionOutcome(plan.is_dry), plan.task.root
    days = dict(paths.sizes(root, plan.since, plan.until))
    writer = _Writer(plan, clock, tell, outcome)
    tell.days(0, len(days))
    with closing(_results(plan, days)) as results:
        for done, told in enumerate(results, 1):
            outcome.take(told)
            if not plan.is_dry:
                writer.write(told)
            tell.days(done, len(days), outcome.pages)
    return outcome


def hidden_names(root: Path) -> tuple[str, ...]:
    """Docids and addresses of the redacted documents: no line may name them again."""
    return tuple(dict.fromkeys(name for day in paths.days(root) for name in _hidden_of(paths.journal_path(root, day))))


def _hidden_of(path: Path) -> Iterator[str]:
    redacted = {line.get("docid") for line in journal.read_about(path, _REDACTED) if line.get("event") == REDACTED}
    for docid in filter(is_docid, redacted):
        about = journal.read_about(path, json.dumps(docid))
        urls = {str(line["url"]) for line in about if line.get("docid") == docid and line.get("url")}
        yield from names_of(docid, (), sorted(urls))


# --- reading ---------------------------------------------------------------------------------------------------------


def _results(plan: Plan, days: dict[date, int]) -> Generator[DayAgain]:
    """The days in their order, by workers where that pays, or where so many are asked for."""
    workers = plan.workers.of(pays=sum(days.values()) >= PARALLEL_BYTES, most=len(days))
    job = partial(read_day_again, plan.task)
    return in_order(job, list(days), workers, ahead=DAYS_AHEAD, what="re-extraction")


# --- writing ---------------------------------------------------------------------------------------------------------


class _Writer:
    """Writes one day after the other, and holds the archive no longer."""

    def __init__(self, plan: Plan, clock: Callable[[], datetime], tell: Tell, outcome: ReextractionOutcome) -> None:
        self._plan, self._clock, self._tell, self._outcome = plan, clock, tell, outcome
        self._free_since = 0.0

    def write(self, told: DayAgain) -> None:
        for begin in range(0, len(told.documents), DOCUMENTS_A_COMMIT):
            chunk = told.documents[begin : begin + DOCUMENTS_A_COMMIT]
            with self._held() as archive:
                left = archive.merge(partial(reextraction.write, day=told.day, documents=chunk)).result()
                self._count(archive)
            self._outcome.leave(told.day, left)
        if told.found:
            with self._held() as archive:
                for found in told.found:
                    self._keep(archive, told.day, found)
                self._count(archive)

    def _count(self, archive: Archive) -> None:
        self._outcome.counts.update({name: archive.counts[name] for name in ("reextracted", "kept")})

    def _keep(self, archive: Archive, day: date, found: RecoveredArticle) -> None:
        """As a crawl would have, had the page been read by these rules."""
        article, docid = found.article, found.article.offer.docid
        document = archive.find(docid).result()
        if document is None or document.state != "failed":
            self._outcome.leave(day, {docid: "it has changed meanwhile: run again"})
            return
        other = archive.merge(lambda batch, _: _same_text(batch, article.text_sha256)).result()
        if other in (None, docid):
            archive.keep(article, found.data).result()
        elif self._plan.marks_same_text:
            archive.keep(replace(article, same_as=other), found.data).result()
        else:
            archive.filtered(docid, "same-text", of=other, warc=article.warc or None).result()
            self._outcome.counts["same-text"] += 1

    @contextmanager
    def _held(self) -> Iterator[Archive]:
        """The archive, as soon as it is free; given back before anything else is read."""
        time.sleep(max(0.0, self._free_since + REST_S - time.monotonic()))
        with closing(self._opened()) as archive:
            yield archive
        self._free_since = time.monotonic()

    def _opened(self) -> Archive:
        until, waits = time.monotonic() + self._plan.lock_patience_s, False
        while True:
            try:
                return Archive.open(self._plan.task.root, self._plan.task.profile, self._clock, is_brief=True)
            except ArchiveLocked as error:
                if not waits:
                    self._tell.waits(str(error))
                if time.monotonic() >= until:
                    raise
                waits = True
            time.sleep(LOCK_PAUSE_S)


def _same_text(batch: Batch, digest: str | None) -> str | None:
    return batch.catalogue.same_text(digest) if digest else None
