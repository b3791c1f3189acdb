"""``newsarchive import``: a folder comes into the archive, or (dry) is only looked through."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from itertools import chain
from pathlib import Path

from newsarchive.archive.format import events, paths, raw_place
from newsarchive.archive.format.events import Said
from newsarchive.archive.format.journal import encode, link_of
from newsarchive.archive.format.profiles import PROFILES
from newsarchive.archive.format.raw_place import RawPlace
from newsarchive.archive.format.states import Line
from newsarchive.archive.index.begun_with import profile_of
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.catch_up import read_whole
from newsarchive.archive.index.view import look
from newsarchive.archive.record import merging, taking
from newsarchive.archive.record.batch import Batch
from newsarchive.archive.record.merging import IncomingPart, Origin
from newsarchive.archive.record.numbering import Refused
from newsarchive.archive.record.store import Archive
from newsarchive.errors import UsageError
from newsarchive.jobs.importing import foreign, pictures
from newsarchive.jobs.importing.archives import CHUNK_BYTES, CHUNK_DOCUMENTS, Planner, WholeDay
from newsarchive.jobs.importing.outcome import ARCHIVE, POSTS, ImportOutcome, Mended, TellProgress
from newsarchive.jobs.importing.posts import ReadPost
from newsarchive.jobs.importing.raw_files import RawFiles
from newsarchive.jobs.importing.source import ImportSource, Left, NotTaken
from newsarchive.jobs.importing.theirs import TheirDay

_Chunk = list[tuple[str, ReadPost]]
_Result = str | Refused | None
"""A file; None: it was here already; or why it does not come in."""

AHEAD = 2
"""Chunks of posts that are read while the one before them is written."""


def check(root: Path, folder: Path) -> None:
    """Raises ``UsageError`` for a folder that cannot be imported into the archive in ``root``."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder: give the archive, or the folder of posts, to be imported")
    ours, their = root.resolve(), folder.resolve()
    if ours == their or their.is_relative_to(ours) or ours.is_relative_to(their):
        raise UsageError(f"{folder} and the archive {root} lie in one another: import a folder beside the archive")
    if not any(paths.sizes(folder)) and not any(ImportSource(folder).posts([])):
        raise UsageError(f"{folder} holds nothing to import: neither an archive's journals nor posts (.md)")


def profile_for(root: Path, folder: Path, default: str) -> str:
    """The profile to import with: of the archive, else of the one that comes in, else ``default``.

    Raises ``UsageError`` where the two archives differ.
    """
    ours, their = profile_of(root), profile_of(folder)
    if ours and their and ours != their:
        raise UsageError(
            f"{folder} is an archive of profile {their}, {root} one of profile {ours}: their files are named and written "
            "otherwise; import it into an archive of its own profile"
        )
    return ours or their or default


def run(root: Path, folder: Path, profile: str, clock: Callable[[], datetime], tell: TellProgress) -> ImportOutcome:
    """Import ``folder``.  Raises the errors of ``Archive.open`` and of its futures."""
    with closing(Archive.open(root, profile, clock)) as archive:
        if any(paths.sizes(folder)):
            return take_in(archive, folder, tell)
        outcome = ImportOutcome()
        _import_posts(archive, ImportSource(folder), outcome, tell)
    return outcome


def take_in(archive: Archive, folder: Path, tell: TellProgress) -> ImportOutcome:
    """Import another archive into one that is open.  Raises the errors of its futures."""
    outcome = ImportOutcome(ARCHIVE)
    with closing(archive.reader()) as catalogue:
        _Archives(archive, ImportSource(folder), catalogue, outcome).run(list(paths.sizes(folder)), tell)
    return outcome


def rehearse(root: Path, folder: Path, profile: str, tell: TellProgress) -> ImportOutcome:
    """What ``run`` would do; nothing is written."""
    source = ImportSource(folder)
    if days := list(paths.sizes(folder)):

        def planned(catalogue: Catalogue) -> ImportOutcome:
            outcome = ImportOutcome(ARCHIVE)
            planner = Planner(root, PROFILES[profile], partial(_known, catalogue), source, outcome)
            return _planned(planner, days, outcome, tell)

        return look(root, planned)
    return look(root, lambda catalogue: _planned_posts(source, profile, catalogue, tell))


