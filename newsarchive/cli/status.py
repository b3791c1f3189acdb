"""``newsarchive status``: whether all is well with an archive, for people, scripts and a container's health check.

Looks and never writes, but for ``--release``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from newsarchive.archive.format.journal import stamp
from newsarchive.archive.format.paths import STATE_NAME
from newsarchive.archive.record import brake, inspection
from newsarchive.archive.record.lock import Owner
from newsarchive.cli import tables
from newsarchive.cli.clock import now_of
from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder, archive_path
from newsarchive.cli.health import ChannelStatus, Run, Seen, observe, verdict
from newsarchive.errors import ArchiveNotWritable
from newsarchive.operation.report import DONE, GRAVEST_FIRST


def status(
    *,
    release: Annotated[
        bool, typer.Option("--release", help="Lift the brake first: the next run asks Sina again at once.")
    ] = False,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether all is well: runs, channels, brake, lock, gaps, disk, unsealed days.

    Reads only, beside a running crawl too; takes well under a second, so that a container can be asked for its health.

    Example: newsarchive status --json

    Exit code: 0 healthy; 3 something is missing and will be tried again, or the catalogue cannot be used until the next
    run; 4 braked: Sina has banned this address, and nothing is sent until then; 5 the last run found the listing sick, or
    none was good for DISCOVER_STALE_HOURS; 7 the archive cannot be written; 8 a journal is damaged. The gravest wins: 7, 8,
    4, 5, 3.
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
    pulled = brake.read(state, now_of())
    brake.release(state)
    if (state / brake.NAME).exists():
        raise ArchiveNotWritable(f"{state / brake.NAME} cannot be removed: see to its permissions, then try again")
    said = f"Released; it was to hold until {stamp(pulled.until)}" if pulled else "There is no brake to be released"
    typer.echo(said, err=True)


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
                "unswept": [day.isoformat() for day in entry.unswept],
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
        "catalogue": seen.unusable or "usable",
        "journals": {
            "days": seen.journals.days,
            "bytes": seen.journals.bytes,
            "newest": seen.journals.newest and seen.journals.newest.isoformat(),
        },
        "raw": {"files": seen.raw.files, "bytes": seen.raw.bytes},
        "gaps": waiting and {"pending": waiting.pending, "failed": waiting.failed, "given_up": waiting.given_up},
        "damage": [{"day": found.day.isoformat(), "line": found.line, "kind": found.kind} for found in seen.damage],
        "files": [{"file": found.file, "state": found.kind, "docid": found.docid} for found in seen.files],
        "pictures": seen.pictures and seen.pictures._asdict(),
        "next_try_at": waiting and _stamp(waiting.next_try_at),
        "disk_free_bytes": seen.free_bytes,
    }


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)


def _show(seen: Seen, problems: Mapping[int, str]) -> None:
    tables.show(("what", "state"), list(lines_of(seen)))
    typer.echo()
    if seen.channels:
        head = ("channel", "newest row", "last poll", "stale", "unsealed days", "left unsealed", "not swept")
        tables.show(head, [_of_channel(entry) for entry in seen.channels], right=head[-3:])
        typer.echo()
    for code, problem in problems.items():
        typer.echo(f"Exit {code}: {tables.printable(problem)}")
    if not problems:
        typer.echo("All is well, but for the files named above." if seen.files else "All is well.")


def lines_of(seen: Seen) -> Iterator[tuple[str, str]]:
    """(what, its state), for people."""
    yield "now", stamp(seen.now)
    yield "last run", _of_run(seen.last_run)
    yield "last good run", _of_run(seen.last_good_run)
    yield "brake", _of_brake(seen)
    yield "lock", _of_owner(seen.owner)
    yield (
        "journals",
        f"{seen.journals.days} days, {seen.journals.bytes / 1e6:.1f} MB, newest {seen.journals.newest or 'none'}",
    )
    yield "raw store", f"{seen.raw.files} files, {seen.raw.bytes / 1e6:.1f} MB"
    if waiting := seen.waiting:
        yield "missing", f"{waiting.pending} pending, {waiting.failed} to be tried again, {waiting.given_up} given up"
        yield "next retry", _stamp(waiting.next_try_at) or "none"
    else:
        yield "missing", "unknown: the catalogue cannot be used"
    if pictures := seen.pictures:
        kept = f"{pictures.files} files, {pictures.bytes / 1e6:.1f} MB"
        yield "pictures", f"{kept}, {pictures.pending} pending, {pictures.failed} to be tried again"
    if seen.files:
        yield "files", inspection.summary(seen.files)
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
        _days(entry.unswept),
    )


def _days(days: Sequence[date]) -> str:
    return f"{len(days)}, from {min(days)}" if days else "0"
