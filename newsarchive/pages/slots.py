"""What stands between two comments of a template, opening and closing, and is no text (clean).

Editors and scripts lose marks, and some templates open and close a slot with the same words.  So a slot is cut only from
its opening mark to the very next mark, and only where no paragraph of text and no picture of the article stands between: a
lost mark costs an advertisement that stays, never text that goes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from newsarchive.pages.rules import Rules
from newsarchive.pages.text import one_line

_OPEN, _CLOSE, _BARE = "open", "close", "bare"
_BEGIN, _END = "<!--", "-->"
_LONGEST_MARK = 120
"""Characters in the comment of a mark; the longest at hand has 60, a comment that hides markup more."""
_LONGEST_HIDDEN_MARK = 40
_HIDDEN = "(hidden)"
"""The name of all slots that are one comment."""
_SENTENCE = 30
"""Characters outside of links from which a block with a full stop is a paragraph of text; a slogan has none, or is shorter."""
_SENTENCES = 45
"""The same of several short blocks together."""
_PARAGRAPH = 80
"""The same of a block without a full stop."""
_SLOGAN = 60
"""Characters of the longest sentence that its words alone show to be advertising."""
_FULL_STOPS = ("。", "；")
_MARKS_REMEMBERED = 1_024
"""Comments whose meaning is remembered: the templates of all years have some hundred."""
_MOST_NESTED = 4
"""Slots in each other; two were seen, a price within a picture-in-picture advertisement of 2006."""
_EDGE_RE = re.compile(r"(?<![a-z])(?:(start|begin|开始)|(?:end|结束))(?![a-z])", re.I)
_STRUCTURE_RE = re.compile(r"<(?:table|[ou]l|dl|blockquote|pre|h[1-6])\b", re.I)
"""What may be data of the article, though it holds no sentence: no slot of an unknown name holds any."""
_AROUND_NAME = " \t\r\n_:：-/="
_PIECE_RE = re.compile(r"<(/?)([a-z!][\w-]*+)[^<>]*+>|[^<]++|<", re.I)
_SCRIPTS = frozenset({"script", "style", "noscript"})
_INLINE = frozenset({"a", "span", "font", "strong", "b", "em", "i", "u"})


class _Mark(NamedTuple):
    start: int
    end: int
    kind: str
    name: str
    is_known: bool
    """Whether the name is one of no text; of all others only their pairs are known."""


class _Stretch(NamedTuple):
    start: int
    end: int
    is_slot: bool
    """Else a mark that a parser would read as text, or that would hide text behind it."""


def without_slots(body: str, rules: Rules) -> tuple[str, list[str]]:
    """``body`` without the slots that ``rules.slot`` knows, and the HTML of each slot."""
    kept, cut, done = [], [], 0
    for start, end, is_slot in _stretches(body, rules):
        kept.append(body[done:start])
        if is_slot:
            cut.append(body[start:end])
            kept.append(_left_open(cut[-1]))
        done = end
    return "".join((*kept, body[done:])), cut


def _stretches(body: str, rules: Rules) -> list[_Stretch]:
    """What goes, in order."""
    found: list[_Stretch] = []
    opened: list[_Mark] = []
    seen = 0
    for mark in _marks(body, rules):
        if opened and _holds_text(body[seen : mark.start], rules):
            opened = []
        seen = mark.end
        opening = _opening_of(mark, opened, body)
        if opening:
            start = opening.start
            opened = opened[: opened.index(opening)]
            while found and found[-1].start >= start:  # what stood within goes with it
                found.pop()
            found.append(_Stretch(start, mark.end, is_slot=True))
            continue
        if not body.endswith(_END, mark.start, mark.end) or not body.startswith(_BEGIN, mark.start):
            found.append(_Stretch(mark.start, mark.end, is_slot=False))
        if mark.kind != _CLOSE:
            opened = [other for other in opened[-_MOST_NESTED:] if other.name != mark.name] + [mark]
    return found


def _opening_of(mark: _Mark, opened: list[_Mark], body: str) -> _Mark | None:
    """The mark that ``mark`` closes; between them stands no other opening mark of a known name."""
    for other in reversed(opened):
        if _closes(mark, other):
            is_slot = other.is_known or not _STRUCTURE_RE.search(body, other.end, mark.start)
            return other if is_slot else None
        if other.is_known:
            return None
    return None


def _closes(mark: _Mark, opening: _Mark) -> bool:
    """Some slots open under one name and close under another; where a mark only names its slot the names must agree."""
    if mark.kind == _OPEN:
        return False
    is_pair = mark.kind == _CLOSE and opening.kind == _OPEN and mark.is_known and opening.is_known
    return is_pair or mark.name == opening.name


# --- marks -------------------------------------------------------------------------------------------------------------


def _marks(body: str, rules: Rules) -> Iterator[_Mark]:
    """The marks in order.  What a comment hides is none, unless the comment lacks the mark that should have ended it."""
    position = end = 0
    has_bared_ends = rules.hidden_slot[1].search(body) is not None
    while (start := body.find(_BEGIN, position)) >= 0:
        if has_bared_ends:
            yield from _bared_ends(body, position, start, rules)
        if end < start + len("<!-->"):  # the shortest comment
            end = _behind(body, _END, start + len("<!"))
        if opening := rules.hidden_slot[0].match(body, start):
            mark = _hidden_mark(body, opening, end, rules)
        else:
            mark = _shown_mark(body, start, end, rules)
        if mark:
            yield mark
        position = mark.end if mark else end
    yield from _bared_ends(body, position, len(body), rules)


def _behind(body: str, words: str, start: int) -> int:
    """The place behind the next ``words``; the end of ``body`` without any."""
    found = body.find(words, start)
    return found + len(words) if found >= 0 else len(body)


def _bared_ends(body: str, start: int, end: int, rules: Rules) -> Iterator[_Mark]:
    """The ends of hidden slots between two comments: something within ended the comment too early."""
    for found in rules.hidden_slot[1].finditer(body, start, end):
        yield _Mark(found.start(), found.end(), _CLOSE, _HIDDEN, is_known=True)


def _hidden_mark(body: str, opening: re.Match[str], end: int, rules: Rules) -> _Mark | None:
    """The opening mark of a slot that is one comment; None if its closing mark ends the comment, and all is hidden."""
    start, inside = opening.span()
    is_alone = body.endswith(_END, start, end) and body.find(_BEGIN, inside, end) < 0
    if is_alone and rules.hidden_slot[1].search(body, max(inside, end - _LONGEST_HIDDEN_MARK), end):
        return None
    return _Mark(start, end if is_alone else inside, _OPEN, _HIDDEN, is_known=True)


def _shown_mark(body: str, start: int, end: int, rules: Rules) -> _Mark | None:
    """The mark that is a comment of the slot's name and, mostly, a word that says which of the two it is."""
    if end - start > _LONGEST_MARK or not body.endswith(_END, start, end):
        return None
    said = _said(body[start + len(_BEGIN) : end - len(_END)], rules)
    return _Mark(start, end, *said) if said else None


