"""The plan of the house (design §1): twelve rooms on six floors, imports go down only, Scrapy in ``crawl/`` alone."""

from __future__ import annotations

import ast
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import newsarchive

PACKAGE = Path(newsarchive.__file__).parent

FLOORS = {
    "cli": 6,
    "crawl": 5,
    "operation": 4,
    "jobs": 4,
    "sina": 3,
    "reading": 3,
    "archive": 2,
    "pages": 2,
    "settings": 2,
    "items": 1,
    "errors": 1,
    "rehearsal": 1,
}
"""Room → its floor.  A room imports itself and the floors below; nothing but ``cli`` knows the rehearsal."""

PACKAGE_ITSELF = ("", "__main__")
"""The version, which any room may read, and ``python -m newsarchive``, which calls ``cli``."""

OF_SCRAPY = {"scrapy", "twisted", "itemadapter", "w3lib", "parsel", "itemloaders"}


def module_of(file: Path) -> str:
    """The dotted name below the package; ``""`` is the package itself."""
    return ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").rstrip(".")


FILES = {module_of(file): file for file in sorted(PACKAGE.rglob("*.py"))}


def imported(module: str) -> set[str]:
    """All that a module names in imports, wherever they stand: dotted names, ours as ``newsarchive.…``."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(FILES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by a relative name"
            names |= {_named(node.module or "", alias.name) for alias in node.names}
    return names


def _named(source: str, name: str) -> str:
    """``from newsarchive.sina import roll`` names a module, ``from newsarchive.sina.listing.roll import parse`` a thing in one."""
    full = f"{source}.{name}"
    return full if full.removeprefix("newsarchive.") in FILES else source


OURS = {
    module: {
        name.removeprefix("newsarchive").lstrip(".")
        for name in imported(module)
        if name == "newsarchive" or name.startswith("newsarchive.")
    }
    for module in FILES
}


def room_of(module: str) -> str:
    return module.partition(".")[0]


def test_every_module_is_in_a_room_of_the_plan() -> None:
    assert {room_of(module) for module in FILES} <= {*FLOORS, *PACKAGE_ITSELF}


@pytest.mark.parametrize("module", [module for module in FILES if room_of(module) in FLOORS])
def test_module_imports_downwards_only(module: str) -> None:
    room = room_of(module)
    others = {room_of(name) for name in OURS[module]} - {room, ""}
    assert {other for other in others if FLOORS[other] >= FLOORS[room]} == set()


@pytest.mark.parametrize("module", [module for module in FILES if room_of(module) != "crawl"])
def test_only_crawl_knows_scrapy(module: str) -> None:
    assert not {name.partition(".")[0] for name in imported(module)} & OF_SCRAPY


def test_nothing_imports_itself_in_a_circle() -> None:
    TopologicalSorter(OURS).prepare()  # raises CycleError, which names the circle


def test_only_cli_and_the_rehearsal_itself_know_of_the_rehearsal() -> None:
    knowing = {room_of(module) for module, names in OURS.items() if "rehearsal" in map(room_of, names)}
    assert knowing <= {"cli", "rehearsal"}


def test_the_rehearsal_imports_nothing_of_the_rest_so_that_it_can_judge_it() -> None:
    reached = {room_of(name) for module, names in OURS.items() if room_of(module) == "rehearsal" for name in names}
    assert reached <= {"rehearsal"}


def test_each_public_class_has_a_name_of_its_own() -> None:
    trees = {module: ast.parse(file.read_text("utf-8")) for module, file in FILES.items()}
    named = [
        (node.name, module) for module, tree in trees.items() for node in tree.body if isinstance(node, ast.ClassDef)
    ]
    public = Counter(name for name, _ in named if not name.startswith("_"))
    assert [(name, module) for name, module in named if public[name] > 1] == []


@pytest.mark.parametrize("module", FILES)
def test_no_module_is_above_400_lines_and_no_function_above_60(module: str) -> None:
    text = FILES[module].read_text("utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert len(text.splitlines()) <= 400
    assert [node.name for node in functions if _lines_of(node) > 60] == []


def _lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From ``def`` to the end, without the docstring."""
    docstring = ast.get_docstring(function, clean=False) or ""
    return (function.end_lineno or 0) - function.lineno + 1 - len(docstring.splitlines())
