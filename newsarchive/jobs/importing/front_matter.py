"""A post of somebody else's: its header and its text, from YAML or TOML front matter, whole or damaged; pure.

What the original program wrote (``seed-format.md``, dialects A to E) is read by a pattern in microseconds where it is
sound, by YAML where it is not that plain, and line by line where it is no YAML.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import yaml

from newsarchive.archive.format.frontmatter import AUTHOR
from newsarchive.jobs.importing.source import NotTaken

MAX_HEADER = 64 * 1024
"""Characters; a parser of YAML is not given more of what others wrote."""

Value = str | list[str]

_HEADER_RE = re.compile(r"(?P<mark>---|\+\+\+)[ \t]*\n")
_END_RE = {"---": re.compile(r"^---[ \t]*$", re.M), "+++": re.compile(r"^\+\+\+[ \t]*$", re.M)}
_LOOSE_END_RE = re.compile(r"^[ \t]{1,16}-{3,16}[ \t]{0,16}$|^-{4,16}[ \t]{0,16}$", re.M)
_QUICK_RE = re.compile(
    r"(?P<key>[a-z][a-z0-9_]*): (?:'(?P<single>[^'\n]*)'|\"(?P<double>[^\"\\\n]*)\""
    r"|(?P<plain>[\u3400-\u9fff][\w－（）]*|true|false|Invalid Date"
    r"|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT))"
)
_QUICK_ITEM_RE = re.compile(r" - ([\u3400-\u9fff][\w－（）]*)")
_ODD_RE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What YAML forbids or takes for a line break."""
_KEY_RE = re.compile(r"[ \t]*(?P<key>title|categories|headimg|author|comments|date|thumbnail)[ \t]*[:：](?P<value>.*)")
_ITEM_RE = re.compile(r"[ \t]*+-[ \t]++(?P<value>.*)")
_QUOTES = "'\""
_WRAPPED_RE = re.compile(r"\n*<div>[ \t]*\n")
_WRAPPER_END_RE = re.compile(r"(?:  )?\n</div>[ \t\n]*\Z")
_SEEDS_KEYS = {"title", "categories", "author", "comments", "date"}
"""Of every post of the original program, in all its dialects."""


@dataclass(frozen=True, slots=True)
class Post:
    """What a file says."""

    header: Mapping[str, Value]
    """Texts and lists of texts, in their order; moments as they were written, or in ISO 8601."""
    body: str
    """Without the wrapper of the original program; LF alone."""
    is_seeds: bool
    """The original program wrote it."""
    is_plain: bool = False
    """The header is laid out as that program did, and so do we; nothing in it can be read in two ways."""
    mended: list[str] = field(default_factory=list)
    """What was not as it should be, and what was made of it."""

    def text(self, key: str) -> str:
        """The value of a key; empty where there is none, or a list."""
        value = self.header.get(key, "")
        return value if isinstance(value, str) else ""


def read(data: bytes) -> Post:
    """Take a file apart.  Raises ``NotTaken`` for one that is no post, or whose header nobody can read."""
    mended: list[str] = []
    text = _text(data, mended)
    start = len(text) - len(text.lstrip(" \t\n"))
    opening = _HEADER_RE.match(text, start)
    if opening is None:
        raise NotTaken("no front matter: it begins with neither --- nor +++")
    if text[:start] not in ("", "\n"):
        mended.append("blank lines before the header: taken away")
    header, rest = _split(text, opening, mended)
    if opening["mark"] == "+++":
        return Post(_of_toml(header), rest.lstrip("\n"), is_seeds=False, mended=mended)
    quick = _quick(header)
    values = _of_yaml(header, mended) if quick is None else quick
    is_wrapped = bool(_WRAPPED_RE.match(rest))
    is_seeds = values.keys() >= _SEEDS_KEYS and (is_wrapped or "thumbnail" in values or values["author"] == AUTHOR)
    if is_seeds:
        _split_categories(values, mended)
    body = _unwrapped(rest, mended) if is_seeds and is_wrapped else rest.lstrip("\n")
    return Post(values, body, is_seeds, quick is not None, mended)


def _text(data: bytes, mended: list[str]) -> str:
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
        mended.append("byte order mark: taken away")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise NotTaken(f"it is not UTF-8 (byte {error.start})") from None
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
        mended.append("CRLF: made LF")
    return text


def _split(text: str, opening: re.Match[str], mended: list[str]) -> tuple[str, str]:
    limit = opening.end() + MAX_HEADER
    end = _END_RE[opening["mark"]].search(text, opening.end(), limit + len("---"))
    if end is None and opening["mark"] == "---":
        end = _LOOSE_END_RE.search(text, opening.end(), limit)
        if end:
            mended.append("the line --- that ends the header: set right")
    if end is None:
        raise NotTaken(f"its header has no end within {MAX_HEADER} characters")
    return text[opening.end() : end.start()].rstrip("\n"), text[end.end() + 1 :]


