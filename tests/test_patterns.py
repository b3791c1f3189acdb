"""Every regular expression of the package takes linear time, whatever text it meets."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from re import _constants, _parser

import pytest

from tests.growth import growth
from tests.test_imports import FILES

METHODS = frozenset({"search", "match", "fullmatch", "sub", "findall", "finditer", "split"})
USES_OF_PATTERNS = METHODS | {"value"}
"""Another thing of the same name may have other methods: a list that is appended to, say."""
CHARACTERS = frozenset((_constants.IN, _constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY))
ANCHORED = frozenset({"match", "fullmatch"})
"""Uses of a pattern that begin at one place; all others try each place of the text."""


@dataclass(frozen=True, slots=True)
class Found:
    """One pattern of the package, and how it is used there."""

    where: str
    name: str
    pattern: str | bytes
    flags: int
    uses: frozenset[str]

    @property
    def text(self) -> str:
        return self.pattern.decode("latin-1") if isinstance(self.pattern, bytes) else self.pattern

    @property
    def is_search(self) -> bool:
        return not self.uses or not self.uses <= ANCHORED

    @property
    def is_full(self) -> bool:
        return self.uses == {"fullmatch"}


@cache
def found() -> list[Found]:
    return [_found(*compiled) for compiled in json.loads(_ran("tests.package_patterns"))]


def _ran(module: str, given: str = "") -> str:
    """What a module of the tests prints, in a process of its own; its last words where it fails."""
    asked = [sys.executable, "-m", module]
    ran = subprocess.run(asked, input=given, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])
    assert ran.returncode == 0, ran.stderr[-1000:]
    return ran.stdout


def _found(module: str, line: int, pattern: str, flags: int, is_bytes: bool) -> Found:
    module = module.removeprefix("newsarchive.")
    name = NAMES.get((module, line), "")
    text = pattern.encode("latin-1") if is_bytes else pattern
    uses = USES["", name] | (USES[module, name] if name.isupper() or name.startswith("_") else set())
    return Found(
        f"{module}:{line} {name}".strip(),
        name,
        text,
        flags,
        frozenset(uses & USES_OF_PATTERNS) if name else frozenset(),
    )


def _names(module: str) -> dict[tuple[str, int], str]:
    """The name to which each line of a module gives a pattern; none for those in a table."""
    names = {}
    for node in ast.walk(ast.parse(FILES[module].read_text("utf-8"))):
        if isinstance(node, ast.Assign) and _is_compile(node.value) and isinstance(node.targets[0], ast.Name):
            names[module, node.value.lineno] = node.targets[0].id
        elif isinstance(node, ast.keyword) and _is_compile(node.value):
            names[module, node.value.lineno] = node.arg or ""
    return names


def _is_compile(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"


def _uses() -> dict[tuple[str, str], set[str]]:
    """The methods called on each name, by module and by name; ``value`` where it is handed on."""
    uses: dict[tuple[str, str], set[str]] = defaultdict(set)
    for module in FILES:
        nodes = list(ast.walk(ast.parse(FILES[module].read_text("utf-8"))))
        asked = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
        for node in nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                uses[module, node.value.id].add(node.attr)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
                uses["", node.value.attr].add(node.attr)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in asked:
                uses[module, node.id].add("value")
    return uses


NAMES = {place: name for module in FILES for place, name in _names(module).items()}
USES = _uses()


UNPROVEN: frozenset[str] = frozenset()
"""Names of patterns that the proof passes over: none."""

KNOWN_BAD = {
    "nested repeats": r"(?:\s*,?\s*)*;",
    "adjacent repeats": r"\d{4}\s*日?\s*(?:\s|T)?\s*:",
    "a choice of two equal ways in a loop": r"(?:a|a)*b",
    "blanks before the end": r"\s+$",
    "a tag that never ends": r"<title[^>]*>",
    "a title that never ends": r"<title>\s*(.{0,300}?)\s*</title",
    "a comment that never ends": r"<!--.*?-->",
    "a slot that never ends": r"<!--\s*x\s*-->.{0,6000}?<!--\s*/x\s*-->",
    "a repeated group": r"(?P<quote>a+)-(?P=quote)!",
    "a word of a host": r"[\w.-]+\.[a-z]+\b",
    "a look ahead": r"a(?=[ab]*c)b",
}
KNOWN_GOOD = {
    "a loop that matches": r"\s+",
    "a tag without another in it": r"<title[^<>]*+>",
    "a tag with or without its end": r"<[^>]*+>?",
    "possessive blanks": r"\d{4}\s*+日?\s*+T?\s*+:",
    "a comment to the end of the text": r"(?s)<!--.*?(?:-->|\Z)",
    "what begins behind a sign": r"(?<=>)\s*微博",
    "whole words": r"\b[0-9]+\b",
    "only at the start": r"^a+b",
}


@pytest.mark.parametrize("pattern", KNOWN_BAD.values(), ids=KNOWN_BAD)
def test_proof_finds_what_grows(pattern: str) -> None:
    assert growth(pattern)


@pytest.mark.parametrize("pattern", KNOWN_GOOD.values(), ids=KNOWN_GOOD)
def test_proof_lets_linear_patterns_pass(pattern: str) -> None:
    assert growth(pattern) == ""


def test_what_is_tried_at_one_place_alone_may_scan_from_there() -> None:
    assert growth(r"(?:[a-z0-9-]+\.)*sina\.cn")
    assert growth(r"(?:[a-z0-9-]+\.)*sina\.cn", is_search=False, is_full=True) == ""


@pytest.mark.slow
def test_every_pattern_of_the_package_is_proven_linear() -> None:
    growing = {
        one.where: why
        for one in found()
        if one.name not in UNPROVEN
        and (why := growth(one.pattern, one.flags, is_search=one.is_search, is_full=one.is_full))
    }
    assert growing == {}


def test_patterns_are_found_wherever_a_module_puts_them() -> None:
    names = {one.where.partition(":")[0] for one in found()}
    assert {"sina.page.boilerplate", "sina.page.impostors", "pages.times", "crawl.failures", "cli.render"} <= names


def test_no_pattern_repeats_a_group_possessively() -> None:
    """Python before 3.11.5, Debian 12's among them, matches such groups wrongly where they hold alternatives; atomic ones it does not."""
    assert [one.where for one in found() if holds_possessive_group(_parser.parse(one.pattern, one.flags))] == []
    assert holds_possessive_group(_parser.parse(r"<p>(?:a++|b)*+"))
    assert not holds_possessive_group(_parser.parse(r"<p>(?>(?:a++|b)*)"))


