"""Whether all is well with an archive: what is seen of it, and the verdict, a pure function of that.

Looks and never writes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from newsarchive import settings
from newsarchive.archive.format.journal import moment, stamp
from newsarchive.archive.format.paths import STATE_NAME
from newsarchive.archive.format.paths import sizes as sizes_of
from newsarchive.archive.format.raw_place import RAW_NAME, SUFFIX
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.coverage import Waiting
from newsarchive.archive.index.damage import Damage
from newsarchive.archive.index.damage import summary as damage_summary
from newsarchive.archive.index.days import LastPoll
from newsarchive.archive.index.pictures import PictureCounts
from newsarchive.archive.index.view import look
from newsarchive.archive.record import brake, inspection
from newsarchive.archive.record.brake import Brake
from newsarchive.archive.record.inspection import FileFinding
from newsarchive.archive.record.lock import ArchiveLock, Owner
from newsarchive.cli.clock import now_of
from newsarchive.errors import CatalogueUnusable, UsageError
from newsarchive.operation.report import BLOCKED, DAMAGED, DONE, LISTING, MISSING, NOT_WRITABLE, kept_runs
from newsarchive.settings import values
from newsarchive.sina.listing.channels import channel as channel_of

GOOD = (DONE, MISSING)
"""Exit codes of a run that read the listing and did its work."""
RUNS_LOOKED_AT = 10_000
"""For the last good one, newest first: two months of a run every ten minutes; further back, it does not matter when."""
LEAST_FREE_BYTES = 1_000_000
"""With less, the disk is full: one article and its journal line are some ten thousand bytes."""

Run = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStatus:
    """How far one channel is read."""

    channel: str
    newest_at: datetime | None
    """The latest ``ctime`` that it showed."""
    polled_at: datetime | None
    """When the last poll of it came to its end; None also after a rebuild of the catalogue."""
    is_stale: bool
    unsealed: Sequence[date]
    """Finished days that are not sealed, newest first: those that ``coverage`` shows so, and empty ones to be swept."""
    given_up: Sequence[date]
    """Those of them that are left so, because the listing did not answer for them."""
    unswept: Sequence[date]
    """Those of them that no sweep reads, because they lie before the channel's first poll and nobody asked for them."""


@dataclass(frozen=True, slots=True)
class Journals:
    """What is there, whatever the catalogue says."""

    days: int
    bytes: int
    newest: date | None


