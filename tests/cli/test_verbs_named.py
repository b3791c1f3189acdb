"""No message, docstring or document tells people to run a verb, or an option of one, that does not exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from newsarchive.cli import VERBS, main

ROOT = Path(__file__).resolve().parents[2]
MODULES = [file for file in sorted((ROOT / "newsarchive").rglob("*.py")) if "rehearsal" not in file.parts]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "archive/README.md",
]
NAMED_RE = re.compile(r"\bnewsarchive (?!newsarchive )([a-z][a-z-]+)(?![\w:])((?:[ /]--[a-z][a-z-]+)*)")
"""A verb behind the program's name, and the options right behind it; ``newsarchive begins:`` is a mark in a crontab."""
IN_CODE_RE = re.compile(r"`([^`]*)`|^ {4}(.*)$|^(?:\$ |# )?(newsarchive .*)$", re.M)
PROGRAM = typer.main.get_command(main)


def strings(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def options_of(verb: str) -> set[str]:
    command = PROGRAM.get_command(typer.Context(PROGRAM), verb)
    return {option for parameter in command.params for option in parameter.opts} | {"--help"}


def unknown(text: str) -> list[str]:
    """What ``text`` names and nobody has; the crawl's options are Scrapy's."""
    found = []
    for verb, options in NAMED_RE.findall(text):
        if verb not in VERBS:
            found.append(f"newsarchive {verb}")
        elif verb != "crawl":
            found += [
                f"{verb} {option}" for option in re.findall(r"--[a-z-]+", options) if option not in options_of(verb)
            ]
    return found


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_verb_that_the_program_names_exists(file: Path) -> None:
    assert [name for text in strings(file) for name in unknown(text)] == []


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_verb_that_a_document_names_exists(file: Path) -> None:
    code = ("".join(parts) for parts in IN_CODE_RE.findall(file.read_text("utf-8")))
    assert [name for text in code for name in unknown(text)] == []


def test_a_verb_that_does_not_exist_would_be_found() -> None:
    assert unknown("run `newsarchive verfy`") == ["newsarchive verfy"]
    assert unknown("newsarchive gaps --refill") == ["gaps --refill"]
