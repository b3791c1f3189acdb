"""The quality that the stored pages reach, and its floors: ``python -m tests.quality`` raises floors, ``--lower`` also lowers.

A floor that sinks unseen is how an extractor rots: a selector that no longer finds the editor fails no test of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from newsarchive.sina.page.boilerplate import RULES
from tests.stored import StoredPage, stored_pages, text_of

FLOORS = Path(__file__).with_name("quality.json")
Figures = dict[str, int]
"""``fields`` found, ``paragraphs`` and ``characters`` of text, ``images``, and ``clean_lines``: those that are no boilerplate."""


def measure(page: StoredPage) -> Figures:
    read = page.read()
    lines = [text for line in read["body"] if (text := text_of(line))]
    return {
        "fields": sum(bool(value) for value in read.values()),
        "paragraphs": len(lines),
        "characters": sum(map(len, lines)),
        "images": sum(line.count("<img ") for line in read["body"]),
        "clean_lines": sum(not RULES.paragraphs.match(line) for line in lines),
    }


def floors() -> dict[str, Figures]:
    return json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}


def fallen(measured: dict[str, Figures], floor: dict[str, Figures]) -> list[str]:
    """The values below their floor, and floors whose page is gone."""
    return [
        f"{name}: {figure} {measured.get(name, {}).get(figure, 0)}, the floor is {least}"
        for name, figures in floor.items()
        for figure, least in figures.items()
        if measured.get(name, {}).get(figure, 0) < least
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--lower", action="store_true", help="let floors sink to what the pages reach now")
    lower = parser.parse_args().lower
    measured = {page.name: measure(page) for page in stored_pages()}
    sunk = fallen(measured, floors())
    if sunk and not lower:
        sys.exit("\n".join((*sunk, "nothing was written; --lower accepts it")))
    FLOORS.write_text(json.dumps(measured, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
