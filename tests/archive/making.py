"""Shared by the tests of the archive: offers, articles, a clock that they set, and readers of what is on disk."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from newsarchive.archive.format import journal, paths
from newsarchive.archive.record.store import Archive
from newsarchive.items import BEIJING, Article, Offer

DAY = date(2026, 11, 23)
NEXT_DAY = DAY + timedelta(days=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=BEIJING)
TITLE = "央行宣布降准0.5个百分点"


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def pass_by(self, **delta):
        self.now += timedelta(**delta)


def docid_of(number):
    return f"abcdefg{number:07}"


def offer(number=1, **more):
    docid = docid_of(number)
    url = f"https://finance.sina.com.cn/roll/2026-11-23/doc-i{docid}.shtml"
    return Offer(**{"docid": docid, "url": url, "day": DAY, "title": TITLE, "channels": ("1686",)} | more)


def given(number=1, **more):
    """An address given by hand: no title, no channel."""
    return offer(number, **{"title": "", "channels": ()} | more)


def article(of, **more):
    return Article(
        **{"offer": of, "url": of.url, "title": of.title or "页面的标题", "published_at": NOON, "body": ""} | more
    )


def data_of(docid):
    return f"\n---\ntitle: '{docid}'\n---\n".encode() * 20


def keep(archive, of, **more):
    return archive.keep(article(of, **more), data_of(of.docid)).result()


@contextmanager
def opened(root, clock=None, profile="clean"):
    archive = Archive.open(root, profile, clock or Clock())
    try:
        yield archive
    finally:
        archive.close()


def fill(root, *offers, clock=None):
    """Keep all of these in one run that ends cleanly."""
    with opened(root, clock) as archive:
        archive.offer(offers, poll="1686").result()
        for of in offers:
            keep(archive, of)


PATHS = str(Path(__file__).parents[2])


def begin_script(text, *arguments):
    """Run ``text`` as Python in a process that a test can kill or limit."""
    return subprocess.Popen(
        [sys.executable, "-c", text, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": PATHS},
    )


def run_script(text, *arguments):
    with begin_script(text, *arguments) as process:
        stdout, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return subprocess.CompletedProcess(process.args, process.returncode, stdout)


def state_of(root, number):
    with opened(root) as archive, closing(archive.reader()) as catalogue:
        document = catalogue.document(docid_of(number))
        return document.state if document else None


def catalogue_path(root):
    return root / ".newsarchive" / "catalogue.sqlite"


def day_folder(root, day=DAY):
    return paths.day_folder(root, day)


def names(root, day=DAY):
    return sorted(path.name for path in day_folder(root, day).glob("*.md"))


def said(root, day=DAY):
    return [event.data for event in journal.read(paths.journal_path(root, day))]


def spoken(root, day=DAY):
    return [event.get("event") for event in said(root, day)]


def tree(root):
    """Every file outside of ``.newsarchive``, by its path."""
    found = (path for path in root.rglob("*") if path.is_file() and ".newsarchive" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def essence(root):
    """The tree, of the journals only what was said: not by which run, in which order, with which links.

    Nor whether a file was there already, nor what was begun for nothing: after a kill without the notes, both may be.
    """
    found = {path: data for path, data in tree(root).items() if not path.endswith(".part")}
    return {path: _said(data) if path.endswith(".jsonl") else data for path, data in found.items()}


def _said(data):
    events = map(json.loads, data.splitlines())
    essential = (
        {key: value for key, value in event.items() if key not in ("run", "link", "adopted")} for event in events
    )
    return sorted(json.dumps(event, sort_keys=True) for event in essential)


def tables(root):
    """What the catalogue derives from the journals; ``seq`` counts within a day alone.

    Not ``clean_size``: it tells of ends of runs, which journals do not.
    """
    with closing(sqlite3.connect(catalogue_path(root))) as db:
        db.row_factory = sqlite3.Row
        found = {name: [dict(row) for row in db.execute(f"SELECT * FROM {name}")] for name in TABLES}  # noqa: S608
    found["documents"].sort(key=lambda row: (row["day"], row.pop("seq")))
    for row in found["journals"]:
        del row["clean_size"]
    return {name: rows if name == "documents" else sorted(map(str, rows)) for name, rows in found.items()}


TABLES = ("meta", "journals", "documents", "names", "channels", "days", "hours", "damage", "left_files", "visits")
