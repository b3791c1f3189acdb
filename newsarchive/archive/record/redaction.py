"""``newsarchive redact``: the one act that rewrites (design §9).  Decides what goes; ``takedown`` does it, at the next start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from newsarchive.archive.format import journal, paths, profiles, rsshub
from newsarchive.archive.format.journal import stamp
from newsarchive.archive.format.media import is_media
from newsarchive.archive.format.redacting import REDACTED, HiddenWords, text_of, without_words
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.record import files, takedown
from newsarchive.archive.record.day_journal import day_name
from newsarchive.archive.record.store import Archive
from newsarchive.archive.record.takedown import Decision
from newsarchive.archive.record.traces import Traces, traces
from newsarchive.errors import ArchiveDamaged, UsageError

MAX_REASON = 500
"""Characters: a sentence or two."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """What was done."""

    traces: Traces
    is_new: bool
    """False where all of it had been taken out before."""


def redact(
    root: Path, profile: str, docid: str, reason: str, *, keep_title: bool, clock: Callable[[], datetime]
) -> Redaction:
    """Take a document out of the archive; killed at any moment, it has not begun, or the next start ends it.

    Raises the errors of ``Archive.open``, ``ArchiveDamaged`` for a journal with damage that nobody has accepted (new links
    would hide it), and ``UsageError`` for a reason that quotes the text.
    """
    with closing(Archive.open(root, profile, clock)) as archive, closing(archive.reader()) as catalogue:
        found = traces(root, docid, lambda file: _is_named(catalogue, docid, file))
        _check_whole(catalogue, [*found.days, *found.mentioned])
        _check_reason(root, reason, found, keep_title=keep_title)
        is_new = _is_something_left(found, keep_title=keep_title)
        if is_new:
            days = [*found.days, *(() if keep_title else found.mentioned)]
            links = {day.isoformat(): journal.tail(paths.journal_path(root, day)).link for day in days}
            takedown.decide(root, _decision(archive, found, links, reason, keep_title=keep_title))
    if is_new:
        Archive.open(root, profile, clock).close()
    return Redaction(found, is_new)


def _decision(archive: Archive, found: Traces, links: Mapping[str, str], reason: str, *, keep_title: bool) -> Decision:
    return Decision(
        docid=found.docid,
        days=links,
        reason=reason,
        keep_title=keep_title,
        run=archive.run,
        at=stamp(archive.clock()),
        titles=found.titles,
        urls=found.urls,
        files=[*found.files.items()],
        records=found.records,
    )


def _is_named(catalogue: Catalogue, docid: str, file: str) -> bool:
    """Whether a line of another document calls this file kept."""
    folder, _, name = file.rpartition("/")
    scope = profiles.RSSHUB.scope_of(date.min) if folder == rsshub.FOLDER else folder.replace("/", "-")
    owner = catalogue.name_owner(scope, name.removesuffix(".md"))
    return owner != docid and catalogue.holdings.has_line(scope, file)


def _check_whole(catalogue: Catalogue, days: Sequence[date]) -> None:
    for damage in catalogue.damage.open():
        if damage.day in days:
            raise ArchiveDamaged(
                f"{damage}; a redaction makes the links of {day_name(damage.day)} anew, which would hide that: put the journal "
                "back from a copy, or accept the damage with `newsarchive rebuild --accept-damage`, then redact again"
            )


def _check_reason(root: Path, reason: str, found: Traces, *, keep_title: bool) -> None:
    texts = [text_of(files.read(root / file)) for file in found.files if not is_media(file)]
    if HiddenWords.of([*texts, *(() if keep_title else found.titles)]).touches(reason):
        raise UsageError("--reason quotes what is to be taken out, and stays in the journal: say it in other words")
    if not reason.strip() or len(reason) > MAX_REASON:
        raise UsageError(f"--reason: expected 1 to {MAX_REASON} characters")


def _is_something_left(found: Traces, *, keep_title: bool) -> bool:
    is_redacted = any(line.get("event") == REDACTED for line in found.lines)
    nothing = HiddenWords.of(())
    has_words = any(without_words(line, nothing, keep_title=keep_title) for line in found.lines)
    return bool(found.lines) and (bool(found.files or found.records) or has_words or not is_redacted)
