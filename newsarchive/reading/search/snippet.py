"""What is shown of an article that was found: some text around the words, and where in it they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from newsarchive.reading.kept_article import KeptArticle
from newsarchive.reading.search.fold import Folded, folded
from newsarchive.reading.search.query import Term

CHARACTERS = 80
"""Of a snippet: two lines of a common terminal."""
BEFORE = 20
"""Of them before the first word."""
MOST_PLACES = 20
"""Of one word that are looked at for the best piece."""
GAP = "…"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text."""

    text: str
    marks: tuple[tuple[int, int], ...]
    """Begin and end of each place in ``text`` where a word was found, in order, none within another."""

    @property
    def parts(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces, each with whether it is a word that was found."""
        at = 0
        for begin, end in self.marks:
            yield self.text[at:begin], False
            yield self.text[begin:end], True
            at = end
        yield self.text[at:], False

    def marked(self, before: str, behind: str) -> str:
        """The text with signs around the words."""
        return "".join(before + part + behind if is_word else part for part, is_word in self.parts)


def snippet_of(article: KeptArticle, terms: Sequence[Term]) -> Snippet:
    """Where the words stand in the body, else in another field; the beginning of the body where they stand nowhere."""
    entry = article.entry
    body = " ".join(article.told.paragraphs)
    others = {
        "title": entry.title,
        "media": entry.media,
        "editor": entry.editor,
        "keywords": " ".join(entry.keywords),
        "symbols": " ".join(entry.symbols),
    }
    for column, text in {"body": body, **others}.items():
        wanted = [term.text for term in terms if term.column in (None, column)]
        if column != "title" and (found := _cut(text, wanted)):
            return found
    return _beginning(body or entry.title)


def title_of(title: str, terms: Sequence[Term]) -> Snippet:
    """The whole title with its words marked."""
    whole = folded(title)
    words = [term.text for term in terms if term.column in (None, "title")]
    return Snippet(whole.source, _merged((begin, end) for begin, end, _ in _places(whole, words)))


def _cut(text: str, words: Sequence[str]) -> Snippet | None:
    """A piece around the words; None where none of them stands there."""
    whole = folded(text)
    places = sorted(_places(whole, words))
    if not places:
        return None
    begin = max(0, _best(places) - BEFORE)
    end = min(len(whole.source), begin + CHARACTERS)
    head, tail = (GAP if begin else ""), (GAP if end < len(whole.source) else "")
    shift = len(head) - begin
    inside = ((max(left, begin), min(right, end)) for left, right, _ in places if left < end and right > begin)
    marks = _merged((left + shift, right + shift) for left, right in inside)
    return Snippet(head + whole.source[begin:end] + tail, marks)


def _beginning(text: str) -> Snippet:
    return Snippet(text[:CHARACTERS] + GAP * (len(text) > CHARACTERS), ())


def _places(whole: Folded, words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Begin and end in the source of each place where a word stands, and the word; at most ``MOST_PLACES`` of each."""
    for word in words:
        at = whole.text.find(word)
        for _ in range(MOST_PLACES):
            if at < 0:
                break
            last = at + len(word) - 1
            yield whole.places[at], whole.places[last] + 1, word
            at = whole.text.find(word, last + 1)


def _best(places: Sequence[tuple[int, int, str]]) -> int:
    """The first place from which on most different words stand within a snippet."""

    def different(begin: int) -> int:
        return len({word for left, _, word in places if begin <= left < begin + CHARACTERS - BEFORE})

    return max((begin for begin, _, _ in places), key=different)


def _merged(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Ranges that overlap or touch as one, in order."""
    found: list[tuple[int, int]] = []
    for begin, end in sorted(ranges):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return tuple(found)