# --- YAML ------------------------------------------------------------------------------------------------------------


class _Bounded(yaml.BaseLoader):
    """Texts, lists and mappings, no other types, and no aliases: a few of them make a header of gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it has aliases")
        return super().compose_node(parent, index)


def _of_yaml(header: str, mended: list[str]) -> dict[str, Value]:
    try:
        found = yaml.load(header, Loader=_Bounded)  # noqa: S506 - makes nothing but texts, lists and mappings
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return _by_lines(header, str(getattr(error, "problem", None) or error), mended)
    if not isinstance(found, dict) or not isinstance(found.get("title"), str):
        return _by_lines(header, "no title", mended)
    return _plain(found)


def _quick(header: str) -> dict[str, Value] | None:
    """The header of a sound file of the original's kind, or of ours; None for any other."""
    if _ODD_RE.search(header):
        return None
    values: dict[str, Value] = {}
    items: list[str] | None = None
    for line in header.split("\n"):
        if found := _QUICK_RE.fullmatch(line):
            values[found["key"]] = found["single"] or found["double"] or found["plain"] or ""
            items = None
        elif line == "categories: ":
            values["categories"] = items = []
        elif items is not None and (item := _QUICK_ITEM_RE.fullmatch(line)):
            items.append(item[1])
        else:
            return None
    return values if "title" in values else None


def _split_categories(values: dict[str, Value], mended: list[str]) -> None:
    """An item that is indented more than the one before it continues that one, for YAML: `` - 金融`` and ``   - 财经``."""
    items = values["categories"]
    if isinstance(items, list) and any(" - " in item for item in items):
        values["categories"] = [part.strip() for item in items for part in item.split(" - ")]
        mended.append("categories: their indentation set right")


def _plain(found: Mapping[Any, Any]) -> dict[str, Value]:
    """Texts and lists of texts alone; what is nested deeper is left."""
    values: dict[str, Value] = {}
    for key, value in found.items():
        if isinstance(key, str) and isinstance(value, str):
            values[key] = value
        elif isinstance(key, str) and isinstance(value, list):
            values[key] = _flat(value)
    return values


def _flat(items: list[Any]) -> list[str]:
    """``[[a, b], c]``, as Hexo writes several trees of categories, as one list."""
    inner = [item if isinstance(item, list) else [item] for item in items]
    return [text for texts in inner for text in texts if isinstance(text, str)]


# --- what is no YAML -------------------------------------------------------------------------------------------------


def _by_lines(header: str, problem: str, mended: list[str]) -> dict[str, Value]:
    """The seven keys of the original program as its own template wrote them, whatever quotes stand in their values."""
    values: dict[str, Value] = {}
    key = ""
    for line in header.split("\n"):
        if found := _KEY_RE.fullmatch(line):
            key = found["key"]
            values[key] = [] if key == "categories" else found["value"].strip()
        elif key == "categories" and (item := _ITEM_RE.fullmatch(line)):
            values[key] = [*values[key], _unquoted(item["value"].strip())]
        elif key not in ("", "categories") and line.strip():
            values[key] = f"{values[key]} {line.strip()}"  # a line break of the title
    if not isinstance(values.get("title"), str):
        raise NotTaken(f"its header cannot be read ({' '.join(problem.split())[:120]})")
    mended.append(f"the header is no YAML ({' '.join(problem.split())[:120]}): read line by line")
    return {name: _unquoted(value) if isinstance(value, str) else value for name, value in values.items()}


def _unquoted(text: str) -> str:
    """Without the quotes around it, also where they stand in piles."""
    while len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES:
        text = text[1:-1].strip()
    return text


# --- TOML, and the text ----------------------------------------------------------------------------------------------


def _of_toml(header: str) -> dict[str, Value]:
    try:
        found = tomllib.loads(header)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise NotTaken(f"its header is no TOML ({' '.join(str(error).split())[:120]})") from None
    return _plain({key: _as_text(value) for key, value in found.items()})


def _as_text(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value).lower() if isinstance(value, (bool, int, float)) else value


def _unwrapped(rest: str, mended: list[str]) -> str:
    """The text between ``<div>`` and ``</div>`` of the original's template."""
    begin = _WRAPPED_RE.match(rest)
    assert begin is not None
    body = rest[begin.end() :]
    end = _WRAPPER_END_RE.search(body, max(0, len(body) - 64))
    if end is None:
        mended.append("the end of the text is missing: kept as far as it goes")
        return body
    return body[: end.start()]
