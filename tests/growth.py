"""Whether a regular expression can take more than linear time, decided from its parsed tree, not from a clock.

The tree becomes an automaton of positions (Glushkov: one state a character of the pattern), which says in how many ways
the matcher can go on. Time grows with the square of the text, or faster, where one text can be gone through in two
loops, and shared out between them at any place (Weber and Seidl 1991, "On the degree of ambiguity of finite automata",
criterion IDA); it grows exponentially where one loop can go through it in two ways (EDA). A search begins anew at each
character: that is a loop of its own, in front of the pattern. What is simplified here is simplified towards "grows": a
repeat up to more than ``FEW`` counts as one without end, a look-ahead as a way that may fail, an atomic group as a
common one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]  # the parser that Python itself uses
from typing import Any

FEW = 32
"""Up to so many repeats of one thing are written out: they cost a constant factor, not a power of the length."""
_SAMPLES = "\x00\t\n\r\x0b aZ_059<>\"'=/-:;!?&#.,()[]{}|\\@é\xa0\u3000\u2028中\ud800"
_SINGLE = {_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN}
_START, _SEARCH = 0, 1
"""States: before the text, and before the place at which a search begins its try."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way into, out of or past a part: under which conditions."""

    without: frozenset[str] = frozenset()
    """Letters that may not follow: a possessive loop would have taken them."""
    is_checked: bool = False
    """Whether it may still fail without a further letter: at ``$``, ``\\b``, a look-around."""
    is_first: bool = False
    """Whether it is open at the start of the text alone."""
    is_end: bool = False
    """Whether nothing else is checked than that the text has ended."""
    behind: frozenset[str] | None = None
    """The letters of which one must stand before; None for any."""

    def then(self, other: Way) -> Way:
        behind = self.behind if other.behind is None else other.behind
        return Way(
            self.without | other.without,
            self.is_checked or other.is_checked,
            self.is_first or other.is_first,
            self.is_end or other.is_end,
            behind if self.behind is None or other.behind is None else self.behind & other.behind,
        )


@dataclass(slots=True)
class Part:
    """A part of a pattern: the states that it can begin and end with, and whether it can be empty."""

    first: list[tuple[int, Way]] = field(default_factory=list)
    last: list[tuple[int, Way]] = field(default_factory=list)
    empty: list[Way] = field(default_factory=list)


