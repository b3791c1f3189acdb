"""What each setting may be, and where the archive lies: checked before the first request, said in one plain line.

Imports no Scrapy, so that every command can ask it.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol

from newsarchive.errors import UsageError, did_you_mean
from newsarchive.items import BEIJING

PREFIX = "NEWSARCHIVE_"
DIR_VARIABLE = "NEWSARCHIVE_DIR"

ADDRESS_RE = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]{1,30}:/")
"""``https://…`` or what a path makes of it; one letter before the colon is a drive of Windows."""
CONTROL_RE = re.compile(r"[\x00-\x1f\x7f]")

EXTRA_KEYS = (
    "source_url", "docid", "published_at", "modified_at", "listed_at", "seen_at", "fetched_at",
    "media", "editor", "keywords", "symbols", "sha256",
)  # fmt: skip
"""What ``ARCHIVE_EXTRA_KEYS`` may add to the front matter (design §3)."""

TRUE, FALSE = ("1", "true", "True"), ("0", "false", "False")
"""What Scrapy's ``getbool`` understands; it raises on the rest, and takes any other number for true."""

MOST = 1e7
"""The largest number of seconds, minutes or hours: in hours a thousand years, which Python can still add to today's date."""


class SettingsLike(Protocol):
    """What we need of Scrapy's settings."""

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a setting, or ``default``."""

    def __iter__(self) -> Iterator[Any]: ...


Reader = Callable[[Any], Any]
"""Turns what was given, text or a Python value, into the value; raises ``ValueError`` with what was expected."""


def flag(given: Any) -> bool:
    """Read 1, 0, True or False."""
    if str(given) not in TRUE + FALSE:
        raise ValueError("1 or 0")
    return str(given) in TRUE


def words(given: Any) -> list[str]:
    """A list, or text with commas; empty entries are none."""
    entries = given.split(",") if isinstance(given, str) else given
    if not isinstance(entries, Sequence):
        raise ValueError("words with commas between them")
    return [str(entry).strip() for entry in entries if str(entry).strip()]


def number(least: float) -> Reader:
    """A reader of numbers from ``least`` to ``MOST``."""
    expected = f"a number from {least:g} to {MOST:.0f}"

    def read(given: Any) -> float:
        try:
            found = float(given)
        except (TypeError, ValueError):
            raise ValueError(expected) from None
        if isinstance(given, bool) or not least <= found <= MOST:
            raise ValueError(expected)
        return found

    return read


def whole(least: int) -> Reader:
    """A reader of whole numbers, ``least`` or more."""

    def read(given: Any) -> int:
        try:
            found = int(str(given))
        except ValueError:
            found = least - 1
        if found < least:
            raise ValueError(f"a whole number, {least} or more")
        return found

    return read


def numbers(given: Any) -> list[float]:
    """Read a list of numbers, 0 or more each; may be empty."""
    try:
        return [number(0)(entry) for entry in words(given)]
    except ValueError as error:
        raise ValueError(f"nothing, or with commas between them each {error}") from None


def one_of(*choices: str) -> Reader:
    """A reader that takes one of ``choices`` as it is."""

    def read(given: Any) -> str:
        if given not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return str(given)

    return read


def some_of(*choices: str) -> Reader:
    """A reader of lists that hold nothing but ``choices``; may be empty."""

    def read(given: Any) -> list[str]:
        found = words(given)
        if not set(found) <= set(choices):
            raise ValueError("any of " + ", ".join(choices))
        return found

    return read


def line(given: Any) -> str:
    """Text that may stand in an HTTP header."""
    if not isinstance(given, str) or not given.isprintable():
        raise ValueError("one line of text")
    return given


def log_format(given: Any) -> str:
    """``json``, or a format of Python's logging that a record fits into."""
    try:
        if given != "json":
            logging.Formatter(given).format(logging.makeLogRecord({}))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ValueError("json, or a format like %(asctime)s %(levelname)s %(message)s") from None
    return str(given)


def share(given: Any) -> float:
    """Read a number from 0 to 1."""
    found = float(number(0)(given))
    if found > 1:
        raise ValueError("a number from 0 to 1")
    return found


def addresses(given: Any) -> str:
    """Addresses for apprise, one after the other; a comma may stand within one, so apprise takes them apart."""
    return line(given if isinstance(given, str) else " ".join(words(given)))


def folder(given: Any) -> Path:
    """A folder's path, ``~`` resolved; no address, whose password would then stand in every message."""
    if ADDRESS_RE.match(str(given)):
        raise ValueError("the path of a folder, not an address")
    if not str(given).strip() or not isinstance(given, str | Path) or CONTROL_RE.search(str(given)):
        raise ValueError("the path of a folder")
    try:
        return Path(given).expanduser()
    except RuntimeError:
        raise ValueError("the path of a folder, behind ~ a user of this machine") from None


