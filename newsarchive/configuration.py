"""What each setting may be, and where the archive lies: checked before the first request, said in one plain line.

Imports no Scrapy, so that every command can ask it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from newsarchive.errors import UsageError

PREFIX = "NEWSARCHIVE_"
DIR_VARIABLE = "NEWSARCHIVE_DIR"

EXTRA_KEYS = (
    "source_url", "docid", "published_at", "modified_at", "listed_at", "seen_at", "fetched_at",
    "media", "editor", "keywords", "symbols", "sha256",
)  # fmt: skip
"""What ``ARCHIVE_EXTRA_KEYS`` may add to the front matter (design §3)."""

TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class SettingsLike(Protocol):
    """What we need of Scrapy's settings."""

    def get(self, name: str, default: Any = None) -> Any: ...

    def keys(self) -> Any: ...


Reader = Callable[[Any], Any]
"""Turns what was given, text or a Python value, into the value; raises ``ValueError`` with what was expected."""


def flag(value: Any) -> bool:
    text = str(value).strip().lower()
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    raise ValueError("1 or 0")


def words(value: Any) -> list[str]:
    """A list, or text with commas; empty entries are none."""
    entries = value.split(",") if isinstance(value, str) else value
    if not isinstance(entries, Sequence):
        raise ValueError("words with commas between them")
    return [str(entry).strip() for entry in entries if str(entry).strip()]


def number(least: float) -> Reader:
    def read(value: Any) -> float:
        expected = f"a number, {least:g} or more"
        try:
            found = float(value)
        except (TypeError, ValueError):
            raise ValueError(expected) from None
        if not least <= found < float("inf"):
            raise ValueError(expected)
        return found

    return read


def whole(least: int) -> Reader:
    def read(value: Any) -> int:
        try:
            found = int(str(value).strip())
        except ValueError:
            found = least - 1
        if isinstance(value, bool) or found < least:
            raise ValueError(f"a whole number, {least} or more")
        return found

    return read


def numbers(value: Any) -> list[float]:
    try:
        return [number(0)(entry) for entry in words(value)]
    except ValueError:
        raise ValueError("numbers with commas between them, or nothing") from None


def one_of(*choices: str) -> Reader:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return str(value)

    return read


def some_of(*choices: str) -> Reader:
    def read(value: Any) -> list[str]:
        found = words(value)
        if not set(found) <= set(choices):
            raise ValueError("any of " + ", ".join(choices))
        return found

    return read


def text(value: Any) -> str:
    """One line of text: it may stand in an HTTP header or a path."""
    if not isinstance(value, str) or any(ord(character) < 32 for character in value):
        raise ValueError("one line of text")
    return value


def folder(value: Any) -> str:
    if isinstance(value, Path):
        value = str(value)
    if not text(value).strip():
        raise ValueError("the path of a folder")
    return str(value)


OURS: Mapping[str, Reader] = {
    "SINA_CHANNELS": words,
    "DISCOVER_OVERLAP_ROWS": whole(1),
    "DISCOVER_STALE_HOURS": number(0),
    "FETCH_CONTACT": text,
    "SINA_USE_TWINS": flag,
    "SINA_BAN_MINUTES": number(0),
    "REVISIT_HOURS": numbers,
    "RAW_STORE": one_of("warc", "none"),
    "DEDUPE_SAME_TEXT": one_of("skip", "mark"),
    "ARCHIVE_DIR": folder,
    "ARCHIVE_PROFILE": one_of("clean", "rsshub"),
    "ARCHIVE_EXTRA_KEYS": some_of(*EXTRA_KEYS),
    "ARCHIVE_IMAGES": flag,
    "RUN_REPORT_JSON": flag,
    "PROGRESS_SECONDS": number(0),
}
"""Our settings, in flow order, with what they take."""

SCRAPYS: Mapping[str, Reader] = {
    "ROBOTSTXT_OBEY": flag,
    "DOWNLOAD_DELAY": number(0),
    "DOWNLOAD_DELAY_JITTER": number(0),
    "CONCURRENT_REQUESTS": whole(1),
    "CONCURRENT_REQUESTS_PER_DOMAIN": whole(1),
    "CONCURRENT_ITEMS": whole(1),
    "DOWNLOAD_TIMEOUT": number(0),
    "DOWNLOAD_MAXSIZE": whole(0),
    "DOWNLOAD_WARNSIZE": whole(0),
    "DOWNLOAD_VERIFY_CERTIFICATES": flag,
    "RETRY_ENABLED": flag,
    "RETRY_TIMES": whole(0),
    "CLOSESPIDER_TIMEOUT": number(0),
    "CLOSESPIDER_ITEMCOUNT": whole(0),
    "CLOSESPIDER_PAGECOUNT": whole(0),
    "CLOSESPIDER_ERRORCOUNT": whole(0),
    "LOG_ENABLED": flag,
    "LOG_LEVEL": one_of("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"),
    "COOKIES_ENABLED": flag,
    "REDIRECT_ENABLED": flag,
    "REDIRECT_MAX_TIMES": whole(0),
    "HTTPPROXY_ENABLED": flag,
}
"""Those of Scrapy's that people set by hand here; it would take a wrong one with a traceback, or pass over it."""

OUR_STAGES = ("SINA_", "DISCOVER_", "FETCH_", "REVISIT_", "RAW_", "DEDUPE_", "ARCHIVE_", "RUN_REPORT_", "PROGRESS_")


def variable_of(name: str) -> str:
    return DIR_VARIABLE if name == "ARCHIVE_DIR" else PREFIX + name


def from_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Our settings as the environment gives them; an empty variable is one, since an empty list can be meant."""
    return {name: environ[variable_of(name)] for name in OURS if variable_of(name) in environ}


def check(settings: SettingsLike) -> None:
    """Raise ``UsageError`` for the first setting that makes no sense, with what was expected."""
    for name, read in {**OURS, **SCRAPYS}.items():
        value = settings.get(name)
        if value is None:
            continue
        try:
            read(value)
        except ValueError as expected:
            raise UsageError(f"setting {name}={value}: expected {expected}") from None
    unknown = sorted(name for name in settings.keys() if name.startswith(OUR_STAGES) and name not in OURS)  # noqa: SIM118
    if unknown:
        raise UsageError(f"setting {unknown[0]}: there is none of this name; ours are {', '.join(OURS)}")


def value(settings: SettingsLike, name: str) -> Any:
    """One of our settings, with its type."""
    return OURS[name](settings.get(name))


def archive_dir(settings: SettingsLike, project: Path) -> Path:
    """The archive's folder; ``project`` is the folder of scrapy.cfg, which a relative one is relative to."""
    return project / Path(value(settings, "ARCHIVE_DIR")).expanduser()
