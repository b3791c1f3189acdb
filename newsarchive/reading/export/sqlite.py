"""One SQLite file, a table a subject, with full-text search; ``datasette FILE -m FILE.metadata.json`` serves it.

SQLite's own tokenizers find no Chinese word of two characters; so the search table has one token a character, and the
metadata brings a query (``search``) that parts the words in the same way, in SQL alone.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from newsarchive.errors import ArchiveNotWritable, CatalogueUnusable
from newsarchive.reading.export.place import whole_file
from newsarchive.reading.export.record import SCHEMA, Record, Value
from newsarchive.reading.export.rows import records
from newsarchive.reading.export.source import ExportSource

METADATA_SUFFIX = ".metadata.json"
_LISTS = {"channels": "channel", "keywords": "keyword", "symbols": "symbol"}
"""Field of a record → the column of the table of that name."""
_COLUMNS = [name for name in Record.__annotations__ if name not in (*_LISTS, "channel_names")]
_NUMBERS = ("state", "states")
_COVERAGE = ("day", "channel", "offered", "kept", "filtered", "failed", "gone", "pending", "sealed")
_COLUMNS_SQL = ", ".join(f"{name} {'integer' if name in _NUMBERS else 'text'}" for name in _COLUMNS)
_LISTS_SQL = "\n".join(
    f"create table article_{field} (article integer references articles(id), {column} text, "
    f"primary key (article, {column})) without rowid;"
    for field, column in _LISTS.items()
)
_TABLES = f"""
create table articles (id integer primary key, {_COLUMNS_SQL});
create table channels (lid text primary key, name text);
{_LISTS_SQL}
create table coverage (day text, channel text, offered integer, kept integer, filtered integer, failed integer,
  gone integer, pending integer, sealed integer);
create table about (name text primary key, value text);
create virtual table articles_search using fts5(title, text, content='',
  tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co'");
"""
_NAMES = {"articles", "channels", "coverage", "about", "articles_search", *(f"article_{field}" for field in _LISTS)}
_NAMES_SQL = """
select name from sqlite_master where type != 'index' and name not glob 'sqlite_*' and name not glob 'articles_search_*'
"""
_INDEXES = """
create unique index articles_docid on articles(docid);
create index articles_day on articles(day);
create index articles_media on articles(media);
create index articles_published_at on articles(published_at);
create index article_channels_channel on article_channels(channel);
create index article_keywords_keyword on article_keywords(keyword);
create index article_symbols_symbol on article_symbols(symbol);
"""
SEARCH = """
with recursive signs(place, found) as (
  select 1, ''
  union all
  select place + 1, found || replace(substr(lower(:words), place, 1), '"', '""') || ' '
  from signs where place <= length(:words)
)
select a.published_at, a.title, a.media, a.docid, a.url, substr(a.text, 1, 200) as text
from articles_search join articles a on a.id = articles_search.rowid
where articles_search match '"' || (select found from signs order by place desc limit 1) || '"'
order by a.published_at desc limit 100
""".strip()
"""The articles that have ``:words`` in title or text, newest first, at most a hundred."""


def export(source: ExportSource, out: Path) -> None:
    """Raises what ``whole_file`` does, and ``ArchiveDamaged``."""
    metadata = out.with_name(out.name + METADATA_SUFFIX)
    with whole_file(out, is_ours) as part:
        _write(source, part)
    if not os.path.lexists(metadata):  # one that is there may have been edited: people describe their data in it
        with whole_file(metadata) as described:
            described.write_text(json.dumps(_metadata(out.stem), ensure_ascii=False, indent=1) + "\n", "utf-8")


def is_ours(path: Path) -> bool:
    """Whether it is a database with these tables and no others: one to which somebody added some is his."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            names = {name for (name,) in database.execute(_NAMES_SQL)}
    except sqlite3.Error:
        return False
    return names == _NAMES


def _write(source: ExportSource, part: Path) -> None:
    try:
        with closing(sqlite3.connect(part)) as database:
            database.execute("pragma journal_mode = off")  # what fails is thrown away whole
            database.execute("pragma synchronous = off")
            database.executescript(_TABLES)
            with database:
                _fill(database, source)
            database.executescript(_INDEXES)
            database.execute("analyze")
    except sqlite3.OperationalError as error:
        raise ArchiveNotWritable(
            f"the export {part} cannot be written: {error}; see that the disk has space"
        ) from error


def _fill(database: sqlite3.Connection, source: ExportSource) -> None:
    lids: dict[str, str] = {}
    for number, record in enumerate(records(source), 1):
        _insert(database, "articles", [number, *(_plain(getattr(record, name)) for name in _COLUMNS)])
        for field in _LISTS:
            for value in dict.fromkeys(getattr(record, field)):
                _insert(database, f"article_{field}", [number, value])
        spread = (number, _spread(record.title), _spread(record.text))
        database.execute("insert into articles_search (rowid, title, text) values (?, ?, ?)", spread)
        lids |= dict.fromkeys(record.channels, "")
    for lid in sorted(lids):
        _insert(database, "channels", [lid, source.library.channel_name(lid)])
    for row in _coverage(source):
        _insert(database, "coverage", row)
    _insert(database, "about", ["schema", str(SCHEMA)])
    _insert(database, "about", ["unreadable", str(source.unreadable)])


def _insert(database: sqlite3.Connection, table: str, values: list[str | int | None]) -> None:
    database.execute(f"insert into {table} values ({', '.join('?' * len(values))})", values)  # noqa: S608 - our own names


def _coverage(source: ExportSource) -> Iterator[list[str | int | None]]:
    """Nothing where the catalogue cannot be read."""
    selection = source.selection
    try:
        rows = source.library.coverage(selection.since, selection.until, selection.channel)
    except CatalogueUnusable:
        return
    for row in rows:
        yield [_plain(getattr(row, name)) for name in _COVERAGE]


def _plain(value: Value) -> str | int | None:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int | None) else str(value)


def _spread(text: str) -> str:
    """One token a character, as it is written: SQL alone cannot fold what is asked for."""
    return " ".join(text.replace(" ", ""))


def _metadata(name: str) -> dict[str, object]:
    """For Datasette, which calls a database by the name of its file."""
    tables = {
        "articles": {"label_column": "title", "sort_desc": "published_at", "facets": ["media", "day"], "size": 50},
        "article_symbols": {"facets": ["symbol"]},
        "article_keywords": {"facets": ["keyword"]},
        "article_channels": {"facets": ["channel"]},
        "coverage": {"sort_desc": "day"},
    }
    search = {"sql": SEARCH, "title": "Search", "description": "Any run of characters, also of one or two."}
    told = "Made by newsarchive; the texts belong to their publishers."
    queries = {"search": search}
    return {"databases": {name: {"title": "新浪财经", "description": told, "tables": tables, "queries": queries}}}