class Automaton:
    """The states of a pattern and their edges."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
        self.flags = flags & (re.I | re.S | re.M | re.A)
        tree = _parser.parse(text, self.flags | (re.A if isinstance(pattern, bytes) else 0))
        self.flags |= tree.state.flags & (re.I | re.S | re.M | re.A)
        self.alphabet = frozenset(_SAMPLES) | frozenset(_letters(tree))
        self.letters: list[frozenset[str]] = [frozenset(), self.alphabet]
        self.edges: dict[int, list[tuple[int, frozenset[str]]]] = {_START: [], _SEARCH: []}
        self.groups: dict[int, Any] = {}
        self.whole = self._sequence(tree)

    def loops(self, *, is_search: bool, is_full: bool) -> str:
        """What grows, in words; empty for a linear pattern."""
        for state, way in self.whole.first:
            self._edge(_START, state, way)
            if is_search and not way.is_first:
                self._edge(self._search_behind(way.behind), state, way)
        if is_search:
            self._edge(_START, _SEARCH, Way())
            self._edge(_SEARCH, _SEARCH, Way())
        ends = {state for state, way in self.whole.last if not way.is_checked and not is_full}
        ends |= {state for state, way in self.whole.last if way.is_end and (state, self.alphabet) in self.edges[state]}
        return _ambiguity(self, ends)

    def attacks(self) -> Iterator[tuple[str, str]]:
        """For each loop a text that leads into it and one that goes around it once, both as short as can be."""
        for state, way in self.whole.first:
            self._edge(_START, state, way)
        for state in range(_SEARCH + 1, len(self.letters)):
            into, around = self._shortest(_START, state), self._shortest(state, state)
            if into is not None and around is not None:
                yield into, around

    def _shortest(self, begun: int, wanted: int) -> str | None:
        """The letters of a shortest way between two states; None where there is none."""
        before: dict[int, tuple[int, frozenset[str]]] = {}
        waiting = [begun]
        for state in waiting:
            for other, letters in self.edges[state]:
                if letters and other not in before:
                    before[other] = state, letters
                    waiting.append(other)
            if wanted in before:
                break
        text, state = "", wanted
        while state in before and (not text or state != begun):
            state, letters = before[state]
            text = min(letters, key=_plainness) + text
        return text or None

    def _search_behind(self, behind: frozenset[str] | None) -> int:
        """The search at a place before which one of these letters stands."""
        if behind is None:
            return _SEARCH
        self.letters.append(behind)
        state = len(self.letters) - 1
        self.edges[state] = []
        self._edge(_SEARCH, state, Way())
        return state

    # --- from the tree to states ---------------------------------------------------------------------------------

    def _sequence(self, nodes: Iterable[tuple[Any, Any]]) -> Part:
        whole = Part(empty=[Way()])
        for op, value in nodes:
            whole = self._joined(whole, self._part(op, value))
        return whole

    def _part(self, op: Any, value: Any) -> Part:
        if op in _SINGLE:
            return self._single(op, value)
        if op is _constants.BRANCH:
            return _either(self._sequence(branch) for branch in value[1])
        if op in (_constants.SUBPATTERN, _constants.ATOMIC_GROUP, _constants.GROUPREF):
            return self._group(op, value)
        if op in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
            return self._repeat(*value, is_possessive=op is _constants.POSSESSIVE_REPEAT)
        if op is _constants.AT:
            return Part(empty=self._at(value))
        assert op in (_constants.ASSERT, _constants.ASSERT_NOT), op
        return self._looked_at(*value, is_not=op is _constants.ASSERT_NOT)

    def _group(self, op: Any, value: Any) -> Part:
        """A group; what refers to one may be as long as that, and is taken for the same."""
        if op is _constants.ATOMIC_GROUP:
            return self._sequence(value)
        if op is _constants.SUBPATTERN:
            self.groups[value[0]] = value[3]
        return self._sequence(self.groups[value] if op is _constants.GROUPREF else value[3])

    def _at(self, place: Any) -> list[Way]:
        if place is _constants.AT_BOUNDARY:
            word = frozenset(letter for letter in self.alphabet if re.match(r"\w", letter, self.flags & re.A))
            others = self.alphabet - word
            return [Way(others, is_checked=True, behind=others), Way(word, is_checked=True, behind=word)]
        is_first = place in (_constants.AT_BEGINNING, _constants.AT_BEGINNING_STRING) and not self.flags & re.M
        is_end = place is _constants.AT_END_STRING
        return [Way(is_checked=True, is_first=is_first, is_end=is_end)]

    def _looked_at(self, direction: int, nodes: Any, *, is_not: bool) -> Part:
        """A look ahead may fail after any length; one behind is short, and says what a search may begin after."""
        if direction > 0 and is_not and len(nodes) == 1 and nodes[0][0] in _SINGLE:
            return Part(empty=[Way(self.letters[self._single(*nodes[0]).first[0][0]], is_checked=True)])
        if direction > 0:
            return Part(first=self._sequence(nodes).first, empty=[Way(is_checked=True)])
        if (is_not and len(nodes) > 1) or nodes[-1][0] not in _SINGLE:
            return Part(empty=[Way(is_checked=True)])
        before = self.letters[self._single(*nodes[-1]).first[0][0]]
        return Part(empty=[Way(is_checked=True, behind=self.alphabet - before if is_not else before)])

    def _single(self, op: Any, value: Any) -> Part:
        taken = _taken(op, value if isinstance(value, int) else repr(value), self.flags, _Node(op, value))
        self.letters.append(frozenset(letter for letter in self.alphabet if taken(letter)))
        state = len(self.letters) - 1
        self.edges[state] = []
        return Part([(state, Way())], [(state, Way())])

    def _repeat(self, least: int, most: int, nodes: Any, *, is_possessive: bool) -> Part:
        if most is _constants.MAXREPEAT or most > FEW:
            part = self._sequence(nodes)
            self._connect(part.last, part.first)
            ends_at = frozenset[str]()
            if is_possessive and most is _constants.MAXREPEAT and len(nodes) == 1 and nodes[0][0] in _SINGLE:
                ends_at = self.letters[part.first[0][0]]
            last = [(state, way.then(Way(ends_at))) for state, way in part.last]
            return Part(part.first, last, [*part.empty, *([] if least else [Way(ends_at)])])
        whole = Part(empty=[Way()])
        for number in reversed(range(most)):  # a(a(a)?)?, not a?a?a?, which would be three ways to the same
            whole = self._joined(self._sequence(nodes), whole)
            if number >= least:
                whole.empty = [Way()]
        return whole

    def _joined(self, one: Part, other: Part) -> Part:
        self._connect(one.last, other.first)
        return Part(
            one.first + [(state, before.then(way)) for before in one.empty for state, way in other.first],
            other.last + [(state, way.then(after)) for after in other.empty for state, way in one.last],
            [before.then(after) for before in one.empty for after in other.empty][:2],
        )

    def _connect(self, last: list[tuple[int, Way]], first: list[tuple[int, Way]]) -> None:
        for state, out in last:
            for other, into in first:
                if not into.is_first:
                    self._edge(state, other, out.then(into))

    def _edge(self, state: int, other: int, way: Way) -> None:
        self.edges[state].append((other, self.letters[other] - way.without))


@dataclass(frozen=True)
class _Node:
    op: Any
    value: Any

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return True


@cache
def _taken(op: Any, value: Any, flags: int, node: _Node) -> Any:
    """Whether this one-character node takes a letter: asked of Python itself."""
    tree = _parser.parse("", flags)
    tree.append((node.op, node.value))
    return _compiler.compile(tree, flags).fullmatch


def _plainness(letter: str) -> tuple[bool, bool, str]:
    """Blanks first, then letters: what patterns repeat."""
    return not letter.isspace(), not letter.isalnum(), letter


def _either(parts: Iterable[Part]) -> Part:
    whole = Part()
    for part in parts:
        whole.first += part.first
        whole.last += part.last
        whole.empty += part.empty
    return whole


def _letters(nodes: Any) -> Iterator[str]:
    """Every character that the pattern names, and its neighbours and cases."""
    for code in _codes(nodes):
        for near in (code - 1, code, code + 1):
            letter = chr(min(max(near, 0), 0x10FFFF))
            yield from (letter, letter.lower()[:1], letter.upper()[:1])


def _codes(value: Any) -> Iterator[int]:
    if isinstance(value, tuple) and len(value) == 2 and value[0] in (_constants.LITERAL, _constants.NOT_LITERAL):
        yield value[1]
    elif isinstance(value, tuple) and len(value) == 2 and value[0] is _constants.RANGE:
        yield from value[1]
    elif isinstance(value, (tuple, list, _parser.SubPattern)):
        for part in value:
            yield from _codes(part)


# --- ambiguity -----------------------------------------------------------------------------------------------------


def _ambiguity(automaton: Automaton, sure: set[int]) -> str:
    loops = _loops(automaton, sure)
    for state, members in loops.items():
        if _is_doubled(automaton, state, members):
            return f"one loop, two ways through it: at {_shown(automaton, state)}"
    for state, members in loops.items():
        for other, others in loops.items():
            if state != other and _is_shared(automaton, state, members, other, others):
                before = "each start" if state == _SEARCH else f"a loop at {_shown(automaton, state)}"
                return f"{before}, then a loop at {_shown(automaton, other)}, over the same text"
    return ""


def _shown(automaton: Automaton, state: int) -> str:
    return repr("".join(sorted(automaton.letters[state])[:8]))


def _loops(automaton: Automaton, sure: set[int]) -> dict[int, set[int]]:
    """Each state that comes back to itself, with all states on its ways there.

    Ways through a state in which the pattern has matched are none: from there on nothing fails back to an earlier one.
    """
    reached = {state: _reached(automaton, state, sure) for state in automaton.edges}
    alive = {_START} | _reached(automaton, _START, set())
    return {
        state: {one for one in reached[state] if state in reached[one]}
        for state in alive - sure
        if state in reached[state]
    }


def _reached(automaton: Automaton, state: int, closed: set[int]) -> set[int]:
    seen: set[int] = set()
    waiting = [state]
    while waiting:
        for other, letters in automaton.edges[waiting.pop()]:
            if letters and other not in seen and other not in closed:
                seen.add(other)
                waiting.append(other)
    return seen


def _is_doubled(automaton: Automaton, state: int, members: set[int]) -> bool:
    """EDA: from ``state`` back to itself by two different ways over the same text."""
    seen = set()
    waiting = [(state, state, False)]
    while waiting:
        one, other, apart = waiting.pop()
        ways = [edge for edge in automaton.edges[one] if edge[0] in members]
        others = [edge for edge in automaton.edges[other] if edge[0] in members]
        for index, (to, letters) in enumerate(ways):
            for index_2, (to_2, letters_2) in enumerate(others):
                if not letters & letters_2:
                    continue
                step = (to, to_2, apart or (one == other and index != index_2))
                if step == (state, state, True):
                    return True
                if step not in seen:
                    seen.add(step)
                    waiting.append(step)
    return False


def _is_shared(automaton: Automaton, state: int, members: set[int], other: int, others: set[int]) -> bool:
    """IDA: one text leads from ``state`` to itself, to ``other``, and from ``other`` to itself."""
    if other not in _reached(automaton, state, set()):
        return False
    begun, wanted = (state, state, other), (state, other, other)
    seen = {begun}
    waiting = [begun]
    while waiting:
        a, b, c = waiting.pop()
        for to_a, letters_a in automaton.edges[a]:
            if to_a not in members:
                continue
            for to_c, letters_c in automaton.edges[c]:
                common = letters_a & letters_c if to_c in others else None
                if not common:
                    continue
                for to_b, letters_b in automaton.edges[b]:
                    step = (to_a, to_b, to_c)
                    if step not in seen and common & letters_b:
                        if step == wanted:
                            return True
                        seen.add(step)
                        waiting.append(step)
    return False


def growth(pattern: str | bytes, flags: int = 0, *, is_search: bool = True, is_full: bool = False) -> str:
    """Why this pattern can take more than linear time; empty if it cannot."""
    return Automaton(pattern, flags).loops(is_search=is_search, is_full=is_full)
