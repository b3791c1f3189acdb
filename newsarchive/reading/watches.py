"""``watches.toml`` in the archive's folder: searches that are told of, each time they find something new.

[[watch]]
name = "降准"
query = "降准 OR 降息 -国债"
tell = ["tgram://TOKEN/CHAT"]   # else ALERT_URLS; [] tells nobody
digest = 8                      # the hour, in Beijing, at which all of a day is told; else at once
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from newsarchive.archive.format.paths import WATCHES_NAME
from newsarchive.errors import UsageError, cause_of, did_you_mean
from newsarchive.reading.search.query import NO_NAMES, Query, parse

KEYS = ("name", "query", "tell", "digest")
MOST_BYTES = 256 * 1024
"""Of the file: ``MOST_WATCHES`` with long queries and addresses."""
MOST_WATCHES = 200
"""Each new article is compared with all of them, 4 µs each."""
MOST_NAME = 80
"""Characters of a name: it stands in the title of a message."""
LAST_HOUR = 23

_HEAD_RE = re.compile(r"\s*\[\[\s*(?:watch|\"watch\"|'watch')\s*\]\]")
_KEY_RE = re.compile(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*[=.]")
_PLACE_RE = re.compile(r"at line ([0-9]+)")


@dataclass(frozen=True, slots=True)
class Watch:
    """One saved search, and whom to tell of what it finds."""

    name: str
    """One line; no two watches have the same."""
    query: Query
    tell: str | None = field(default=None, repr=False)
    """Addresses as apprise reads them, a secret; empty: nobody; None: those of ``ALERT_URLS``."""
    digest: int | None = None
    """The hour in Beijing at which it is told; None: at once."""


def read(root: Path, channel_names: Mapping[str, str] = NO_NAMES) -> list[Watch]:
    """The watches of an archive, in the order of the file; none where there is no file.

    Raises ``UsageError`` that names file and line.
    """
    path = root / WATCHES_NAME
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {cause_of(error)[0]}") from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"{path} has more than {MOST_BYTES} bytes: expected a few lines for each watch")
    return _File(path, data).watches(channel_names)


def named(watches: list[Watch], name: str, root: Path) -> Watch:
    """The watch of this name; raises ``UsageError``."""
    for watch in watches:
        if watch.name == name:
            return watch
    near = did_you_mean(name, [watch.name for watch in watches])
    raise UsageError(f"{root / WATCHES_NAME} has no watch named {name}{near}")


class _File:
    """The file, taken apart; every complaint tells its line."""

    def __init__(self, path: Path, data: bytes) -> None:
        self._path = path
        try:
            self._text = data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise UsageError(f"{path}, line {line}: expected text in UTF-8") from error

    def watches(self, channel_names: Mapping[str, str]) -> list[Watch]:
        tables = self._tables()
        found = [self._watch(number, table, channel_names) for number, table in enumerate(tables)]
        first: dict[str, int] = {}
        for number, watch in enumerate(found):
            if first.setdefault(watch.name.casefold(), number) != number:
                raise self._wrong(number, "name", f"another watch is named {watch.name}: expected a name of its own")
        return found

    def _tables(self) -> list[dict[str, Any]]:
        try:
            told = tomllib.loads(self._text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            place = _PLACE_RE.search(str(error))
            line = place[1] if place else self._text.count("\n") + 1
            raise UsageError(f"{self._path}, line {line}: this is not TOML: {error}") from error
        tables = told.pop("watch", [])
        if told or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            line = self._line_beside_watches(next(iter(told), "watch"))
            raise UsageError(f"{self._path}, line {line}: expected [[watch]] and below it {', '.join(KEYS)}")
        if len(tables) > MOST_WATCHES:
            raise self._wrong(MOST_WATCHES, None, f"expected at most {MOST_WATCHES} watches")
        return tables

    def _watch(self, number: int, table: dict[str, Any], channel_names: Mapping[str, str]) -> Watch:
        if unknown := next((key for key in table if key not in KEYS), None):
            raise self._wrong(number, unknown, f"a watch has no key {unknown}{did_you_mean(unknown, KEYS)}")
        for key in ("name", "query"):
            if key not in table:
                raise self._wrong(number, None, f"this watch has no {key}")
        return Watch(
            self._name(number, table["name"]),
            self._query(number, table["query"], channel_names),
            self._tell(number, table.get("tell")),
            self._digest(number, table.get("digest")),
        )

    def _name(self, number: int, given: object) -> str:
        name = given.strip() if isinstance(given, str) else ""
        if not name or len(name) > MOST_NAME or not name.isprintable():
            raise self._wrong(number, "name", f"expected a name of 1 to {MOST_NAME} characters, in one line")
        return name

    def _query(self, number: int, given: object, channel_names: Mapping[str, str]) -> Query:
        if not isinstance(given, str):
            raise self._wrong(number, "query", 'expected words to search for, like "降准 OR 降息"')
        try:
            return parse(given, channel_names)
        except UsageError as error:
            raise self._wrong(number, "query", str(error)) from error

    def _tell(self, number: int, given: object) -> str | None:
        if given is None:
            return None
        told: list[Any] = given if isinstance(given, list) else [given]
        addresses = " ".join(address for address in told if isinstance(address, str))
        if not all(isinstance(address, str) for address in told) or not addresses.isprintable():
            raise self._wrong(number, "tell", 'expected addresses, like ["mailtos://…"]; what is there is not shown')
        return addresses.strip()

    def _digest(self, number: int, given: object) -> int | None:
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= LAST_HOUR:
            raise self._wrong(number, "digest", f"expected an hour of Beijing's day, 0 to {LAST_HOUR}")
        return given

    # --- lines -------------------------------------------------------------------------------------------------------

    def _wrong(self, number: int, key: str | None, why: str) -> UsageError:
        return UsageError(f"{self._path}, line {self._line(number, key)}: {why}")

    def _line(self, number: int, key: str | None) -> int:
        """Of a key of a watch; else of the watch's head."""
        lines = self._text.split("\n")
        heads = [at for at, line in enumerate(lines, 1) if _HEAD_RE.match(line)]
        if number >= len(heads):  # written as watch = [{...}, ...]
            return self._line_beside_watches("watch")
        end = heads[number + 1] if number + 1 < len(heads) else len(lines) + 1
        within = range(heads[number], end)
        return next((at for at in within if key and _key_of(lines[at - 1]) == key), heads[number])

    def _line_beside_watches(self, key: str) -> int:
        return next((at for at, line in enumerate(self._text.split("\n"), 1) if _names(line, key)), 1)


def _key_of(line: str) -> str | None:
    found = _KEY_RE.match(line)
    return found[1] if found else None


def _names(line: str, key: str) -> bool:
    """Whether the line gives this key, or begins its table."""
    return _key_of(line) == key or line.strip().lstrip("[ \"'").startswith(key)
