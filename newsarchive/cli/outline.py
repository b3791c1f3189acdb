"""Shows an archive folder on a terminal: its tree, shortened to a screen, and the head of one article."""

from __future__ import annotations

from pathlib import Path

SHOWN_DAYS, SHOWN_FILES = 4, 3
HEAD_LINES, LINE_CHARACTERS = 18, 60
"""Chinese characters are two columns wide: 60 fill a line of a common terminal."""


def tree_of(archive: Path) -> list[str]:
    """The newest days, each with its first articles; about 20 lines."""
    days = sorted((day for day in archive.glob("[0-9]*/[0-9]*/[0-9]*") if day.is_dir()), reverse=True)
    lines = [f"{archive.name}/"]
    for day in reversed(days[:SHOWN_DAYS]):
        articles = sorted(day.glob("*.md"))
        lines.append(f"  {day.relative_to(archive).as_posix()}/")
        lines += [f"    {_short(article.name)}" for article in articles[:SHOWN_FILES]]
        if len(articles) > SHOWN_FILES:
            lines.append(f"    … {len(articles) - SHOWN_FILES} more")
        lines += ["    _day.jsonl"] if (day / "_day.jsonl").is_file() else []
    if len(days) > SHOWN_DAYS:
        lines.append(f"  … {len(days) - SHOWN_DAYS} earlier days")
    return lines


def head_of(archive: Path) -> list[str]:
    """The name and the first lines of the newest day's longest article; empty where there is none."""
    days = sorted(archive.glob("[0-9]*/[0-9]*/[0-9]*"), reverse=True)
    articles = [article for day in days[:1] for article in day.glob("*.md")]
    if not articles:
        return []
    article = max(articles, key=lambda path: (path.stat().st_size, path.name))
    text = article.read_text("utf-8").split("\n")
    return [f"{article.relative_to(archive).as_posix()}:", *(f"  {_short(line)}" for line in text[:HEAD_LINES])]


def _short(line: str) -> str:
    return line if len(line) <= LINE_CHARACTERS else f"{line[:LINE_CHARACTERS]}…"