def holds_possessive_group(tree: object) -> bool:
    """Whether more than one set of characters is repeated possessively anywhere in a pattern as ``re`` parses it."""
    if isinstance(tree, tuple) and tree and tree[0] is _constants.POSSESSIVE_REPEAT:
        _, _, repeated = tree[1]
        if len(repeated) > 1 or repeated[0][0] not in CHARACTERS:
            return True
    is_nest = isinstance(tree, (tuple, list, _parser.SubPattern))
    return is_nest and any(map(holds_possessive_group, tree))


@pytest.mark.slow
def test_every_pattern_of_the_package_is_linear_in_a_trial() -> None:
    assert tried([one for one in found() if one.name not in UNPROVEN]) == []


@pytest.mark.slow
def test_trial_finds_what_grows() -> None:
    assert tried([Found("bad", "bad", r"<a>[^b]*b", 0, frozenset({"search"}))]) == ["bad"]


def tried(patterns: list[Found]) -> list[str]:
    asked = [
        [
            one.where,
            one.text,
            one.flags,
            isinstance(one.pattern, bytes),
            sorted(one.uses & METHODS) or ["search", "sub"],
        ]
        for one in patterns
    ]
    return json.loads(_ran("tests.pattern_trial", json.dumps(asked)))


@pytest.mark.parametrize("module", FILES)
def test_patterns_are_compiled_at_the_top_of_a_module_where_they_can_be_found(module: str) -> None:
    tree = ast.parse(FILES[module].read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.")]
    inside = {
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
    }
    others = [ast.unparse(call)[:80] for call in calls if call in inside or not _is_compile(call)]
    assert [call for call in others if not call.startswith("re.escape(")] == []
