"""``newsarchive status``: whether all is well with an archive, for people, scripts and a container's health check.

Looks and never writes, but for ``--release``.  The verdict is a pure function of what was seen.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from newsarchive import configuration, settings
from newsarchive.archive import brake
from newsarchive.archive.brake import Brake
from newsarchive.archive.catalogue import Catalogue
from newsarchive.archive.coverage import Waiting
from newsarchive.archive.days import Poll
from newsarchive.archive.journal import moment, stamp
from newsarchive.archive.lock import ArchiveLock, Owner
from newsarchive.archive.store import STATE_NAME
from newsarchive.archive.view import look
from newsarchive.cli import tables
from newsarchive.cli.folder import archive_folder, archive_path
from newsarchive.errors import ArchiveNotWritable, UsageError
from newsarchive.report import BLOCKED, DONE, GRAVEST_FIRST, LISTING, MISSING, NOT_WRITABLE, kept_runs
from newsarchive.sina.channels import channel as channel_of

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
    """Finished days that are not sealed yet, newest first."""
    given_up: Sequence[date]
    """Those of them that are left so, because the listing did not answer for them."""


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
    waiting: Waiting
    free_bytes: int | None
    cannot_write: str | None
    """Why, in plain words; None where it can be written."""


def status(
    *,
    release: Annotated[
        bool, typer.Option("--release", help="Lift the brake first: the next run asks Sina again at once.")
    ] = False,
    archive: Annotated[Path | None, typer.Option(help="The archive; else NEWSARCHIVE_DIR, else ./archive.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
) -> None:
    """Say whether all is well: runs, channels, brake, lock, gaps, disk, unsealed days.

    Reads only, beside a running crawl too; takes well under a second, so that a container can be asked for its health.

    Example: newsarchive status --json

    Exit code: 0 healthy; 3 something is missing and will be tried again; 4 braked: Sina has banned this address, and nothing
    is sent until then; 5 the last run found the listing sick, or none was good for DISCOVER_STALE_HOURS; 7 the archive
    cannot be written. The gravest wins: 7, 4, 5, 3.
    """
    root = _folder(archive)
    if release:
        _release(root / STATE_NAME)
    seen = observe(root)
    problems = verdict(seen)
    code = next((code for code in GRAVEST_FIRST if code in problems), DONE)
    if as_json:
        typer.echo(json.dumps({"exit_code": code, "problems": list(problems.values()), **_plain(seen)}))
    else:
        _show(seen, problems)
    raise typer.Exit(code)


def _folder(given: Path | None) -> Path:
    path = archive_path(given)
    if path.exists() and not path.is_dir():
        raise ArchiveNotWritable(f"{path} is a file, no folder: move it away, or give another archive")
    return archive_folder(given)


def _release(state: Path) -> None:
    pulled = brake.read(state)
    brake.release(state)
    if (state / brake.NAME).exists():
        raise ArchiveNotWritable(f"{state / brake.NAME} cannot be removed: see to its permissions, then try again")
    said = f"Released; it was to hold until {stamp(pulled.until)}" if pulled else "There is no brake to be released"
    typer.echo(said, err=True)


# --- what is seen ----------------------------------------------------------------------------------------------------


def observe(root: Path) -> Seen:
    """All of it, read without a lock."""
    now, hours, polled = _settings()
    channels, waiting = look(
        root, lambda catalogue: (_channels(catalogue, polled, now, hours), catalogue.coverage.waiting())
    )
    state = root / STATE_NAME
    runs = list(_until_good(kept_runs(state)))
    return Seen(
        now=now,
        stale_hours=hours,
        last_run=runs[0] if runs else None,
        last_good_run=next((run for run in runs if run.get("exit_code") in GOOD), None),
        channels=channels,
        brake=brake.read(state),
        owner=ArchiveLock(state).owner(),
        waiting=waiting,
        free_bytes=_free_bytes(root),
        cannot_write=_cannot_write(root, state),
    )


def _settings() -> tuple[datetime, float, list[str]]:
    """Now, the hours after which a channel is stale, the channels that are polled; raises ``UsageError``."""
    given = vars(settings)
    try:
        now, hours = configuration.clock(given)(), configuration.value(given, "DISCOVER_STALE_HOURS")
        polled = configuration.value(given, "SINA_CHANNELS")
    except ValueError as expected:
        raise UsageError(f"a setting of CLOCK_, DISCOVER_ or SINA_ is wrong: expected {expected}") from None
    return now, hours, [channel_of(text).lid for text in polled]


def _channels(catalogue: Catalogue, polled: Sequence[str], now: datetime, hours: float) -> list[ChannelStatus]:
    """Those of the settings, then those that were polled some time else."""
    polls = {poll.channel: poll for poll in catalogue.days.polls()}
    given_up = catalogue.days.given_up()
    return [
        ChannelStatus(
            channel=lid,
            newest_at=(newest_at := _newest(catalogue, lid, polls.get(lid), now)),
            polled_at=polls[lid].ended_at if lid in polls else None,
            is_stale=bool(hours) and (newest_at is None or newest_at < now - timedelta(hours=hours)),
            unsealed=catalogue.days.unsealed(lid, now),
            given_up=[day for day, channel in given_up if channel == lid],
        )
        for lid in dict.fromkeys([*polled, *polls])
    ]


def _newest(catalogue: Catalogue, lid: str, poll: Poll | None, now: datetime) -> datetime | None:
    """What the last poll saw; where that is forgotten, what the journals say."""
    return (poll.newest_at if poll else None) or catalogue.coverage.newest(lid, now.date())


def _until_good(runs: Iterator[Run]) -> Iterator[Run]:
    for _, run in zip(range(RUNS_LOOKED_AT), runs, strict=False):
        yield run
        if run.get("exit_code") in GOOD:
            return


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
        BLOCKED: _braked(seen),
        LISTING: _sick(seen),
        MISSING: _missing(seen.waiting),
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


def _missing(waiting: Waiting) -> str | None:
    """What was given up is not counted, or one bad page would spoil the health for ever (design §4)."""
    count = waiting.pending + waiting.failed
    return f"{count} documents are pending or await a retry; newsarchive gaps names them" if count else None


# --- how it is said --------------------------------------------------------------------------------------------------


def _plain(seen: Seen) -> dict[str, Any]:
    waiting, pulled, owner = seen.waiting, seen.brake, seen.owner
    return {
        "now": stamp(seen.now),
        "last_run": seen.last_run,
        "last_good_run": seen.last_good_run,
        "channels": [
            {
                "channel": entry.channel,
                "newest_at": _stamp(entry.newest_at),
                "polled_at": _stamp(entry.polled_at),
                "stale": entry.is_stale,
                "unsealed": [day.isoformat() for day in entry.unsealed],
                "given_up": [day.isoformat() for day in entry.given_up],
            }
            for entry in seen.channels
        ],
        "brake": pulled
        and {
            "until": stamp(pulled.until),
            "heard_at": stamp(pulled.heard_at),
            "url": pulled.url,
            "holds": pulled.holds(seen.now),
        },
        "lock": owner and {**asdict(owner), "running": owner.is_running()},
        "gaps": {"pending": waiting.pending, "failed": waiting.failed, "given_up": waiting.given_up},
        "next_try_at": _stamp(waiting.next_try_at),
        "disk_free_bytes": seen.free_bytes,
    }


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)


def _show(seen: Seen, problems: Mapping[int, str]) -> None:
    tables.show(("what", "state"), list(_lines(seen)))
    typer.echo()
    head = ("channel", "newest row", "last poll", "stale", "unsealed days", "left unsealed")
    tables.show(head, [_of_channel(entry) for entry in seen.channels], right=head[-2:])
    typer.echo()
    for code, problem in problems.items():
        typer.echo(f"Exit {code}: {problem}")
    if not problems:
        typer.echo("All is well.")


def _lines(seen: Seen) -> Iterator[tuple[str, str]]:
    waiting = seen.waiting
    yield "now", stamp(seen.now)
    yield "last run", _of_run(seen.last_run)
    yield "last good run", _of_run(seen.last_good_run)
    yield "brake", _of_brake(seen)
    yield "lock", _of_owner(seen.owner)
    yield "missing", f"{waiting.pending} pending, {waiting.failed} to be tried again, {waiting.given_up} given up"
    yield "next retry", _stamp(waiting.next_try_at) or "none"
    yield "disk free", "unknown" if seen.free_bytes is None else f"{seen.free_bytes / 1e9:.1f} GB"


def _of_run(run: Run | None) -> str:
    return "none" if run is None else f"{run.get('ended_at')}, exit {run.get('exit_code')}: {run.get('reason')}"


def _of_brake(seen: Seen) -> str:
    if seen.brake is None:
        return "none"
    told = f"until {stamp(seen.brake.until)}, heard at {stamp(seen.brake.heard_at)} from {seen.brake.url}"
    return told if seen.brake.holds(seen.now) else f"over ({told}); the next run sends one request as a probe"


def _of_owner(owner: Owner | None) -> str:
    if owner is None:
        return "free"
    states = {
        True: "it is running",
        False: "it is gone, and the lock with it",
        None: "whether it runs is not known here",
    }
    return f"process {owner.pid} on {owner.host} since {owner.started_at}; {states[owner.is_running()]}"


def _of_channel(entry: ChannelStatus) -> tuple[str, ...]:
    return (
        entry.channel,
        _stamp(entry.newest_at) or "none",
        _stamp(entry.polled_at) or "none",
        "yes" if entry.is_stale else "no",
        _days(entry.unsealed),
        _days(entry.given_up),
    )


def _days(days: Sequence[date]) -> str:
    return f"{len(days)}, from {min(days)}" if days else "0"
