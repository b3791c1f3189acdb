"""archive: what becomes of a document without an article: tried again, gone, or given up by a person."""

from __future__ import annotations

from datetime import timedelta

from newsarchive.archive.format import events
from newsarchive.archive.format.events import Said
from newsarchive.archive.index.document import Document
from newsarchive.archive.record.batch import Batch

RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (10, 60, 6 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60))
"""How long a document that failed is left alone: most troubles pass in minutes, some in days; then it is given up."""

GONE_REASONS = {"http-404": 404, "http-410": 410, "not-found": 404}
"""Failures that say "there is none": seen twice, with the first wait between them, the document is ``gone``."""

GONE_WAIT = timedelta(hours=1)
"""Between the two answers that make a document gone: a page is briefly missing while it is republished."""


def failure(said: Said, document: Document, reason: str, detail: str, warc: str | None) -> events.Event:
    """The next step of a document that gave no article once more."""
    attempts, wait = document.attempts + 1, None
    if reason in GONE_REASONS:
        if document.reason in GONE_REASONS and document.is_due(said.at):
            return events.gone(said, document.docid, GONE_REASONS[reason], warc)
        wait = GONE_WAIT
    elif attempts <= len(RETRY_AFTER):
        wait = RETRY_AFTER[document.attempts]
    due = None if wait is None else (said.at + wait).replace(microsecond=0)
    return events.failed(said, document.docid, reason, attempts=attempts, next_try_at=due, detail=detail, warc=warc)


def forget(batch: Batch, event: events.Event) -> Document | None:
    """Take what was never kept out of the gaps, at a person's word; the result is the document as it was."""
    document = batch.catalogue.document(event["docid"])
    if document and document.state in ("pending", "failed"):
        batch.say(document.day, event)
        batch.counts["forgotten"] += 1
    return document
