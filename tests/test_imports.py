"""The order of the house (design §1): imports go down only.

::

    cli · Scrapy shell  →  reading · sina  →  archive · pages  →  items · errors        (rehearsal stands alone)
"""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import newsarchive

PACKAGE = Path(newsarchive.__file__).parent

GROUND = ("", "items", "errors")
BELOW_SHELL = ("sina", "reading", "pages", "archive", *GROUND)
SHELL = (
    "commands",
    "exporters",
    "extensions",
    "handlers",
    "middlewares",
    "pipelines",
    "settings",
    "spiders",
    "surroundings",
    "telling",
)
IN_SHELL = (*SHELL, "alerts", "configuration", "gate", "logs", "metrics", "report", "troubles", "vitals", *BELOW_SHELL)

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "": (),
    "items": (),
    "errors": (),
    "pages": GROUND,
    "archive": GROUND,
    "sina": ("pages", "archive", *GROUND),
    "reading": ("pages", "archive", *GROUND),
    "alerts": ("logs", "troubles", "archive", *GROUND),
    "configuration": GROUND,
    "gate": GROUND,
    "logs": ("sina", "archive", *GROUND),
    "metrics": ("report", "vitals", "archive", *GROUND),
    "report": ("archive", *GROUND),
    "troubles": ("report", "vitals", *GROUND),
    "vitals": ("archive", *GROUND),
    **dict.fromkeys(SHELL, IN_SHELL),
    "cli": ("rehearsal", *IN_SHELL),
    "__main__": ("cli",),
    "rehearsal": (),
}
"""The part of the house (``""`` is the package itself) → the parts that it may import, beside itself."""

OF_SCRAPY = {"scrapy", "twisted", "itemadapter", "w3lib", "parsel", "itemloaders"}
WITHOUT_SCRAPY = set(MAY_IMPORT) - {*SHELL, "cli"}


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
    """``from newsarchive.sina import roll`` names a module, ``from newsarchive.sina.roll import parse`` a thing in one."""
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


def part_of(module: str) -> str:
    return module.partition(".")[0]


def test_every_part_of_the_house_has_its_place() -> None:
    assert {part_of(module) for module in FILES} <= set(MAY_IMPORT)


@pytest.mark.parametrize("module", FILES)
def test_module_imports_downwards_only(module: str) -> None:
    part = part_of(module)
    reached = {part_of(name) for name in OURS[module]}
    assert reached <= {part, *MAY_IMPORT[part]}


@pytest.mark.parametrize("module", [module for module in FILES if part_of(module) in WITHOUT_SCRAPY])
def test_module_knows_nothing_of_scrapy(module: str) -> None:
    assert not {name.partition(".")[0] for name in imported(module)} & OF_SCRAPY


def test_nothing_imports_itself_in_a_circle() -> None:
    TopologicalSorter(OURS).prepare()  # raises CycleError, which names the circle


def test_only_cli_and_the_rehearsal_itself_know_of_the_rehearsal() -> None:
    knowing = {part_of(module) for module, names in OURS.items() if "rehearsal" in map(part_of, names)}
    assert knowing <= {"cli", "rehearsal"}