@lru_cache(maxsize=_MARKS_REMEMBERED)
def _said(comment: str, rules: Rules) -> tuple[str, str, bool] | None:
    """Kind, name and ``is_known`` of the mark that a comment is; None where it is none."""
    words = comment.strip(" \t\r\n-")
    edge = _EDGE_RE.search(words)
    if edge:
        name = words[: edge.start()].strip(_AROUND_NAME) or words[edge.end() :].strip(_AROUND_NAME)
        kind = _OPEN if edge[1] else _CLOSE
    else:
        name, kind = words.removeprefix("/").strip(), _CLOSE if words.startswith("/") else _BARE
    is_known = (rules.slot.search(name) if edge else rules.slot.fullmatch(name)) is not None
    may_be_slot = is_known or (edge and not name.isascii() and not rules.content_slot.search(name))
    return (kind, name.lower(), is_known) if may_be_slot else None


# --- what stands between -----------------------------------------------------------------------------------------------


def _holds_text(html: str, rules: Rules) -> bool:
    """Whether a picture of the article or a paragraph of text is in ``html``."""
    if rules.framed_picture in html:
        return True
    sentences = 0
    for block in _blocks(html):
        length = 0 if _is_advertising(block, rules) else len(block)
        if any(stop in block for stop in _FULL_STOPS):
            sentences += length
        if length >= _PARAGRAPH or sentences >= _SENTENCES or (sentences and length >= _SENTENCE):
            return True
    return False


def _is_advertising(block: str, rules: Rules) -> bool:
    is_slogan = len(block) <= _SLOGAN and rules.advertising.search(block)
    return bool(is_slogan or rules.paragraphs.match(block))


def _blocks(html: str) -> Iterator[str]:
    """The words of each block outside of links and scripts, on one line."""
    words: list[str] = []
    silent = ""
    for piece in _PIECE_RE.finditer(html):
        slash, name = piece[1], (piece[2] or "").lower()
        if not name:
            words += [] if silent else [piece[0]]
        elif silent in _SCRIPTS:
            silent = "" if slash and name == silent else silent
        elif name == "a" or name in _SCRIPTS:
            silent = "" if slash else name
        elif name not in _INLINE and not name.startswith("!"):  # also ends a link whose end tag is missing
            yield one_line(unescape("".join(words)))
            words, silent = [], ""
    yield one_line(unescape("".join(words)))


def _left_open(slot: str) -> str:
    """What a slot must leave where it goes: the end tags of links and emphasis that were open before it."""
    opened: Counter[str] = Counter()
    left = ""
    for piece in _PIECE_RE.finditer(slot) if "</" in slot else ():
        name = (piece[2] or "").lower()
        if name not in _INLINE:
            continue
        if not piece[1]:
            opened[name] += 1
        elif opened[name]:
            opened[name] -= 1
        else:
            left += f"</{name}>"
    return left
