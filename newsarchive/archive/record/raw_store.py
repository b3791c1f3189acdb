"""archive: what the servers sent, appended to ``_raw/YYYY/MM/DD-<n>.warc.gz``; on disk before the lines that name it.

``add`` packs a record in the caller's thread and says at once where it will lie, so that the line of its document can name
it; ``flush``, in the writer's thread, brings all that was added to the disk with one write and one sync, first of all in a
commit.  An answer that no commit follows waits in memory for the next one, as long as little waits.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from newsarchive.archive.format import raw_answer, raw_place, raw_record
from newsarchive.archive.format.raw_place import RawPlace
from newsarchive.archive.format.raw_record import Exchange, Original
from newsarchive.archive.record import files
from newsarchive.archive.record.raw_notes import RawNote, RawNotes
from newsarchive.errors import ArchiveDamaged, ArchiveNotWritable, cause_of
from newsarchive.items import BEIJING

WRITTEN_FROM_BYTES = 1 << 20
"""From so much on, what was added is written without waiting for a document."""
CROWDED_FROM_BYTES = 8 << 20
"""From so much on, whoever adds has to wait for the disk: it bounds the memory."""
MAX_REMEMBERED = 512
"""Addresses and documents of this run whose last payload is known without a look at the disk: retries, listings, robots.txt."""


@dataclass(frozen=True, slots=True)
class RawSettings:
    """What the raw store is to do."""

    max_mb: float
    """From so many 10^6 bytes on a file is closed, and a further one begun."""
    info: Mapping[str, str]
    """Which program, with which settings; it stands in the files, so no secret may be in it."""


@dataclass(slots=True)
class _Open:
    """The file that records go to now."""

    file: str
    day: date
    size: int
    """With what waits to be written."""
    info_id: str = ""
    """Of this run's ``warcinfo`` in it; empty before that is there."""


