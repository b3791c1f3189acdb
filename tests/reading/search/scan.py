"""What a search ought to find, by the plainest means: each text folded and looked through; and archives to try it on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from newsarchive.items import Article
from newsarchive.reading.library import Library
from newsarchive.reading.search.fold import fold
from newsarchive.reading.search.query import parse
from newsarchive.reading.search.searching import SearchBounds, Searcher
from newsarchive.rehearsal.prose import ProseWriter
from tests.reading import shelves
from tests.reading.shelves import MONDAY

ODD = (
    "iPhone 11 Pro Ｍａｘ", "國內經濟發展與股市臺灣", "沪深300指数", "AI/5G（２０２６）", "“新基建”——A股", "净利润+3.5%", "C++ & R&D",
    "公司①②③号", "ETF-50", "美元/日元 USD/JPY", "e\u0301lite ﬁnance", "零\u200b宽", "1,234.56亿元", "Q3'26", 'say "hi"',
)  # fmt: skip
"""Put into texts: traditional and full-width characters, signs, ligatures, what nobody sees."""


def articles(count: int, days: int = 4, seed: int = 1) -> Iterator[Article]:
    """Varied ones: invented prose, odd words in it, some of other years, of several paragraphs."""
    dice = random.Random(seed)
    for number in range(count):
        day = MONDAY - timedelta(days=number % days + 365 * (number % 7 == 0))
        writer = ProseWriter(f"{seed}-{number}", day)
        lines = [writer.paragraph() for _ in range(dice.randint(1, 3))]
        lines[dice.randrange(len(lines))] += dice.choice(ODD)
        yield shelves.article(
            number,
            day,
            title=writer.title() + dice.choice(("", "", dice.choice(ODD))),
            body="\n".join(f"<p>{_escaped(line)}</p>" for line in lines),
            media=dice.choice(("新华社", "证券时报", "21世纪经济报道")),
            symbols=dice.choice((("sh600519",), ("hk00700", "MU"), ())),
        )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def archive(root: Path, count: int, days: int = 4) -> Path:
    with shelves.running(root) as run:
        shelves.archived(run, *articles(count, days))
    return root


def fields(root: Path, *, all_states: bool = False) -> dict[tuple[str, int], list[str]]:
    """The folded fields of each article, by docid and state."""
    library = Library(root)
    found = {}
    for entry in library.entries():
        for state in range(1 if all_states else entry.states, entry.states + 1):
            article = library.article(entry.docid, state=state)
            assert article is not None
            told = article.entry
            texts = (told.title, article.text, told.media, told.editor, *told.keywords, *told.symbols)
            found[entry.docid, state] = [fold(text) for text in texts]
    return found


def scan(texts: dict[tuple[str, int], list[str]], *words: str) -> set[str]:
    """The documents in which each of these words stands in some field."""
    return {
        docid
        for (docid, _), fields in texts.items()
        if all(any(fold(word) in field for field in fields) for word in words)
    }


def found(root: Path, words: str, wanted: SearchBounds = SearchBounds()) -> set[str]:  # noqa: B008 - frozen
    """The documents that the search finds."""
    return {docid for _, docid in Searcher(root).all(parse(words), wanted)}


def quoted(run: str) -> str:
    """A run of characters as a query; quotation marks within it cannot be asked for in quotation marks."""
    return f'"{run}"'


def runs(texts: dict[tuple[str, int], list[str]], count: int, seed: int = 2) -> list[str]:
    """Random runs of 1 to 6 characters from these texts."""
    dice = random.Random(seed)
    pool = [field for fields in texts.values() for field in fields if field]
    made: list[str] = []
    while len(made) < count:
        field, length = dice.choice(pool), dice.randint(1, 6)
        at = dice.randrange(len(field))
        run = field[at : at + length]
        if '"' not in run:
            made.append(run)
    return made