def _known(catalogue: Catalogue, docid: str) -> date | None:
    document = catalogue.document(docid)
    return document.day if document else None


# --- archives --------------------------------------------------------------------------------------------------------


class _Archives:
    """One import of another archive."""

    def __init__(self, archive: Archive, source: ImportSource, catalogue: Catalogue, outcome: ImportOutcome) -> None:
        self._archive, self._outcome, self._source = archive, outcome, source
        self._catalogue = catalogue
        profile = PROFILES[archive.profile]
        self._planner = Planner(archive.root, profile, partial(_known, catalogue), source, outcome)
        self._raw = RawFiles(archive.root, source, outcome.left, catalogue.coverage.redacted, archive.clock)

    def run(self, days: list[tuple[date, int]], tell: TellProgress) -> None:
        done, of_all = 0, sum(size for _, size in days)
        for day, size in days:
            if found := self._planner.read(day):
                self._import(found)
            done += size
            tell(done, of_all)

    def _import(self, found: TheirDay) -> None:
        whole = self._planner.whole(found)
        if whole is not None and self._take(whole, found.here):
            _count_whole(self._outcome, found)
            return
        for chunk in _chunked(self._planner.parts(found)):
            self._merge(chunk)
        if lines := self._planner.of_the_day(found):
            origin = self._planner.origin(found)
            self._archive.merge(lambda batch, said: _say_of_day(batch, said, found.day, lines, origin)).result()
            self._outcome.counts["lines"] += len(lines)
        self._merge_pictures(found)

    def _merge_pictures(self, found: TheirDay) -> None:
        origin = self._planner.origin(found)
        for part in pictures.missing(self._catalogue, self._source, found, origin, self._outcome.left):
            self._archive.merge(partial(pictures.take, part=part)).result()
            self._outcome.counts["lines"] += len(part.brought)

    def _take(self, whole: WholeDay, lines: Sequence[Line]) -> bool:
        try:
            raw_files = self._raw.bring(lines)
            is_as_there = {place.file for place in _places(lines)} == {a for a, b in raw_files.items() if a == b}
            for files in self._planner.read_pictures(whole):
                self._archive.merge(partial(pictures.take_files, day=whole.day, files=files)).result()
            behind = None if is_as_there else raw_files
            self._archive.merge(lambda batch, said: _take_whole(batch, said, whole, self._planner, behind)).result()
        except NotTaken:  # it was changed a moment ago: line by line tells what can be taken
            return False
        return True

    def _merge(self, chunk: list[IncomingPart]) -> None:
        raw_files = self._raw.bring(line for part in chunk for line in part.lines)
        chunk = [replace(part, origin=replace(part.origin, raw_files=raw_files)) for part in chunk]
        refused = self._archive.merge(lambda batch, said: _merge_all(batch, said, chunk)).result()
        for part in chunk:
            if (reason := refused.get(part.held.docid)) is not None:
                self._outcome.left.append(Left(part.held.docid, reason))
            else:
                _count_part(self._outcome, part)


def _take_whole(batch: Batch, said: Said, whole: WholeDay, planner: Planner, raw_files: dict[str, str] | None) -> None:
    """With a line behind those that name raw records, where ``raw_files`` (theirs → ours) tells what came along of these."""
    data = whole.data
    if raw_files is not None:
        data += encode(events.unstored(said, whole.source, raw_files), link_of(data[data[:-1].rfind(b"\n") + 1 :]))
    taking.take_day(batch.root, whole.day, data, whole.owed, planner.read_owed(whole.day))
    read_whole(batch.root, batch.catalogue, whole.day, mend=None)


def _places(lines: Iterable[Line]) -> Iterator[RawPlace]:
    named = (place for line in lines for place in raw_place.places_in(line))
    return filter(None, map(raw_place.parse, named))


