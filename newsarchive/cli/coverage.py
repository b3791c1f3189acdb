"""``newsarchive coverage`` and ``newsarchive gaps``: what was offered and is not there, and how to get it yet."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from newsarchive.archive.coverage import NO_CHANNEL, Gap, Row
from newsarchive.archive.view import look
from newsarchive.cli import tables
from newsarchive.cli.child import EXIT_CODES, Stop, crawl_command, user_environment
from newsarchive.cli.folder import archive_folder
from newsarchive.errors import UsageError
from newsarchive.report import DONE, MISSING
from newsarchive.sina.channels import channel as channel_of

NULL = "null"
"""How the row without a channel is asked for and shown, as JSON says it."""
COUNTS = ("offered", "kept", "filtered", "failed", "gone", "pending")
ROW_KEYS = ("day", "channel", *COUNTS, "sealed")
"""As design §5 names them."""
SEALED = {None: "no", "day-query": "yes"}
"""Another way is named: a day read through the running listing is whole as far as that goes."""
GIVEN_UP = "given up"

ArchiveOption = Annotated[Path | None, typer.Option(help="The archive; else NEWSARCHIVE_DIR, else ./archive.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")]


# --- coverage --------------------------------------------------------------------------------------------------------


def coverage(
    *,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="From this day on, like 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="Up to and with this day.")] = None,
    channel: Annotated[str | None, typer.Option(help="One channel, by lid or name; null: given by address.")] = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count, by day and channel, what became of the documents that were offered.

    offered = kept + filtered + failed + gone + pending, always: filtered are those that are not archived on purpose, gone
    those that Sina no longer has, failed and pending those that are missing. A sealed day was swept until nothing new came.

    Example: newsarchive coverage --since 2026-11-01 --channel 1686

    Exit code: 0 if nothing is missing, 3 if something is; newsarchive gaps names it.
    """
    first, last = _day("--since", since, date.min), _day("--until", until, date.max)
    lid = None if channel is None else _lid(channel)
    rows = look(archive_folder(archive), lambda catalogue: list(catalogue.coverage.rows(first, last, lid)))
    complete = all(row.is_complete for row in rows)
    if as_json:
        days = [{name: getattr(row, name) for name in ROW_KEYS} for row in rows]
        typer.echo(json.dumps({"days": days, "complete": complete}, default=str))
    else:
        _show_rows(rows)
    raise typer.Exit(DONE if complete else MISSING)


def _day(option: str, text: str | None, else_day: date) -> date:
    try:
        return date.fromisoformat(text) if text else else_day
    except ValueError:
        raise UsageError(f"{option} {text}: expected a day like 2026-11-01") from None


def _lid(text: str) -> str:
    """Any number may be one: the archive may hold channels that we have no name for."""
    if text == NULL:
        return NO_CHANNEL
    return text if text.isdecimal() and text.isascii() else channel_of(text).lid


def _show_rows(rows: Sequence[Row]) -> None:
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
    missing = sum(not row.is_complete for row in rows)
    typer.echo(f"Missing: something in {missing} of {len(rows)} rows; see newsarchive gaps" if missing else "Complete.")


# --- gaps ------------------------------------------------------------------------------------------------------------


def gaps(
    *,
    fill: Annotated[bool, typer.Option("--fill", help="Crawl just these now, due or not, then list the rest.")] = False,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """List each document that was offered and is missing, with the reason.

    A pending one was not tried yet; a failed one is tried again by itself when it is due, or was given up.

    Example: newsarchive gaps --fill

    Exit code: 0 if there are none, 3 if there are any. After --fill also that of the crawl, where it could not do its work:
    4 while Sina has banned this address, 6 while another run holds the archive, 7 where it cannot be written.
    """
    root = archive_folder(archive).absolute()
    missing = _gaps(root)
    code = DONE
    if fill and missing:
        code = _fill(root, len(missing))
        missing = _gaps(root)
    if as_json:
        typer.echo(json.dumps({"gaps": [{**asdict(gap), "day": gap.day.isoformat()} for gap in missing]}))
    else:
        _show_gaps(missing)
    raise typer.Exit(code if code not in (DONE, MISSING) else MISSING if missing else DONE)


def _gaps(root: Path) -> list[Gap]:
    return look(root, lambda catalogue: list(catalogue.coverage.gaps()))


def _fill(root: Path, count: int) -> int:
    """The exit code of a crawl of all that is missing; its progress is to be seen, its settings are the user's."""
    typer.echo(f"Crawling {count} missing documents", err=True)
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
        [gap.day.isoformat(), gap.docid, gap.state, gap.reason, str(gap.attempts), _next_try(gap), gap.url]
        for gap in missing
    ]
    tables.show(("day", "docid", "state", "reason", "attempts", "next try", "url"), table, right=("attempts",))
    typer.echo(f"{len(missing)} missing; newsarchive gaps --fill crawls them now.")


def _next_try(gap: Gap) -> str:
    if gap.next_try_at:
        return gap.next_try_at
    return "next run" if gap.state == "pending" else GIVEN_UP
