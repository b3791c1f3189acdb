"""What the tests of the archive are made of: offers, articles, a clock that they turn, and what lies on disk."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import newsarchive
from newsarchive.archive import journal
from newsarchive.archive.store import Archive
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
    """A run that comes to its clean end with all of these kept."""
    with opened(root, clock) as archive:
        archive.offer(offers, poll="1686").result()
        for of in offers:
            keep(archive, of)


PATHS = os.pathsep.join(map(str, (Path(__file__).parent, Path(newsarchive.__file__).parents[1])))


def begin_script(text, *arguments):
    """A process of its own, which can be killed and limited."""
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
    return journal.day_folder(root, day)


def names(root, day=DAY):
    return sorted(path.name for path in day_folder(root, day).glob("*.md"))


def said(root, day=DAY):
    return [event.data for event in journal.read(journal.journal_path(root, day))]


def spoken(root, day=DAY):
    return [event.get("event") for event in said(root, day)]


def tree(root):
    """Every file outside of ``.newsarchive``, by its path."""
    found = (path for path in root.rglob("*") if path.is_file() and ".newsarchive" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def essence(root):
    """The tree, of the journals only what was said: not by which run, in which order, with which links."""
    return {path: _said(data) if path.endswith(".jsonl") else data for path, data in tree(root).items()}


def _said(data):
    events = map(json.loads, data.splitlines())
    return sorted(json.dumps({**event, "run": None, "link": None}, sort_keys=True) for event in events)


def tables(root):
    """What the catalogue derives from the journals; ``seq`` counts within a day alone."""
    with closing(sqlite3.connect(catalogue_path(root))) as db:
        db.row_factory = sqlite3.Row
        found = {name: [dict(row) for row in db.execute(f"SELECT * FROM {name}")] for name in TABLES}  # noqa: S608
    found["documents"].sort(key=lambda row: (row["day"], row.pop("seq")))
    return {name: rows if name == "documents" else sorted(map(str, rows)) for name, rows in found.items()}


TABLES = ("meta", "journals", "documents", "names", "channels", "days", "hours")
