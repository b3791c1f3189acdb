"""Front matter that each YAML reader takes alike: every text in double quotes, what is not plain to see escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from newsarchive.archive.format.frontmatter import one_line
from newsarchive.items import BEIJING

Value = str | int | datetime | Sequence[str] | None


def front_matter(values: Mapping[str, Value]) -> str:
    r"""The header with its dashes and a newline behind; what is None or empty is left out.

    >>> print(front_matter({"title": 'A: "B"', "tags": ["x"]}), end="")
    ---
    title: "A: \"B\""
    tags: ["x"]
    ---
    """
    lines = [f"{key}: {_written(value)}\n" for key, value in values.items() if value not in (None, "", (), [])]
    return f"---\n{''.join(lines)}---\n"


def _written(value: Value) -> str:
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).isoformat(timespec="seconds")
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Sequence):
        return f"[{', '.join(map(quoted, value))}]"
    return str(value)


def quoted(text: str) -> str:
    """One line in double quotes (YAML 1.2 §7.3.1); what no printable character is, is written by its number."""
    return '"' + "".join(map(_sign, one_line(text))) + '"'


def _sign(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