@dataclass(frozen=True, slots=True)
class RawStoreSize:
    """The raw store, as it looks from outside."""

    files: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that the verdict rests on."""

    now: datetime
    stale_hours: float
    """0: nothing is ever stale."""
    last_run: Run | None
    last_good_run: Run | None
    channels: Sequence[ChannelStatus]
    brake: Brake | None
    owner: Owner | None
    journals: Journals
    waiting: Waiting | None
    """None where neither the catalogue nor, in a second, the journals tell it; then ``channels`` is empty, too."""
    damage: Sequence[Damage] = ()
    """Of journals, which nobody has accepted yet."""
    files: Sequence[FileFinding] = ()
    """Of the newest days, that are not as they should be."""
    pictures: PictureCounts | None = None
    """None of an archive that keeps none."""
    raw: RawStoreSize = RawStoreSize(0, 0)
    unusable: str | None
    """Why the catalogue cannot be used, and what to do; None where it can."""
    free_bytes: int | None
    cannot_write: str | None
    """Why, in plain words; None where it can be written."""


# --- what is seen ----------------------------------------------------------------------------------------------------


def observe(root: Path) -> Seen:
    """All of it, read without a lock."""
    now, hours, polled = _settings()
    catalogued, unusable = _catalogued(root, now, hours, polled)
    state = root / STATE_NAME
    runs = list(_until_good(kept_runs(state, now)))
    return Seen(
        now=now,
        stale_hours=hours,
        last_run=runs[0] if runs else None,
        last_good_run=next((run for run in runs if run.get("exit_code") in GOOD), None),
        channels=catalogued.channels,
        brake=brake.read(state, now),
        owner=ArchiveLock(state).owner(),
        journals=_journals(root),
        raw=_raw_files(root),
        waiting=catalogued.waiting,
        damage=catalogued.damage,
        files=catalogued.files,
        pictures=catalogued.pictures,
        unusable=unusable,
        free_bytes=_free_bytes(root),
        cannot_write=_cannot_write(root, state),
    )


@dataclass(frozen=True, slots=True)
class _Catalogued:
    """What the catalogue tells."""

    channels: Sequence[ChannelStatus] = ()
    waiting: Waiting | None = None
    damage: Sequence[Damage] = ()
    files: Sequence[FileFinding] = ()
    pictures: PictureCounts | None = None


def _catalogued(root: Path, now: datetime, hours: float, polled: Sequence[str]) -> tuple[_Catalogued, str | None]:
    """What it tells, or in its place the journals; and why it cannot be used."""

    def read(catalogue: Catalogue) -> _Catalogued:
        channels, waiting = _channels(catalogue, polled, now, hours), catalogue.coverage.waiting(now)
        held = catalogue.pictures.holding()
        pictures = held if any(held) else None
        return _Catalogued(channels, waiting, catalogue.damage.open(), inspection.recent(root, catalogue), pictures)

    why: list[str] = []
    try:
        return look(root, read, why.append), next(iter(why), None)
    except CatalogueUnusable as error:
        return _Catalogued(), str(error)


def _journals(root: Path) -> Journals:
    sizes = dict(sizes_of(root))
    return Journals(len(sizes), sum(sizes.values()), max(sizes, default=None))


def _settings() -> tuple[datetime, float, list[str]]:
    """Now, the hours after which a channel is stale, the channels that are polled; raises ``UsageError``."""
    given = vars(settings)
    try:
        hours, polled = values.value(given, "DISCOVER_STALE_HOURS"), values.value(given, "SINA_CHANNELS")
    except ValueError as expected:
        raise UsageError(f"a setting of DISCOVER_ or SINA_ is wrong: expected {expected}") from None
    return now_of(), hours, [channel_of(text).lid for text in polled]


def _channels(catalogue: Catalogue, polled: Sequence[str], now: datetime, hours: float) -> list[ChannelStatus]:
    """Those of the settings, then those that were polled some time else."""
    polls = {poll.channel: poll for poll in catalogue.days.polls()}
    given_up = catalogue.days.given_up()
    return [
        ChannelStatus(
            channel=lid,
            newest_at=(newest_at := _newest(catalogue, lid, polls.get(lid), now)),
            polled_at=min(polls[lid].ended_at, now) if lid in polls else None,
            is_stale=bool(hours) and (newest_at is None or newest_at < now - timedelta(hours=hours)),
            unsealed=catalogue.days.unsealed(lid, now),
            given_up=[day for day, channel in given_up if channel == lid],
            unswept=catalogue.days.unswept(lid, now),
        )
        for lid in dict.fromkeys([*polled, *polls])
    ]


def _newest(catalogue: Catalogue, lid: str, poll: LastPoll | None, now: datetime) -> datetime | None:
    """What the last poll saw; where that is forgotten, what the journals say."""
    return (poll.newest_at if poll else None) or catalogue.coverage.newest(lid, now.date())


def _until_good(runs: Iterator[Run]) -> Iterator[Run]:
    for _, run in zip(range(RUNS_LOOKED_AT), runs, strict=False):
        yield run
        if run.get("exit_code") in GOOD:
            return


def _raw_files(root: Path) -> RawStoreSize:
    """What can be looked at; a folder that this user may not read is passed over."""
    sizes = [path.stat().st_size for path in (root / RAW_NAME).glob(f"*/*/*{SUFFIX}") if path.is_file()]
    return RawStoreSize(len(sizes), sum(sizes))


def _free_bytes(root: Path) -> int | None:
    try:
        return shutil.disk_usage(root).free
    except OSError:
        return None


def _cannot_write(root: Path, state: Path) -> str | None:
    """Judged by what the system says, since a look writes nothing; a run tries it."""
    free_bytes = _free_bytes(root)
    if free_bytes is not None and free_bytes < LEAST_FREE_BYTES:
        return "the disk is full"
    folder = next(
        (folder for folder in (root, state) if folder.exists() and not os.access(folder, os.W_OK | os.X_OK)), None
    )
    return f"{folder} may not be written by this user" if folder else None


# --- the verdict -----------------------------------------------------------------------------------------------------


def verdict(seen: Seen) -> dict[int, str]:
    """What is not well, by exit code, in a sentence each."""
    found = {
        NOT_WRITABLE: seen.cannot_write and f"the archive cannot be written: {seen.cannot_write}",
        DAMAGED: damage_summary(seen.damage),
        BLOCKED: _braked(seen),
        LISTING: _sick(seen),
        MISSING: seen.unusable or (seen.waiting and _missing(seen.waiting, seen.last_run)),
    }
    return {code: message for code, message in found.items() if message}


def _braked(seen: Seen) -> str | None:
    if seen.brake is None or not seen.brake.holds(seen.now):
        return None
    return f"Sina has banned this address; nothing is sent before {stamp(seen.brake.until)} (--release lifts the brake)"


def _sick(seen: Seen) -> str | None:
    """One channel that is stale among others that are not is shown, and makes nothing sick (issue C)."""
    if seen.last_run and seen.last_run.get("exit_code") == LISTING:
        return f"the last run found the listing not healthy: {seen.last_run.get('reason')}"
    if not seen.stale_hours:
        return None
    ended_at = moment(seen.last_good_run.get("ended_at")) if seen.last_good_run else None
    if ended_at is None or ended_at < seen.now - timedelta(hours=seen.stale_hours):
        return f"no run was good within {seen.stale_hours:g} hours ({'the last: ' + stamp(ended_at) if ended_at else 'none ever'})"
    return None


def _missing(waiting: Waiting, last_run: Run | None) -> str | None:
    """What was given up is not counted, or one bad page would spoil the health for ever (design §4).

    Nor is what the last run left on purpose: with ``limit``, it ends with 0 and documents pending.
    """
    left = last_run.get("pending", 0) if last_run and last_run.get("exit_code") == DONE else 0
    count = max(0, waiting.pending - left) + waiting.failed
    return f"{count} documents are pending or await a retry; newsarchive gaps names them" if count else None
