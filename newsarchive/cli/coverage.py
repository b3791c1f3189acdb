"""``newsarchive coverage`` and ``newsarchive gaps``: what was offered and is not there, and how to get it yet."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.coverage import NO_CHANNEL, CoverageRow, Gap
from newsarchive.archive.index.view import look
from newsarchive.archive.record.inspection import ALTERED, STRAY, FileFinding, findings
from newsarchive.archive.record.inspection import MISSING as MISSING_FILE
from newsarchive.cli import picture_coverage, tables
from newsarchive.cli.child import EXIT_CODES, Stop, crawl_command, user_environment
from newsarchive.cli.clock import now_of
from newsarchive.cli.days import SinceOption, UntilOption, first_and_last
from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder
from newsarchive.errors import UsageError
from newsarchive.operation.report import DONE, MISSING
from newsarchive.sina.listing.channels import channel as channel_of

NULL = "null"
"""How the row without a channel is asked for and shown, as JSON says it."""
COUNTS = ("offered", "kept", "filtered", "failed", "gone", "pending")
ROW_KEYS = ("day", "channel", *COUNTS, "sealed")
"""As design §5 names them."""
SEALED = {None: "no", "day-query": "yes"}
"""How a row was sealed, as it is shown; ``by pages``: through the running listing, so whole only as far as that reaches."""
GIVEN_UP = "given up"
REASONS = {MISSING_FILE: "no-file", ALTERED: "other-bytes", STRAY: "no-line"}
"""Of a file that is not as it should be, by kind."""


# --- coverage --------------------------------------------------------------------------------------------------------


def coverage(
    *,
    since: SinceOption = None,
    until: UntilOption = None,
    channel: Annotated[
        str | None,
        typer.Option(metavar="CHANNEL", help="One channel, by lid or name; null: documents given by address."),
    ] = None,
    images: Annotated[
        bool, typer.Option("--images", help="Count the pictures of the kept articles instead (ARCHIVE_IMAGES).")
    ] = False,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count, by day and channel, what became of the documents that were offered.

    offered = kept + filtered + failed + gone + pending, always: filtered are those that are not archived on purpose, gone
    those that Sina no longer has, failed and pending those that are missing. A sealed day was swept until nothing new came.

    With --images, by day: named = kept + filtered + failed + gone + pending, and in how many articles no run has looked for
    pictures yet (unread).

    Example: newsarchive coverage --since 2026-11-01 --channel 1686 | newsarchive coverage --images

    Exit code: 0 if nothing is missing, 3 if something is; newsarchive gaps names it. Also 3 where the catalogue of a large
    archive cannot be used: the next run puts it right by itself, newsarchive rebuild does it now.
    """
    first, last = first_and_last(since, until)
    if images:
        if channel is not None:
            raise UsageError("--images and --channel: expected one of them; pictures are counted by day")
        is_whole = picture_coverage.show(archive_folder(archive), first, last, as_json=as_json)
        raise typer.Exit(DONE if is_whole else MISSING)
    lid = None if channel is None else _lid(channel)
    now = now_of()
    rows, unsealed = look(
        archive_folder(archive),
        lambda catalogue: (list(catalogue.coverage.rows(first, last, lid)), _empty(catalogue, first, last, lid, now)),
    )
    complete = all(row.is_complete for row in rows)
    if as_json:
        days = [{name: getattr(row, name) for name in ROW_KEYS} for row in rows]
        typer.echo(json.dumps({"days": days, "complete": complete}, default=str))
    else:
        _show_rows(rows, unsealed)
    raise typer.Exit(DONE if complete else MISSING)


def _lid(text: str) -> str:
    """Any number may be one: the archive may hold channels that we have no name for."""
    if text == NULL:
        return NO_CHANNEL
    return text if text.isdecimal() and text.isascii() else channel_of(text).lid


def _empty(catalogue: Catalogue, first: date, last: date, lid: str | None, now: datetime) -> dict[str, list[date]]:
    """Channel → the finished days of the range that are to be swept yet, and for which it has shown nothing so far."""
    channels = catalogue.days.channels() if lid is None else [lid]
    shown = {channel: catalogue.days.unsealed(channel, now) for channel in channels}
    return {
        channel: [day for day in days if first <= day <= last and not catalogue.days.offered(day, channel)]
        for channel, days in shown.items()
    }


