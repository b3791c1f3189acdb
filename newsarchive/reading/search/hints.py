"""What to tell somebody who found nothing: what would find something, tried out before it is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from newsarchive.reading.bilingual import Bilingual, together
from newsarchive.reading.search.fold import folded
from newsarchive.reading.search.query import Query, Term, phrase
from newsarchive.reading.search.searching import SearchBounds, Searcher

LONGEST = 20
"""Characters of a word for which other spellings are tried: four searches each."""
SHORTEST = 2
"""Of a part of a word that is proposed: single characters are found everywhere."""
LOOKED_AT = 3
"""Articles in which another spelling is looked for."""
REPLACED = Bilingual(
    "No article has it now; texts that were replaced since have: --all-states.",
    "现在的文章里没有；后来改掉的文字里有：请勾选“也找改过之前的文字”。",
)
NOT_TOGETHER = Bilingual(
    "Each of these is found by itself, but no article has all that is asked for: ask for less.",
    "分开来都找得到，但没有一篇样样都有：请少写几个条件。",
)


def hint(searcher: Searcher, query: Query, wanted: SearchBounds) -> Bilingual:
    """One or two sentences for a query without hits."""
    always = replace(wanted, since=date.min, until=date.max)
    if wanted != always and searcher.has(query, always):
        return _in_other_days(searcher.count(query, always))
    if not wanted.all_states and searcher.has(query, replace(always, all_states=True)):
        return REPLACED
    missing = [term for term in query.terms if not searcher.has(_alone(term), always)]
    if not missing:
        return NOT_TOGETHER
    return together(_of_word(searcher, term, always) for term in missing)


def _in_other_days(count: int) -> Bilingual:
    return Bilingual(
        f"Nothing in these days; {count} hits without --since and --until.", f"这些日子里没有；不限日子有 {count} 篇。"
    )


def _alone(term: Term) -> Query:
    return Query(term.shown, ((term,),))


def _of_word(searcher: Searcher, term: Term, wanted: SearchBounds) -> Bilingual:
    anywhere = replace(term, column=None)
    if term.column and searcher.has(_alone(anywhere), wanted):
        return Bilingual(
            f"{term.shown} stands elsewhere than in that field: ask without the field.",
            f"“{term.shown}”不在这一栏里，在别处有：去掉栏名再找。",
        )
    for text in _others(searcher, term.text, wanted):
        other = Term(text, None, text)
        count = searcher.count(_alone(other), wanted)
        return Bilingual(
            f"Nothing has {term.shown}; {text} is found: {count} hits.",
            f"哪里都没有“{term.shown}”；“{text}”有 {count} 篇。",
        )
    return Bilingual(f"Nothing has {term.shown}.", f"哪里都没有“{term.shown}”。")


def _others(searcher: Searcher, word: str, wanted: SearchBounds) -> Iterator[str]:
    """Spellings near to a word that are found, the nearest first."""
    word = word[:LONGEST]
    for left, right in _halves(word):
        match = f"NEAR({phrase(left)} {phrase(right)}, 1)"
        for article in searcher.articles(match, wanted, LOOKED_AT):
            for text in (article.entry.title, article.text):
                if spelling := _between(text, left, right):
                    yield spelling
    parts = (part for length in range(len(word) - 1, SHORTEST - 1, -1) for part in (word[:length], word[-length:]))
    yield from (part for part in parts if searcher.has(_alone(Term(part, None, part)), wanted))


def _halves(word: str) -> Iterator[tuple[str, str]]:
    """What stands before and behind one character that may be wrong or too much, or one that may be missing."""
    for at in range(1, len(word) - 1):
        yield word[:at], word[at + 1 :]
    for at in range(1, len(word)):
        yield word[:at], word[at:]


def _between(text: str, left: str, right: str) -> str:
    """The first stretch of a text that begins and ends so, with at most one character between; empty if there is none."""
    whole = folded(text)
    at = whole.text.find(left)
    while at >= 0:
        for gap in (0, 1):
            end = at + len(left) + gap
            if whole.text.startswith(right, end):
                return whole.source[whole.places[at] : whole.places[end + len(right) - 1] + 1]
        at = whole.text.find(left, at + 1)
    return ""
