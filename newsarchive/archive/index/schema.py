"""The tables of the catalogue, and how one that an earlier version made grows to the present ones.

A new column or table is a new version with its SQL in ``MIGRATIONS``; only what the catalogue cannot know without the
journals has no entry there, and is rebuilt.
"""

from __future__ import annotations

from newsarchive.archive.index.damage import SCHEMA as DAMAGE_TABLES
from newsarchive.archive.index.days import SCHEMA as DAYS_TABLES
from newsarchive.archive.index.holdings import SCHEMA as HOLDINGS_TABLES
from newsarchive.archive.index.pictures import INDEXES as PICTURES_INDEXES
from newsarchive.archive.index.pictures import SCHEMA as PICTURES_TABLES
from newsarchive.archive.index.polls import INDEX as POLLS_INDEX
from newsarchive.archive.index.polls import SCHEMA as POLLS_TABLES
from newsarchive.archive.index.tails import SCHEMA as TAILS_TABLES
from newsarchive.archive.index.visits import INDEXES as VISITS_INDEXES
from newsarchive.archive.index.visits import SCHEMA as VISITS_TABLES

VERSION = 7

TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
{TAILS_TABLES}
CREATE TABLE documents (
    seq INTEGER PRIMARY KEY,
    docid TEXT NOT NULL UNIQUE,
    day TEXT NOT NULL,
    stem TEXT,
    first TEXT NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    modified_at TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_at TEXT,
    file TEXT,
    sha256 TEXT,
    bytes INTEGER,
    text_sha256 TEXT,
    said TEXT NOT NULL DEFAULT '',
    former_urls TEXT,
    failed_at TEXT,
    warc TEXT
);
CREATE TABLE names (scope TEXT, key TEXT, docid TEXT NOT NULL, PRIMARY KEY (scope, key)) WITHOUT ROWID;
CREATE TABLE channels (docid TEXT, channel TEXT, PRIMARY KEY (docid, channel)) WITHOUT ROWID;
{POLLS_TABLES}
{DAYS_TABLES}
{VISITS_TABLES}
{DAMAGE_TABLES}
{HOLDINGS_TABLES}
{PICTURES_TABLES}
"""

INDEXES = f"""
CREATE INDEX IF NOT EXISTS documents_by_day ON documents (day, state);
CREATE INDEX IF NOT EXISTS documents_due ON documents (state, next_try_at) WHERE state IN ('pending', 'failed');
CREATE INDEX IF NOT EXISTS documents_alike ON documents (text_sha256) WHERE text_sha256 IS NOT NULL;
{POLLS_INDEX}
{VISITS_INDEXES}
{PICTURES_INDEXES}
"""
"""Apart from the tables: a rebuild makes them at its end, in half the time that keeping them up would take."""

MIGRATIONS = {
    4: f"""
    ALTER TABLE journals ADD COLUMN clean_size INTEGER NOT NULL DEFAULT 0;
    UPDATE journals SET clean_size = size;
    ALTER TABLE documents ADD COLUMN said TEXT NOT NULL DEFAULT '';
    ALTER TABLE documents ADD COLUMN former_urls TEXT;
    ALTER TABLE documents ADD COLUMN failed_at TEXT;
    ALTER TABLE documents ADD COLUMN bytes INTEGER;
    UPDATE documents SET said = coalesce(
        (SELECT group_concat(said, ' ') FROM (SELECT DISTINCT said FROM channels WHERE docid = documents.docid)), '');
    ALTER TABLE channels RENAME TO channels_4;
    CREATE TABLE channels (docid TEXT, channel TEXT, PRIMARY KEY (docid, channel)) WITHOUT ROWID;
    INSERT INTO channels SELECT docid, channel FROM channels_4 ORDER BY docid, channel;
    DROP TABLE channels_4;
    DROP INDEX names_by_docid;
    {DAMAGE_TABLES}
    {HOLDINGS_TABLES}
    {VISITS_TABLES} {VISITS_INDEXES}
    INSERT INTO visits (docid, published, visited) SELECT
        docid, CAST(strftime('%s', json_extract(first, '$.published_at')) AS INTEGER), CAST(strftime('%s', 'now') AS INTEGER)
        FROM documents WHERE state = 'kept';
    """,  # noqa: S608 - constants of ours
    5: f"ALTER TABLE documents ADD COLUMN warc TEXT; {PICTURES_TABLES} {PICTURES_INDEXES}",
    6: f"""
    ALTER TABLE visits RENAME TO visits_6;
    DROP INDEX IF EXISTS visits_recent;
    DROP INDEX IF EXISTS visits_asked;
    {VISITS_TABLES}
    INSERT INTO visits SELECT docid, published, visited, states, 0, asked, absent, gone, etag, last_modified, checked_on, failures
        FROM visits_6;
    DROP TABLE visits_6;
    {VISITS_INDEXES}
    """,  # noqa: S608 - as above
}
"""Version → what makes it the next one, in one transaction."""


def steps_from(version: int) -> list[str] | None:
    """The migrations from ``version`` to ``VERSION``, in order; None where the catalogue has to be rebuilt."""
    versions = range(version, VERSION)
    return (
        [MIGRATIONS[number] for number in versions]
        if version <= VERSION and MIGRATIONS.keys() >= set(versions)
        else None
    )