OURS: Mapping[str, Reader] = {
    "SINA_CHANNELS": words,
    "DISCOVER_OVERLAP_ROWS": whole(1),
    "DISCOVER_STALE_HOURS": number(0),
    "DISCOVER_GAPS_ONLY": flag,
    "FETCH_CONTACT": line,
    "FETCH_CRAWLS_AT_ONCE": whole(1),
    "FETCH_ENDS_WITH_INPUT": flag,
    "SINA_USE_TWINS": flag,
    "SINA_BAN_MINUTES": number(0),
    "REVISIT_HOURS": numbers,
    "REVISIT_MAX_PER_RUN": whole(0),
    "RAW_STORE": one_of("warc", "none"),
    "RAW_MAX_MB": number(0.001),
    "DEDUPE_SAME_TEXT": one_of("skip", "mark"),
    "ARCHIVE_DIR": folder,
    "ARCHIVE_PROFILE": one_of("clean", "rsshub"),
    "ARCHIVE_EXTRA_KEYS": some_of(*EXTRA_KEYS),
    "ARCHIVE_IMAGES": flag,
    "IMAGE_MAX_MB": number(0.01),  # 0 means to Scrapy: however large
    "CLOCK_OFFSET_SECONDS": number(-MOST),
    "RUN_REPORT_JSON": flag,
    "PROGRESS_SECONDS": number(0),
    "ALERT_URLS": addresses,
    "ALERT_COVERAGE_SHARE": share,
    "ALERT_DISK_FREE_MB": number(0),
}
"""Our settings, in flow order, with what they take."""

SECRET = frozenset(("ALERT_URLS",))
"""Settings whose values no message may quote."""

SCRAPYS: Mapping[str, Reader] = {
    "ROBOTSTXT_OBEY": flag,
    "DOWNLOAD_DELAY": number(0),
    "DOWNLOAD_DELAY_JITTER": number(0),
    "CONCURRENT_REQUESTS": whole(1),
    "CONCURRENT_REQUESTS_PER_DOMAIN": whole(1),
    "CONCURRENT_ITEMS": whole(1),
    "DOWNLOAD_TIMEOUT": number(0.1),  # 0 means Scrapy's own 10 seconds
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
    "LOG_FORMAT": log_format,
    "LOG_LEVEL": one_of("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"),
    "COOKIES_ENABLED": flag,
    "REDIRECT_ENABLED": flag,
    "REDIRECT_MAX_TIMES": whole(0),
    "HTTPPROXY_ENABLED": flag,
}
"""Those of Scrapy's that people set by hand here; it would take a wrong one with a traceback, or pass over it."""

NEARLY = 0.8
"""Likeness (difflib) from which on a name is a slip for one of ours; no setting of Scrapy 2.19 comes so near."""

OUR_STAGES = (
    "SINA_",
    "DISCOVER_",
    "FETCH_",
    "REVISIT_",
    "RAW_",
    "DEDUPE_",
    "ARCHIVE_",
    "IMAGE_",
    "CLOCK_",
    "RUN_REPORT_",
    "PROGRESS_",
    "ALERT_",
)
"""How all of ours begin and none of Scrapy's: what begins so and is not known is a slip of the pen."""


def variable_of(name: str) -> str:
    """The environment variable of a setting: ``NEWSARCHIVE_<NAME>``, for the folder ``NEWSARCHIVE_DIR``."""
    return DIR_VARIABLE if name == "ARCHIVE_DIR" else PREFIX + name


def from_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Ours, and those of Scrapy's that we know, as the environment gives them; an empty variable is one: a list may be empty."""
    return {name: environ[variable_of(name)] for name in (*OURS, *SCRAPYS) if variable_of(name) in environ}


def check(settings: SettingsLike, foreign: Container[str] = ()) -> None:
    """Raise ``UsageError`` for the first setting that makes no sense, with what was expected.

    ``foreign`` are names that others give their settings, as Scrapy does: those are no slips for ours.
    """
    for name, read in {**OURS, **SCRAPYS}.items():
        given = settings.get(name)
        try:
            read(given)
        except ValueError as expected:
            shown = "(not shown)" if name in SECRET else repr(given)
            raise UsageError(f"setting {name}={shown}: expected {expected}") from None
    unknown = sorted(name for name in settings if name not in foreign and _is_slip(str(name)))
    if unknown:
        near = did_you_mean(unknown[0], OURS)
        raise UsageError(f"setting {unknown[0]}: there is none of this name; ours are {', '.join(OURS)}{near}")


def _is_slip(name: str) -> bool:
    """Whether a setting is meant to be one of ours: it begins as they do, or is spelt nearly so, as none of Scrapy's is."""
    if name in OURS or name in SCRAPYS:
        return False
    return name.startswith(OUR_STAGES) or bool(get_close_matches(name, OURS, n=1, cutoff=NEARLY))


def value(settings: SettingsLike, name: str) -> Any:
    """One of our settings, checked before, with its type."""
    return OURS[name](settings.get(name))


def clock(settings: SettingsLike) -> Callable[[], datetime]:
    """The clock of a run, in ``BEIJING``: the machine's, moved by ``CLOCK_OFFSET_SECONDS``."""
    moved = timedelta(seconds=value(settings, "CLOCK_OFFSET_SECONDS"))
    return lambda: datetime.now(BEIJING) + moved


def archive_dir(settings: SettingsLike, project: Path) -> Path:
    """The archive's folder; ``project`` is the folder of scrapy.cfg, which a relative one is relative to."""
    return Path(project, value(settings, "ARCHIVE_DIR"))
