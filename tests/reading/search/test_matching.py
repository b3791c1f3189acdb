from __future__ import annotations

from pathlib import Path

import pytest

from newsarchive.reading.library import Library
from newsarchive.reading.search import index
from newsarchive.reading.search.matching import fields_of, matches
from newsarchive.reading.search.query import parse
from tests.reading import shelves
from tests.reading.search import scan


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = scan.archive(tmp_path_factory.mktemp("matching") / "archive", 40)
    with shelves.running(root) as run:
        shelves.archived(run, shelves.article(99, channels=("2509",), editor="王小明", keywords=("降准", "降息")))
    index.bring_level(root)
    return root


QUERIES = (
    "ＰＲＯ", "國內", "519", "media:证券时报", "title:A股", "symbol:700 OR symbol:MU", "iphone -media:新华社", "channel:2509",
    "-channel:2509 的", "王小明", "降准降息", '"降准"', "公司 OR 市场 -2026", "鳄鱼",
)  # fmt: skip


def test_an_article_matches_where_the_index_finds_it(archive: Path) -> None:
    articles = [(article.entry.docid, fields_of(article)) for article in Library(archive).articles()]
    runs = [scan.quoted(run) for run in scan.runs(scan.fields(archive), 40) if run.strip()]
    for asked in (*QUERIES, *runs):
        found = {docid for docid, fields in articles if matches(parse(asked), fields)}
        assert found == scan.found(archive, asked), asked