class RawStore:
    """The raw records of one run; use ``flush`` before any line that names one."""

    def __init__(self, root: Path, state: Path, settings: RawSettings, last: RawNote | None) -> None:
        """``last`` is the file that the last run ended with, as ``raw_notes.settle`` gives it."""
        self._root, self._settings = root, settings
        self._max_bytes = int(settings.max_mb * 1_000_000)
        self._notes = RawNotes(state)
        self._lock = threading.Lock()
        self._waiting: list[tuple[str, bytes]] = []
        self._waiting_bytes = 0
        self._sizes: dict[str, int] = {}
        """Of the files that this run has begun to write to, on the disk."""
        self._open = _continued(last)
        self._continued = {self._open.file: self._open.size} if self._open else {}
        self._last: dict[date, int] = {}
        """Day → number of its last file that was begun; a clock that jumps over midnight comes back to a day."""
        self._seen: OrderedDict[tuple[str, str], Original] = OrderedDict()

    @property
    def wants_flush(self) -> bool:
        """Whether what waits should be written now."""
        return self._waiting_bytes >= WRITTEN_FROM_BYTES

    @property
    def is_crowded(self) -> bool:
        """Whether so much waits that nothing should be added before it is written."""
        return self._waiting_bytes >= CROWDED_FROM_BYTES

    def add(self, exchange: Exchange, former: str | None = None) -> str:
        """Take an answer and its request in; the result is the place of the answer's record.

        ``former`` is the place of an answer of that document that a line names: where the payload is the same, only the
        head is stored.  Not for several threads at once.  Raises ``ArchiveNotWritable``.
        """
        file = self._file_for(exchange.fetched_at)
        digest, record_id = exchange.payload_digest(), raw_record.new_id()
        original = self._original(exchange, digest, former)
        if original:
            answer = raw_record.revisit(exchange, record_id, file.info_id, original)
        else:
            answer = raw_record.response(exchange, record_id, file.info_id, digest)
        place = str(RawPlace(file.file, file.size, len(answer)))
        self._append(file, answer + raw_record.request(exchange, record_id, file.info_id))
        told = raw_record.date_of(exchange.fetched_at)
        self._remember(exchange, original or Original(place, exchange.url, digest, told, record_id))
        return place

    def flush(self) -> None:
        """Bring to the disk what was added before.  Raises ``ArchiveNotWritable`` and ``ArchiveDamaged``."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        by_file: dict[str, list[bytes]] = {}
        for file, data in waiting:
            by_file.setdefault(file, []).append(data)
        for file, parts in by_file.items():
            self._write(file, b"".join(parts))
        with self._lock:
            self._waiting_bytes -= sum(len(data) for _, data in waiting)

    def end(self) -> None:
        """The clean end, after the last ``flush``.  Raises ``ArchiveNotWritable``."""
        if self._open and self._open.file in self._sizes:
            self._notes.end(self._open.file, self._sizes[self._open.file])

    # --- records -----------------------------------------------------------------------------------------------------

    def _original(self, exchange: Exchange, digest: str, former: str | None) -> Original | None:
        """The stored record that has this very payload, of this address, asked for this document's sake."""
        if not exchange.body:
            return None
        known = self._seen.get((exchange.url, exchange.docid))
        if known is None and former:
            known = raw_answer.original_of(self._root, former)
        is_same = known is not None and known.digest == digest and known.url == exchange.url
        return known if is_same else None

    def _remember(self, exchange: Exchange, original: Original) -> None:
        # With the document: a redirect leads to another's page, and no record depends on another document's.
        asked = exchange.url, exchange.docid
        self._seen[asked] = original
        self._seen.move_to_end(asked)
        if len(self._seen) > MAX_REMEMBERED:
            self._seen.popitem(last=False)

    def _append(self, file: _Open, data: bytes) -> None:
        with self._lock:
            self._waiting.append((file.file, data))
            self._waiting_bytes += len(data)
        file.size += len(data)

    # --- files -------------------------------------------------------------------------------------------------------

    def _file_for(self, moment: datetime) -> _Open:
        day, current = moment.astimezone(BEIJING).date(), self._open
        if current is None or current.day != day or current.size >= self._max_bytes:
            current = self._open = self._next_file(day)
        if not current.info_id:
            current.info_id, data = _info(current.file, self._settings.info, moment)
            self._append(current, data)
        return current

    def _next_file(self, day: date) -> _Open:
        folder = (self._root / raw_place.file_of(day, 1)).parent
        try:
            numbers = [raw_place.number_of(path.name, day) or 0 for path in folder.iterdir()] if folder.is_dir() else []
        except OSError as error:
            cause, step = cause_of(error)
            raise ArchiveNotWritable(f"{folder} cannot be read: {cause} ({error}); {step}") from error
        number = max([self._last.get(day, 0), *(one for one in numbers if one < raw_place.MAX_NUMBER)]) + 1
        self._last[day] = number
        return _Open(raw_place.file_of(day, number), day, 0)

    def _write(self, file: str, data: bytes) -> None:
        path = self._root / file
        if file not in self._sizes:
            self._begin(file, path)
        before = self._sizes[file]
        try:
            _check_end(path, before)
        except ArchiveDamaged:
            self._notes.leave(file, _size_of(path))
            raise
        self._sizes[file] = files.append_synced(path, data)
        if not before:
            files.sync_folder(path.parent)
        self._notes.grown(file, self._sizes[file])

    def _begin(self, file: str, path: Path) -> None:
        """Note it before its first byte: what a kill tears off is then known to be ours."""
        before = self._continued.get(file, 0)
        files.make_folder(path.parent, self._root)
        _check_end(path, before)
        self._notes.begin(file, before)
        self._sizes[file] = before


def _continued(last: RawNote | None) -> _Open | None:
    """The file that the last run ended with, to go on with on the same day."""
    day = raw_place.day_of(last.file) if last else None
    return _Open(last.file, day, last.size) if last and day else None


def _info(file: str, info: Mapping[str, str], moment: datetime) -> tuple[str, bytes]:
    """The ``warcinfo`` record that stands before what this run adds to a file, and its identifier."""
    from warcio.warcwriter import WARCWriter  # noqa: PLC0415 - a run that is sent nothing does without it

    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    record = writer.create_warcinfo_record(file.rpartition("/")[2], dict(info))
    record.rec_headers.replace_header("WARC-Date", raw_record.date_of(moment))
    writer.write_record(record)
    return str(record.rec_headers.get_header("WARC-Record-ID")), out.getvalue()


def _size_of(path: Path) -> int:
    """Bytes; 0 for a file that is not there.  Raises ``ArchiveNotWritable``."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
    except OSError as error:
        cause, step = cause_of(error)
        raise ArchiveNotWritable(f"{path} cannot be written: {cause} ({error}); {step}") from error


def _check_end(path: Path, size: int) -> None:
    """A file of records is written by one run at a time, and by nobody else."""
    if (found := _size_of(path)) != size:
        raise ArchiveDamaged(
            f"{path} has {found} bytes where we left {size}: another program wrote to it; it stays as it is, run again: "
            "the next run begins a further file"
        )
