"""What the tests of verify and repair are made of: an archive with a revision, and ways to damage it."""

import hashlib
import json

from newsarchive.archive.format import journal, paths
from newsarchive.archive.record import appending
from newsarchive.jobs.verify import FULL, verify
from tests.archive.making import DAY, NEXT_DAY, day_folder, docid_of, fill, offer

NUMBERS = (1, 2, 3, 4)


def make(root):
    """Two days of four articles, the fourth of which was revised once."""
    for day, first in ((DAY, 0), (NEXT_DAY, 10)):
        fill(root, *(offer(first + number, day=day, title=f"第{number}号公告") for number in NUMBERS))
    revise(root, 4)


def path_of(root, number=1, day=DAY):
    return day_folder(root, day) / f"第{number}号公告.md"


def revision_of(root, number=4):
    return day_folder(root) / "_revisions" / docid_of(number) / "1.md"


def journal_of(root, day=DAY):
    return paths.journal_path(root, day)


def revise(root, number):
    file, revision = path_of(root, number), revision_of(root, number)
    revision.parent.mkdir(parents=True)
    revision.write_bytes(file.read_bytes())
    data = b"\n---\ntitle: 'another'\n---\n"
    file.write_bytes(data)
    say(root, "revised", docid_of(number), revision=2, kind="typo", **of_file(root, file, data))


def of_file(root, file, data):
    name = file.relative_to(root).as_posix()
    return {"file": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def say(root, event, docid, day=DAY, **keys):
    path = journal_of(root, day)
    line = {"at": "2026-11-23T13:00:00+08:00", "run": "r", "event": event, "docid": docid, **keys}
    appending.append(path, [line], journal.tail(path))


def edit_lines(root, edit, day=DAY):
    """Let ``edit`` change the list of lines, each with its newline."""
    path = journal_of(root, day)
    lines = path.read_bytes().splitlines(keepends=True)
    edit(lines)
    path.write_bytes(b"".join(lines))


def line_of(root, number, event="kept", day=DAY):
    """Index of a document's line."""
    lines = [json.loads(line) for line in journal_of(root, day).read_bytes().splitlines()]
    return next(at for at, line in enumerate(lines) if (line["event"], line["docid"]) == (event, docid_of(number)))


def verdict(root, look=FULL, told=None):
    return verify(root, look, told or {}, lambda *_: None)


def found(root, look=FULL, told=None):
    return [(finding.kind, finding.path) for finding in verdict(root, look, told).findings]