def _merge_all(batch: Batch, said: Said, chunk: list[IncomingPart]) -> dict[str, str]:
    """Docid → why its document does not come in, of those that do not."""
    refused: dict[str, str] = {}
    for part in chunk:
        try:
            merging.merge(batch, said, part)
        except Refused as error:
            refused[part.held.docid] = str(error)
    return refused


def _say_of_day(batch: Batch, said: Said, day: date, lines: list[Line], origin: Origin) -> None:
    for line in lines:
        merging.say_again(batch, said, day, line, origin)


def _chunked(parts: Iterable[IncomingPart]) -> Iterator[list[IncomingPart]]:
    chunk: list[IncomingPart] = []
    size = 0
    for part in parts:
        chunk.append(part)
        size += part.size
        if len(chunk) >= CHUNK_DOCUMENTS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _count_whole(outcome: ImportOutcome, found: TheirDay) -> None:
    outcome.counts["days"] += 1
    outcome.counts["articles"] += sum(1 for history in found.histories.values() if history.states)
    outcome.counts["lines"] += found.data.count(b"\n")


def _count_part(outcome: ImportOutcome, part: IncomingPart) -> None:
    missing = part.missing
    outcome.counts["lines"] += len(missing.offers) + len(missing.states) + len(missing.losses)
    if missing.states and not part.held.states:
        outcome.counts["articles"] += 1
    else:
        outcome.counts["states"] += len(missing.states)


def _planned(
    planner: Planner, days: list[tuple[date, int]], outcome: ImportOutcome, tell: TellProgress
) -> ImportOutcome:
    done, of_all = 0, sum(size for _, size in days)
    for day, size in days:
        if found := planner.read(day):
            if planner.whole(found) is not None:
                _count_whole(outcome, found)
            else:
                for part in planner.parts(found):
                    _count_part(outcome, part)
                outcome.counts["lines"] += len(planner.of_the_day(found))
        done += size
        tell(done, of_all)
    return outcome


# --- posts -----------------------------------------------------------------------------------------------------------


def _import_posts(archive: Archive, source: ImportSource, outcome: ImportOutcome, tell: TellProgress) -> None:
    profile = PROFILES[archive.profile]
    ordered = sorted(foreign.places(source, outcome.left))
    done, under_way = 0, deque[tuple[_Chunk, Future[list[_Result]]]]()
    for chunk in chain(foreign.chunks(source, profile, ordered, outcome.left), [[]]):
        if chunk:
            under_way.append((chunk, archive.merge(partial(_keep_all, chunk=chunk, source=source.name))))
        while len(under_way) > (AHEAD if chunk else 0):
            kept, future = under_way.popleft()
            for (path, found), result in zip(kept, future.result(), strict=True):
                _count_post(outcome, path, found, result)
            done += len(kept)
            tell(done, len(ordered))


def _keep_all(batch: Batch, said: Said, chunk: _Chunk, source: str) -> list[_Result]:
    results: list[_Result] = []
    for path, found in chunk:
        try:
            results.append(foreign.keep(batch, said, path, found, source))
        except Refused as error:
            results.append(error)
    return results


def _count_post(outcome: ImportOutcome, path: str, found: ReadPost, result: _Result) -> None:
    if isinstance(result, Refused):
        outcome.left.append(Left(path, str(result)))
    elif result is None:
        outcome.counts["unchanged"] += 1
    else:
        outcome.counts["articles"] += 1
        outcome.counts["lines"] += 1
        if found.mended:
            outcome.mended.append(Mended(path, found.docid, result, found.mended))


def _planned_posts(source: ImportSource, profile: str, catalogue: Catalogue, tell: TellProgress) -> ImportOutcome:
    outcome = ImportOutcome(POSTS)
    ordered = sorted(foreign.places(source, outcome.left))
    seen: set[str] = set()
    done = 0
    for chunk in foreign.chunks(source, PROFILES[profile], ordered, outcome.left):
        for path, found in chunk:
            is_here = found.docid in seen or foreign.is_kept(catalogue, found.docid)
            seen.add(found.docid)
            _count_post(outcome, path, found, None if is_here else "")
        done += len(chunk)
        tell(done, len(ordered))
    return outcome
