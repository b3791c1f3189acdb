"""A catalogue of an earlier version grows to the present one, and says what a rebuilt one would."""

import sqlite3
from contextlib import closing

import pytest

from newsarchive.archive.index import schema
from newsarchive.archive.index.days import SCHEMA as DAYS_TABLES
from tests.archive.making import catalogue_path, docid_of, fill, keep, offer, opened, tables

VERSION_4 = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journals (day TEXT PRIMARY KEY, size INTEGER NOT NULL, link TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    seq INTEGER PRIMARY KEY, docid TEXT NOT NULL UNIQUE, day TEXT NOT NULL, stem TEXT, first TEXT NOT NULL,
    url TEXT NOT NULL, title TEXT NOT NULL, modified_at TEXT, state TEXT NOT NULL, reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0, next_try_at TEXT, file TEXT, sha256 TEXT, text_sha256 TEXT
);
CREATE INDEX documents_by_day ON documents (day, state);
CREATE INDEX documents_due ON documents (state, next_try_at) WHERE state IN ('pending', 'failed');
CREATE INDEX documents_alike ON documents (text_sha256) WHERE text_sha256 IS NOT NULL;
CREATE TABLE names (scope TEXT, key TEXT, docid TEXT NOT NULL, PRIMARY KEY (scope, key)) WITHOUT ROWID;
CREATE INDEX names_by_docid ON names (docid);
CREATE TABLE channels (docid TEXT, channel TEXT, said TEXT NOT NULL, PRIMARY KEY (docid, channel)) WITHOUT ROWID;
CREATE TABLE known (channel TEXT, docid TEXT, ended INTEGER NOT NULL, PRIMARY KEY (channel, docid)) WITHOUT ROWID;
CREATE INDEX known_open ON known (channel) WHERE ended = 0;
{DAYS_TABLES}
"""
OF_DOCUMENTS = "seq, docid, day, stem, first, url, title, modified_at, state, reason, attempts, next_try_at, file, sha256, text_sha256"
COPIED = {
    "journals": "day, size, link",
    "documents": OF_DOCUMENTS,
    "names": "scope, key, docid",
    "known": "channel, docid, ended",
    "days": "*",
    "hours": "*",
}


def as_version_4(path):
    """What a program of that version would have left."""
    present = path.with_name("present")
    path.rename(present)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(VERSION_4)
        db.execute("ATTACH ? AS present", (str(present),))
        for table, columns in COPIED.items():
            db.execute(f"INSERT INTO {table} SELECT {columns} FROM present.{table}")  # noqa: S608
        db.execute(
            "INSERT INTO channels SELECT channel.docid, channel, said FROM present.channels AS channel "
            "JOIN present.documents USING (docid)"
        )
        db.executemany("INSERT INTO meta VALUES (?, ?)", [("schema", "4 clean"), ("profile", "clean")])
    present.unlink()
    path.with_name("catalogue.as-left").unlink()


@pytest.fixture
def root(tmp_path):
    fill(tmp_path, *(offer(number, channels=("1686", "2509")) for number in range(5)))
    return tmp_path


def test_one_of_version_4_grows_and_keeps_what_polls_have_seen(root, caplog):
    with opened(root) as archive:
        archive.end_poll("1686").result()
    before = tables(root)
    as_version_4(catalogue_path(root))
    with opened(root) as archive:
        assert archive.offer([offer(1, channels=("1686",))], poll="1686").result()[0].known
        assert keep(archive, offer(1)) == "unchanged"
    after = tables(root)
    for row in (*before["documents"], *after["documents"]):
        del row["bytes"]  # was not told; a line tells it again at the next change
    assert len(after.pop("visits")) == len(before.pop("visits")) == 5  # the pages count as seen when the catalogue grew
    assert after == before
    assert not [message for message in caplog.messages if "rebuilt" in message]


def test_it_has_all_columns_and_indexes_of_a_new_one(root, tmp_path_factory):
    as_version_4(catalogue_path(root))
    with opened(root):
        pass
    fresh = tmp_path_factory.mktemp("fresh")
    fill(fresh, offer(1))

    def shape(path):
        with closing(sqlite3.connect(catalogue_path(path))) as db:
            names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE sql IS NOT NULL")]
            return {name: sorted(row[1] for row in db.execute(f"PRAGMA table_info({name})")) for name in names}

    assert shape(root) == shape(fresh)


@pytest.mark.parametrize("version", [0, 3, schema.VERSION + 1])
def test_from_others_there_is_no_way(version):
    assert schema.steps_from(version) is None


def test_every_version_from_the_first_that_can_has_its_step():
    assert set(schema.MIGRATIONS) == set(range(min(schema.MIGRATIONS), schema.VERSION))


def test_a_document_takes_half_of_what_its_first_offer_took(root):
    with opened(root) as archive:
        assert len(archive._catalogue._db.execute("SELECT first FROM documents").fetchone()[0]) < 100
        assert archive.reader().document(docid_of(1)).offer().channels == ("1686", "2509")
