"""The language of searches: words that must all stand there, and what else may be said of them; pure.

    央行 降准              both words, each wherever it stands
    "interest rate"        a phrase; white space counts for nothing in it
    降准 OR 降息            one of them; binds nearer than the blank
    -国债                  not with this word
    title:降准             in one field: title, media, symbol
    channel:1686           shown by this channel, by its number or name

A query becomes an expression of FTS5 over single characters.  What cannot be understood is told with a mark under its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from types import MappingProxyType

from rich.cells import cell_len

from newsarchive.errors import UsageError
from newsarchive.reading.bilingual import Bilingual
from newsarchive.reading.search.fold import fold

FIELDS = {"title": "title", "media": "media", "symbol": "symbols"}
"""What is said before the colon → the column of the index."""
CHANNEL = "channel"
MOST_SHOWN, SHOWN_BEFORE = 100, 40
"""Characters of a query beside its fault, and of them before it: some lines of a terminal."""
MOST_WORDS = 50
"""Of one query; FTS5 takes 256 levels of an expression."""
MOST_CHARACTERS = 200
"""Of one word: a whole sentence of a press release; longer ones would only cost time."""
QUOTES = {'"': '"', "“": "”", "„": "“", "＂": "＂", "«": "»"}
"""Quotation marks as keyboards and input methods write them: each opening one with that which closes it."""
COLONS = (":", "：")
MINUS = "-－"
ALTERNATIVE = "OR"

EMPTY = Bilingual("it is empty", "没有写要找什么")
ONLY_WITHOUT = Bilingual("it has no word that is to be found, only such as are not", "只有不要的词，没有要找的词")
NOTHING_IN_THERE = Bilingual("nothing is in there that can be found", "这里没有可以找的字")
OR_ALONE = Bilingual(
    f'OR stands between two words; for the word itself write "{ALTERNATIVE}"',
    f'OR 要写在两个词之间；要找这个词本身，请写成 "{ALTERNATIVE}"',
)
CHANNEL_JOINED = Bilingual("a channel cannot be one of two alternatives", "频道不能用 OR 来选")
MINUS_JOINED = Bilingual("a word with a minus cannot be one of two alternatives", "带减号的词不能用 OR 来选")
CHANNEL_EXPECTED = Bilingual("expected its number, like 1686, or its name", "请写频道的编号（如 1686）或名称")
NOT_CLOSED = Bilingual("the quotation is not closed", "引号没有配对")

Lids = tuple[str, ...]


def phrase(text: str) -> str:
    """A folded text as FTS5 reads it: a phrase of single characters."""
    return '"' + " ".join(text).replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase that is looked for."""

    text: str
    """Folded; never empty."""
    column: str | None
    """The only column that counts; None for all."""
    shown: str
    """As it was typed, without its field and quotation marks."""

    @property
    def match(self) -> str:
        """As FTS5 reads it."""
        return f"{self.column} : {phrase(self.text)}" if self.column else phrase(self.text)


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for; all of it must hold."""

    source: str
    groups: tuple[tuple[Term, ...], ...] = ()
    """Of each group one term must be found."""
    without: tuple[Term, ...] = ()
    channels: tuple[Lids, ...] = ()
    """Of each one must have shown it; several have the same name."""
    without_channels: tuple[Lids, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """Those that are to be found."""
        return tuple(term for group in self.groups for term in group)

    @property
    def match(self) -> str | None:
        """The expression of FTS5; None where only channels are asked for."""
        if not self.groups:
            return None
        wanted = " AND ".join(_any_of(group) for group in self.groups)
        return f"({wanted}) NOT {_any_of(self.without)}" if self.without else wanted


def _any_of(terms: tuple[Term, ...]) -> str:
    return "(" + " OR ".join(term.match for term in terms) + ")"


@dataclass(frozen=True, slots=True)
class _Piece:
    """One word of a query as it was typed."""

    place: int
    """Of its first character."""
    minus: bool
    field: str
    """Empty where none is named."""
    text: str
    quoted: bool
    end: int

    @property
    def is_or(self) -> bool:
        return self.text == ALTERNATIVE and not (self.minus or self.field or self.quoted)


NO_NAMES: Mapping[str, str] = MappingProxyType({})


def parse(source: str, channel_names: Mapping[str, str] = NO_NAMES) -> Query:
    """The query of what somebody typed; ``channel_names``: lid → name.  Raises ``UsageError`` with a mark under the place."""
    return _Reader(source, channel_names).query()


class _Reader:
    def __init__(self, source: str, channel_names: Mapping[str, str]) -> None:
        self._source, self._names = source, channel_names
        self._groups: list[list[Term]] = []
        self._without: list[Term] = []
        self._channels: list[Lids] = []
        self._without_channels: list[Lids] = []

    def query(self) -> Query:
        pieces = list(islice(self._pieces(), MOST_WORDS + 1))
        if len(pieces) > MOST_WORDS:
            said = Bilingual(f"more than {MOST_WORDS} words", f"词多于 {MOST_WORDS} 个")
            raise self._wrong(said, pieces[MOST_WORDS].place, pieces[-1].end)
        joins = False
        for number, piece in enumerate(pieces):
            if piece.is_or:
                self._check_alternative(pieces, number)
            else:
                self._take(piece, joins=joins)
            joins = piece.is_or
        if not self._groups and not self._channels:
            raise self._wrong(ONLY_WITHOUT if pieces else EMPTY, 0, 1)
        return Query(
            self._source,
            tuple(map(tuple, self._groups)),
            tuple(self._without),
            tuple(self._channels),
            tuple(self._without_channels),
        )

    # --- words -------------------------------------------------------------------------------------------------------

    def _take(self, piece: _Piece, *, joins: bool) -> None:
        if piece.field == CHANNEL:
            self._not_joined(piece, joins=joins)
            (self._without_channels if piece.minus else self._channels).append(self._lids(piece))
            return
        term = self._term(piece)
        if piece.minus:
            self._not_joined(piece, joins=joins)
            self._without.append(term)
        elif joins:
            self._groups[-1].append(term)
        else:
            self._groups.append([term])

    def _term(self, piece: _Piece) -> Term:
        text = fold(piece.text)
        if not text:
            behind = Bilingual(f"nothing stands behind {piece.field}:", f"{piece.field}: 后面没有写什么")
            raise self._wrong(behind if piece.field else NOTHING_IN_THERE, piece.place, piece.end)
        if len(text) > MOST_CHARACTERS:
            said = Bilingual(
                f"a word of more than {MOST_CHARACTERS} characters", f"一个词超过了 {MOST_CHARACTERS} 个字"
            )
            raise self._wrong(said, piece.place, piece.end)
        return Term(text, FIELDS.get(piece.field), piece.text)

    def _check_alternative(self, pieces: list[_Piece], number: int) -> None:
        """An ``OR`` needs a word before it and one behind it."""
        piece = pieces[number]
        before = pieces[number - 1] if number else None
        if before is None or before.is_or or number + 1 == len(pieces):
            raise self._wrong(OR_ALONE, piece.place, piece.end)
        self._not_joined(before, joins=before.minus or before.field == CHANNEL)

    def _not_joined(self, piece: _Piece, *, joins: bool) -> None:
        if joins:
            raise self._wrong(CHANNEL_JOINED if piece.field == CHANNEL else MINUS_JOINED, piece.place, piece.end)

    def _lids(self, piece: _Piece) -> Lids:
        asked = piece.text.strip()
        if asked in self._names or asked.isdecimal():
            return (asked,)
        if lids := tuple(lid for lid, name in self._names.items() if fold(name) == fold(asked)):
            return lids
        near = get_close_matches(asked, self._names.values(), n=1)
        meant = Bilingual(f"did you mean {near[0]}?", f"是不是{near[0]}？") if near else CHANNEL_EXPECTED
        said = Bilingual(f"no channel has this name; {meant.english}", f"没有叫这个名字的频道；{meant.chinese}")
        raise self._wrong(said, piece.place, piece.end)

    # --- characters --------------------------------------------------------------------------------------------------

    def _pieces(self) -> Iterator[_Piece]:
        at = self._past(0, str.isspace)
        while at < len(self._source):
            piece = self._piece(at)
            yield piece
            at = self._past(piece.end, str.isspace)

    def _piece(self, begin: int) -> _Piece:
        at = begin
        minus = self._source[at] in MINUS and at + 1 < len(self._source) and not self._source[at + 1].isspace()
        at += minus
        field = self._field(at)
        at += len(field) + 1 if field else 0
        quoted = self._source[at : at + 1] in QUOTES
        if quoted:
            end = self._source.find(QUOTES[self._source[at]], at + 1)
            if end < 0:
                raise self._wrong(NOT_CLOSED, at, at + 1)
            return _Piece(begin, minus, field, self._source[at + 1 : end], quoted, end + 1)
        end = self._past(at, lambda character: not character.isspace())
        return _Piece(begin, minus, field, self._source[at:end], quoted, end)

    def _field(self, at: int) -> str:
        """The name of a field that a word begins with; empty where what it begins with is none."""
        for name in (*FIELDS, CHANNEL):
            if (
                self._source[at : at + len(name)].lower() == name
                and self._source[at + len(name) : at + len(name) + 1] in COLONS
            ):
                return name
        return ""

    def _past(self, at: int, passes: Callable[[str], bool]) -> int:
        while at < len(self._source) and passes(self._source[at]):
            at += 1
        return at

    def _wrong(self, why: Bilingual, begin: int, end: int) -> UsageError:
        first = max(0, begin - SHOWN_BEFORE)
        last = min(len(self._source), first + MOST_SHOWN)
        shown = "".join(character if character.isprintable() else " " for character in self._source[first:last])
        before, behind = "…" * (first > 0), "…" * (last < len(self._source))
        mark = " " * cell_len(before + shown[: begin - first]) + "^" * max(
            1, cell_len(shown[begin - first : end - first])
        )
        place = f"\n  {before}{shown}{behind}\n  {mark}"
        return UsageError(f"the query cannot be understood: {why.english}{place}", f"{why.chinese}{place}")
