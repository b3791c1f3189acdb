from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from newsarchive.reading.export import sqlite
from newsarchive.reading.export.source import ExportSource
from newsarchive.reading.library import Library
from tests.reading import shelves
from tests.reading.export import hostile
from tests.reading.shelves import docid_of

RUNS = 60
"""Random runs of characters that are looked for."""


@pytest.fixture
def database(library: Library, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    sqlite.export(ExportSource(library), tmp_path / "news.db")
    with closing(sqlite3.connect(tmp_path / "news.db")) as opened:
        yield opened


def test_each_subject_has_its_table(database: sqlite3.Connection) -> None:
    asked = "select a.docid, a.published_at from articles a join article_symbols s on s.article = a.id where symbol = ?"
    assert database.execute(asked, ["hk00700"]).fetchall() == [(docid_of(4), "2026-11-24T04:00:00+08:00")]
    assert database.execute("select * from channels").fetchall() == [("1686", "国內"), ("2509", "滚动")]
    assert database.execute("select count(*) from article_channels").fetchone() == (6,)
    assert database.execute("select sum(kept) from coverage where channel = '1686'").fetchone() == (5,)
    assert database.execute("select docid from articles where withdrawn_at is not null").fetchall() == [(docid_of(5),)]
    assert database.execute("pragma integrity_check").fetchone() == ("ok",)


def test_the_search_finds_each_run_of_characters_where_it_stands(hostile_library: Library, tmp_path: Path) -> None:
    sqlite.export(ExportSource(hostile_library), tmp_path / "news.db")
    with closing(sqlite3.connect(tmp_path / "news.db")) as opened:
        rows = opened.execute("select docid, title, text from articles where length(text) < 10000").fetchall()
        chosen = random.Random(7)
        for _ in range(RUNS):
            title = chosen.choice(rows)[1].lower()
            begin = chosen.randrange(len(title))
            words = title[begin : begin + chosen.randint(1, 6)].strip()
            if not words.isprintable() or not words:
                continue
            found = {row[3] for row in opened.execute(sqlite.SEARCH, {"words": words})}
            assert {docid for docid, *texts in rows if any(words in text.lower() for text in texts)} <= found, words


@pytest.mark.parametrize("words", ['"', '""', "'", "*", "a OR b", "NEAR(", "%", "\\", "{{", "", " "])
def test_no_words_are_an_error(database: sqlite3.Connection, words: str) -> None:
    database.execute(sqlite.SEARCH, {"words": words}).fetchall()


@pytest.mark.long
def test_datasette_serves_tables_and_the_search(library: Library, tmp_path: Path) -> None:
    app = pytest.importorskip("datasette.app", reason="datasette is not installed")
    sqlite.export(ExportSource(library), tmp_path / "news.db")
    metadata = json.loads((tmp_path / "news.db.metadata.json").read_text("utf-8"))
    served = app.Datasette([str(tmp_path / "news.db")], metadata=metadata)

    async def get(path: str) -> Any:
        return await served.client.get(path)

    for page in ("/", "/news", "/news/articles?_facet=media", "/news/coverage", "/news/articles/1", "/news/search"):
        assert asyncio.run(get(page)).status_code == 200, page
    found = asyncio.run(get("/news/search.json?words=更正&_shape=array")).json()
    assert [row["docid"] for row in found] == [docid_of(2)]


def test_the_same_archive_gives_the_same_bytes(library: Library, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        sqlite.export(ExportSource(Library(library.root)), tmp_path / folder / "news.db")
    for name in shelves.names(tmp_path / "a"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert shelves.names(tmp_path / "a") == ["news.db", "news.db.metadata.json"]


def test_settings_of_datasette_that_are_there_stay(library: Library, tmp_path: Path) -> None:
    settings = tmp_path / "out.db.metadata.json"
    settings.write_text("mine")
    sqlite.export(ExportSource(library), tmp_path / "out.db")
    assert settings.read_text() == "mine"


def test_hostile_articles_are_rows_like_others(hostile_library: Library, tmp_path: Path) -> None:
    sqlite.export(ExportSource(hostile_library), tmp_path / "news.db")
    with closing(sqlite3.connect(tmp_path / "news.db")) as opened:
        titles = {title for (title,) in opened.execute("select title from articles")}
        assert len(titles) == len(hostile.articles())
        assert "=cmd|' /C calc'!A0" in titles
