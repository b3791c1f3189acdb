"""Nothing is missed, nothing else is found: against a plain scan of all texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsarchive.reading.search import building, index
from tests.reading.search import scan


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = scan.archive(tmp_path_factory.mktemp("recall") / "archive", 240)
    assert index.bring_level(root).behind == ()
    return root


def wrong(root: Path, count: int) -> list[str]:
    texts = scan.fields(root)
    return [run for run in scan.runs(texts, count) if scan.found(root, scan.quoted(run)) != scan.scan(texts, run)]


def test_random_runs_are_found_exactly_where_they_stand(root: Path) -> None:
    assert wrong(root, 150) == []


def test_two_words_are_found_where_both_stand(root: Path) -> None:
    texts = scan.fields(root)
    words = scan.runs(texts, 60)
    pairs = list(zip(words[::2], words[1::2], strict=True))
    missed = [pair for pair in pairs if scan.found(root, " ".join(map(scan.quoted, pair))) != scan.scan(texts, *pair)]
    assert missed == []


@pytest.mark.parametrize(
    ("spelling", "plain"),
    [
        ("國內經濟發展", "国内经济发展"),
        ("ＩＰＨＯＮＥ", "iphone"),
        ("iphone11", "iPhone 11"),
        ("２０２６", "2026"),
        ("Élite", "élite"),
        ("FINANCE", "ﬁnance"),
        ("滬深300", "沪深300"),
        ("零宽", "零\u200b宽"),
    ],
)
def test_other_spellings_find_the_same(root: Path, spelling: str, plain: str) -> None:
    assert scan.found(root, spelling) == scan.found(root, plain) != set()


def test_part_of_a_symbol_or_latin_word_is_found(root: Path) -> None:
    assert scan.found(root, "519") >= scan.found(root, "symbol:600519") != set()
    assert scan.found(root, "Phone") == scan.found(root, "iPhone11") != set()


def test_a_rebuilt_index_finds_the_same(root: Path) -> None:
    before = {run: scan.found(root, scan.quoted(run)) for run in scan.runs(scan.fields(root), 20)}
    assert building.rebuild(root) == 240
    assert index.standing(root).behind == ()
    assert {run: scan.found(root, scan.quoted(run)) for run in before} == before


@pytest.mark.slow
def test_five_hundred_runs_among_two_thousand_articles(tmp_path: Path) -> None:
    root = scan.archive(tmp_path / "archive", 2000, days=20)
    index.bring_level(root)
    assert wrong(root, 500) == []
