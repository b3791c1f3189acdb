"""What can be asked of the spider with ``-a``, checked before the archive is opened and before the first request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from newsarchive.errors import UsageError, did_you_mean
from newsarchive.sina.listing import urls
from newsarchive.sina.listing.channels import CHANNELS, Channel, channel

NAMES = ("since", "until", "channels", "urls", "url", "limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """One run's task: poll the channels, or the days of a range, or exactly these addresses."""

    channels: tuple[Channel, ...]
    days: tuple[date, date] | None = None
    """First and last day asked, Beijing; None for a poll."""
    urls: tuple[str, ...] | None = None
    """Canonical addresses; None where the listing is asked."""
    limit: int | None = None
    """At most so many new articles."""


def parse(given: Mapping[str, str], polled: Sequence[str], today: date) -> Arguments:
    """Read the ``-a`` arguments; ``polled`` are the channels of the settings.  Raises ``UsageError``."""
    for name in given:
        if name not in NAMES:
            raise UsageError(
                f"argument {name}: there is none of this name; expected {', '.join(NAMES)}{did_you_mean(name, NAMES)}"
            )
    by_hand = [name for name in ("urls", "url") if name in given]
    for name in ("since", "until", "channels"):
        if by_hand and name in given:
            raise UsageError(f"arguments {by_hand[0]} and {name}: expected one of them, addresses or a listing")
    return Arguments(
        channels=_channels(given["channels"].split(",") if "channels" in given else polled),
        days=_days(given, today),
        urls=_urls(given) if by_hand else None,
        limit=_limit(given["limit"]) if "limit" in given else None,
    )


def _channels(texts: Sequence[str]) -> tuple[Channel, ...]:
    """Each once, in declared order whatever the order here: names and categories of documents hang on it (design §3)."""
    asked = {channel(text) for text in texts if text.strip()}
    if not asked:
        raise UsageError("channels: expected at least one lid or name, with commas between them")
    return tuple(entry for entry in CHANNELS if entry in asked)


def _days(given: Mapping[str, str], today: date) -> tuple[date, date] | None:
    if "since" not in given:
        if "until" in given:
            raise UsageError("argument until: expected a since with it")
        return None
    since = _date("since", given["since"])
    until = min(_date("until", given["until"]), today) if "until" in given else today
    if since > until:
        raise UsageError(f"argument since={since}: expected a day that is not after until, nor after today ({today})")
    return since, until


def _date(name: str, text: str) -> date:
    with suppress(ValueError):
        day = date.fromisoformat(text)
        if day.isoformat() == text:  # not 20261101, not 2026-W44-7
            return day
    raise UsageError(f"argument {name}={text}: expected a day like 2026-11-01")


def _limit(text: str) -> int:
    try:
        limit = int(text)
    except ValueError:
        limit = 0
    if limit < 1:
        raise UsageError(f"argument limit={text}: expected a whole number, 1 or more")
    return limit


def _urls(given: Mapping[str, str]) -> tuple[str, ...]:
    """The given addresses, canonical, each once; ``urls`` is a file with one a line, ``#`` begins a comment."""
    asked = [("url", given["url"])] if "url" in given else []
    if "urls" in given:
        asked += [(f"{given['urls']}, line {number}", line) for number, line in _lines(Path(given["urls"]))]
    return tuple(dict.fromkeys(_canonical(where, text) for where, text in asked))


def _lines(file: Path) -> list[tuple[int, str]]:
    try:
        text = file.expanduser().read_text("utf-8-sig")
    except (OSError, RuntimeError, UnicodeError) as error:  # RuntimeError: ~ of a user that there is not
        raise UsageError(
            f"argument urls={file}: expected a text file in UTF-8 with one address a line ({error})"
        ) from None
    lines = enumerate((line.strip() for line in text.splitlines()), 1)
    found = [(number, line) for number, line in lines if line and not line.startswith("#")]
    if not found:
        raise UsageError(f"argument urls={file}: expected at least one address, one a line")
    return found


def _canonical(where: str, text: str) -> str:
    try:
        url = urls.canonical(text)
    except ValueError:
        url = ""
    if not urls.is_sina(url):
        raise UsageError(f"{where}: {text!r}: expected an address, https://…, on a host below sina.com.cn or sina.cn")
    if not urls.may_be_article(url):
        raise UsageError(f"{where}: {text!r}: expected the address of an article; a home or channel page is none")
    return url