def _show_rows(rows: Sequence[CoverageRow], unsealed: Mapping[str, Sequence[date]]) -> None:
    if not rows:
        typer.echo("Nothing was offered in these days.")
        return
    table = [
        [
            row.day.isoformat(),
            row.channel or NULL,
            *(str(getattr(row, name)) for name in COUNTS),
            SEALED.get(row.sealed_by, f"by {row.sealed_by}"),
        ]
        for row in rows
    ]
    tables.show(ROW_KEYS, table, right=COUNTS)
    for channel, days in unsealed.items():
        if days:
            typer.echo(
                f"Channel {channel}: nothing was offered for {len(days)} days that are not sealed yet, from {min(days)}"
            )
    missing = sum(not row.is_complete for row in rows)
    typer.echo(f"Missing: something in {missing} of {len(rows)} rows; see newsarchive gaps" if missing else "Complete.")


# --- gaps ------------------------------------------------------------------------------------------------------------


def gaps(
    *,
    fill: Annotated[bool, typer.Option("--fill", help="Crawl just these now, due or not, then list the rest.")] = False,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """List each document that was offered and is missing, with the reason, and each file that is not as it should be.

    A pending one was not tried yet; a failed one is tried again by itself when it is due, or was given up. The file of an
    archived one may be missing, or altered: --fill fetches it again, and an altered file stays beside the new one. A stray
    is a file without a line in the journal: it stays, and becomes the article where it is one. Pictures are listed by newsarchive
    coverage --images; with ARCHIVE_IMAGES, --fill fetches those that are missing, too.

    Example: newsarchive gaps --fill

    Exit code: 0 if there are none, 3 if there are any. After --fill also that of the crawl, where it could not do its work:
    4 while Sina has banned this address, 6 while another run holds the archive, 7 where it cannot be written.
    """
    root = archive_folder(archive).absolute()
    missing = _gaps(root)
    code = DONE
    wanted = sum(gap.state != STRAY for gap in missing)
    of_pictures = picture_coverage.missing(root) if fill else 0
    if fill and (wanted or of_pictures):
        code = _fill(root, wanted, of_pictures)
        missing = _gaps(root)
    if as_json:
        typer.echo(json.dumps({"gaps": list(map(_plain, missing))}))
    else:
        _show_gaps(missing)
    raise typer.Exit(code if code not in (DONE, MISSING) else MISSING if missing else DONE)


def _plain(gap: Gap) -> dict[str, Any]:
    """``file`` is there only where it is one that is not as it should be."""
    told = {**asdict(gap), "day": gap.day.isoformat()}
    return {key: value for key, value in told.items() if key != "file" or value is not None}


def _gaps(root: Path) -> list[Gap]:
    """Documents, then files."""
    now = now_of()
    return look(root, lambda catalogue: [*catalogue.coverage.gaps(now), *map(_of_file, findings(root, catalogue))])


def _of_file(found: FileFinding) -> Gap:
    reason = REASONS[found.kind]
    return Gap(found.docid, found.url, found.title, found.day, found.kind, reason, file=found.file)


def _fill(root: Path, count: int, of_pictures: int) -> int:
    """The exit code of a crawl of all that is missing; its progress is to be seen, its settings are the user's."""
    beside = f" and {of_pictures} pictures" if of_pictures else ""
    typer.echo(f"Crawling {count} missing documents{beside}", err=True)
    command, environment = crawl_command({"DISCOVER_GAPS_ONLY": "1"}), user_environment(root)
    with Stop() as stop:
        code = stop.run(command, env=environment, cwd=Path.cwd(), stdout=sys.stderr)
    typer.echo(f"The crawl ended with exit code {code}, {EXIT_CODES.get(code, 'no code of ours')}", err=True)
    return code


def _show_gaps(missing: Sequence[Gap]) -> None:
    if not missing:
        typer.echo("Nothing is missing.")
        return
    table = [
        [
            gap.day.isoformat(),
            gap.docid or "",
            gap.state,
            gap.reason,
            str(gap.attempts),
            _next_try(gap),
            gap.file or gap.url,
        ]
        for gap in missing
    ]
    tables.show(("day", "docid", "state", "reason", "attempts", "next try", "url or file"), table, right=("attempts",))
    strays = sum(gap.state == STRAY for gap in missing)
    if wanted := len(missing) - strays:
        typer.echo(f"{wanted} missing; newsarchive gaps --fill crawls them now.")
    if strays:
        typer.echo(
            f"{strays} without a line in a journal; they stay as they are: move your own files out of the archive."
        )


def _next_try(gap: Gap) -> str:
    if gap.next_try_at:
        return gap.next_try_at
    if gap.file:
        return "" if gap.state == STRAY else "--fill"
    return "next run" if gap.state == "pending" else GIVEN_UP
