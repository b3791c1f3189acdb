"""What a revisit makes of a kept document: a further state, the same text once more, or the news that it is gone.

Jobs of the writer; ``store`` submits them.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from datetime import datetime

from newsarchive.archive.format import events
from newsarchive.archive.format.events import Said
from newsarchive.archive.format.states import revision_file
from newsarchive.archive.index import visits
from newsarchive.archive.index.document import Document
from newsarchive.archive.index.visits import GONE_REASONS, Visit
from newsarchive.archive.record import files
from newsarchive.archive.record.batch import Batch
from newsarchive.archive.record.open_files import OpenFile
from newsarchive.items import BEIJING, Article

logger = logging.getLogger(__name__)

GONE_STATUS = {"http-404": 404, "http-410": 410, "not-found": 404}


def revise(batch: Batch, said: Said, document: Document, article: Article, data: bytes) -> bool:
    """Keep ``data`` as the next state of a kept document; false where something lies in the way of the former one."""
    number = _known(batch, document).states
    file, former = str(document.file), revision_file(document.day, document.docid, number)
    lying = batch.root / former
    if os.path.lexists(lying) and not files.is_file_of(lying, str(document.sha256)):
        logger.warning("%s has changed; its state is not kept: something else lies at %s", document.docid, lying)
        return False
    digest = hashlib.sha256(data).hexdigest()
    part = files.free_part_path((batch.root / file).parent, document.docid).name
    batch.replace(document.day, OpenFile(file, digest, document.docid, part, former, str(document.sha256)), data)
    kept = events.kept(said, article, file=file, sha256=digest, size=len(data), profile=batch.profile.name)
    batch.say(document.day, events.revised(kept, revision=number + 1, kind=article.kind))
    batch.counts["revised"] += 1
    return True


def check(batch: Batch, said: Said, docid: str, etag: str, last_modified: str, *, warc: str | None) -> None:
    """Note that the page says the same; one line a document and day at most."""
    document = batch.catalogue.document(docid)
    if document is None or document.state != "kept":
        return
    visit = _known(batch, document)
    if visit.checked_on == said.at.astimezone(BEIJING).date().isoformat():
        batch.catalogue.visits.set(visits.quiet(visit, said.at, etag, last_modified))
    else:
        batch.say(document.day, events.checked(said, docid, etag, last_modified, warc))
    batch.counts["checked"] += 1


def miss(batch: Batch, said: Said, document: Document, reason: str, detail: str, *, warc: str | None) -> None:
    """A kept document gave no article: gone after two such answers an hour apart; anything else says nothing of it."""
    visit = _known(batch, document)
    if reason not in GONE_REASONS:
        batch.catalogue.visits.set(visits.failed(visit, said.at))
    elif visit.gone is not None:
        batch.catalogue.visits.set(visits.quiet(visit, said.at, visit.etag, visit.last_modified))
    elif visit.absent is None:
        again = (said.at + visits.ABSENT_WAIT).replace(microsecond=0)
        batch.say(
            document.day,
            events.failed(said, document.docid, reason, attempts=1, next_try_at=again, detail=detail, warc=warc),
        )
    elif said.at.timestamp() >= visit.absent + visits.ABSENT_WAIT.total_seconds():
        batch.say(document.day, events.gone(said, document.docid, GONE_STATUS[reason], warc))
        batch.counts["gone"] += 1


def _known(batch: Batch, document: Document) -> Visit:
    return batch.catalogue.visits.of(document.docid) or Visit(document.docid, None, 0)


def due(hours: list[float], limit: int, now: datetime) -> Callable[[Batch], list[str]]:
    """The job that tells which kept pages are to be looked at again."""
    return lambda batch: batch.catalogue.visits.due(now, hours, limit)
