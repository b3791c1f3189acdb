"""archive: the next lines of a day's journal, on disk before they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from newsarchive.archive.format.journal import Tail, encode, link_of, tail
from newsarchive.archive.record.files import append_synced, cut, sync_folder
from newsarchive.errors import ArchiveDamaged


def mend(path: Path) -> bool:
    """Cut off a torn last line; return whether there was one.  Raises ``ArchiveNotWritable`` and ``ArchiveDamaged``."""
    whole = tail(path).size
    if not path.exists() or path.stat().st_size == whole:
        return False
    cut(path, whole)
    return True


def append(path: Path, events: Sequence[Mapping[str, object]], after: Tail) -> Tail:
    """Append all events behind ``after`` in one write and one sync; return the new tail.

    The folder is synced with the first line.  Raises ``ArchiveDamaged`` where the file does not end at ``after``, and
    ``ArchiveNotWritable``, with the file as it was before.
    """
    _check_end(path, after.size)
    lines, link = [], after.link
    for event in events:
        lines.append(encode(event, link))
        link = link_of(lines[-1])
    if not lines:
        return after
    size = append_synced(path, b"".join(lines))
    if not after.size:
        sync_folder(path.parent)
    return Tail(size, link)


def _check_end(path: Path, size: int) -> None:
    if path.is_dir():
        return  # writing says so in plainer words
    try:
        found = path.stat().st_size
    except FileNotFoundError:
        found = 0
    if found != size:
        raise ArchiveDamaged(
            f"{path} has {found} bytes where we left {size}: another program wrote to it; the next run reads what stands there"
        )
