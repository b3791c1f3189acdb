"""Takes back what the journal proves: a file by the digest that its line tells, a journal by the links of its later lines.

Nothing is lost by it: what lay there instead stays beside it, as ``<name>.replaced-<first digits of its digest>``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from newsarchive.archive.format import events
from newsarchive.archive.format.chain import Chain, Owed
from newsarchive.archive.format.events import Said
from newsarchive.archive.record import files, presence
from newsarchive.archive.record.batch import Batch


@dataclass(frozen=True, slots=True)
class Lost:
    """A file that is not there, or not what it was."""

    day: date
    owed: Owed


DIGITS = 8
"""Of a digest, in the name of what was replaced."""


def take_back(root: Path, batch: Batch, said: Said, lost: Lost, data: bytes) -> bool:
    """Make ``data`` the file again that a line names; false, and nothing done, where it is there, or ``data`` is another."""
    path = root / lost.owed.file
    lies = presence.look(path)
    if lies.sha256 == lost.owed.sha256 or not lies.is_file or hashlib.sha256(data).hexdigest() != lost.owed.sha256:
        return False
    files.make_folder(path.parent, root)
    set_aside(path, lies.sha256)
    files.write_whole(path, data, files.free_part_path(path.parent, lost.owed.docid))
    files.sync_folder(path.parent)
    batch.say(lost.day, events.repaired(said, lost.owed.docid, lost.owed.file, lost.owed.sha256))
    batch.counts["repaired"] += 1
    return True


def mended(ours: Chain, theirs: Chain) -> bytes | None:
    """Our journal with what its last break has lost, from another copy; None where nothing proves that.

    The line behind a break carries the SHA-256 of the line that stood before it; where the other copy has that line, it and
    all before it are what we had, because each is named by the next.
    """
    breaks = ours.breaks(ours.links())
    links = theirs.links()
    if not breaks or breaks[-1].found not in links:
        return None
    count = links.index(breaks[-1].found) + 1
    before = Chain(theirs.lines[:count], b"")
    if before.breaks(links[:count]):
        return None
    return b"".join(line + b"\n" for line in [*before.lines, *ours.lines[breaks[-1].line - 1 :]])


def put_journal(path: Path, data: bytes) -> None:
    """Replace a journal at once; the caller holds the lock.  Raises ``ArchiveNotWritable``."""
    set_aside(path, hashlib.sha256(path.read_bytes()).hexdigest())
    files.write_whole(path, data, files.free_part_path(path.parent, path.name))
    files.sync_folder(path.parent)


def set_aside(path: Path, sha256: str) -> None:
    """Keep what lies there under another name, if anything does.  Raises ``ArchiveNotWritable``."""
    if path.is_file():
        aside = path.with_name(f"{path.name}.replaced-{sha256[:DIGITS]}")
        files.write_whole(aside, path.read_bytes(), files.free_part_path(path.parent, aside.name))
