"""``newsarchive stats``: how much the archive holds, by day, hour, channel, medium, stock, coverage and correction."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.cells import cell_len, chop_cells

from newsarchive.cli import bars, plots, tables
from newsarchive.cli.coverage import NULL
from newsarchive.cli.days import SinceOption, UntilOption, first_and_last
from newsarchive.cli.engines import EngineOption, WorkersOption, workers_of
from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder
from newsarchive.cli.progress import progress
from newsarchive.cli.stopping import end_orderly
from newsarchive.errors import CatalogueUnusable, UsageError
from newsarchive.operation.report import DONE, MISSING
from newsarchive.reading.library import Library
from newsarchive.reading.records import guarded
from newsarchive.reading.statistics import OF_DAYS, TOP, StatisticsRow, Subject, Table, spans, statistics
from newsarchive.reading.tally import HELD_NAMES
from newsarchive.sina.listing.channels import CHANNELS

KEYS = {Subject.COVERAGE: "day", Subject.REVISIONS: "kind"}
"""What the keys of a table are, where its subject does not say so."""
TIDY_HEAD = ("by", "key", "name", "figure", "count")
OVERVIEW_ROWS = 10
"""Of a table, where all are shown together: the newest days, the most frequent names."""
NAME_COLUMNS = 30
"""Of a terminal, for a name."""
CURVE_COLUMNS = 60
BAR_STYLE = {"": "cyan"}
"""By the head of its column, which is empty."""
BAR_COLUMNS, LEAST_BAR_COLUMNS = 40, 8

Counted = Mapping[Subject, Table | None]
"""None: it could not be counted now."""


def stats(
    *,
    by: Annotated[
        list[Subject] | None,
        typer.Option(metavar="SUBJECT", help=f"Only this: {', '.join(Subject)}; may be given again. Else all."),
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    top: Annotated[
        int | None,
        typer.Option(
            "--top", "-n", min=1, max=HELD_NAMES, help=f"So many channels, media, symbols, kinds; else {TOP}."
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw them, too: .png or .svg (pip install 'newsarchive[plot]')."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values instead of text.")] = False,
    engine: EngineOption = "local",
    workers: WorkersOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count what is archived: by day, hour of publication, channel, media, symbol, coverage, revisions.

    An article counts for the day that it is filed under, and in each channel and stock that it belongs to. Coverage is told
    by day, a document once in each channel that showed it. Without --by the tables are shortened to a screen or two; with
    it a day is a row. --csv writes the table of one --by as it is, several as lines of by, key, name, figure, count. --engine
    and --workers say who reads the journals, which tell hours, media, symbols and revisions.

    Example: newsarchive stats --by media --since 2026-11-01 -n 50

    Example: newsarchive stats --plot november.png --since 2026-11-01 --until 2026-11-30

    Exit code: 0; 2 for wrong usage, also where --plot lacks matplotlib or a font with Chinese; 3 where the coverage cannot be
    told because the catalogue cannot be used (newsarchive rebuild); the rest is told all the same; or interrupted.
    """
    if as_csv and as_json:
        raise UsageError("--csv and --json exclude each other: give one of them")
    first, last = first_and_last(since, until)
    if plot:
        plots.check(plot)
    library = Library(archive_folder(archive).absolute(), {channel.lid: channel.name for channel in CHANNELS})
    readers = workers_of(engine, workers, library.root)
    end_orderly()
    counted = _counted(by, partial(statistics, library, since=first, until=last, top=top or TOP, workers=readers))
    if plot:
        plots.write(plot, [table for table in counted.values() if table], lambda *row: _label(library, *row))
        typer.echo(f"Drawn: {tables.printable(str(plot))}", err=True)
    if as_json:
        typer.echo(_visible(json.dumps(_plain(library, counted, since, until), ensure_ascii=False)))
    elif as_csv:
        typer.echo(_as_csv(library, counted), nl=False)
    else:
        _show(library, counted, is_overview=not by)
    raise typer.Exit(MISSING if None in counted.values() else DONE)


def _counted(by: Sequence[Subject] | None, counting: Callable[..., dict[Subject, Table]]) -> Counted:
    """Where all is asked for, an unusable catalogue takes only its own table away."""
    with progress("stats", "articles") as tell:
        try:
            return counting(by or Subject, tell=tell)
        except CatalogueUnusable as error:
            if by:
                raise
            typer.echo(f"newsarchive: {error}", err=True)
        return {Subject.COVERAGE: None, **counting(set(Subject) - {Subject.COVERAGE}, tell=tell)}


# --- for scripts -----------------------------------------------------------------------------------------------------


def _plain(library: Library, counted: Counted, since: str | None, until: str | None) -> dict[str, Any]:
    told = {str(subject): table and _plain_table(library, table) for subject, table in counted.items()}
    return {"since": since, "until": until, "by": told}


def _plain_table(library: Library, table: Table) -> dict[str, Any]:
    rows = [
        dict(zip(_head(table), [*_key(library, table.subject, row), *row.figures], strict=True)) for row in table.rows
    ]
    return {"rows": rows, "names": table.names, "untold": table.untold, "exact": table.is_exact}


def _visible(text: str) -> str:
    """JSON whose strings hold no character that a terminal would obey: such a one is written as its escape."""
    return "".join(character if character.isprintable() else json.dumps(character)[1:-1] for character in text)


def _as_csv(library: Library, counted: Counted) -> str:
    shown = [table for table in counted.values() if table]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if len(shown) == 1:
        writer.writerow(_head(shown[0]))
        writer.writerows([*map(_cell, _key(library, shown[0].subject, row)), *row.figures] for row in shown[0].rows)
        return out.getvalue()
    writer.writerow(TIDY_HEAD)
    for table in shown:
        for row in table.rows:
            key, name = [*_key(library, table.subject, row), ""][:2]
            for figure, count in zip(table.figures, row.figures, strict=True):
                writer.writerow([table.subject, _cell(key), _cell(name), figure, count])
    return out.getvalue()


def _cell(value: str | None) -> str:
    """To the letter into a file or pipe; a terminal gets nothing that it would obey."""
    text = value or ""
    cell = guarded(text)
    return tables.printable(cell) if sys.stdout.isatty() else cell


def _head(table: Table) -> tuple[str, ...]:
    key = KEYS.get(table.subject, str(table.subject))
    return (key, *(("name",) if table.subject is Subject.CHANNEL else ()), *table.figures)


def _key(library: Library, subject: Subject, row: StatisticsRow) -> list[str | None]:
    if subject is not Subject.CHANNEL:
        return [row.key]
    return [row.key, _channel(library, row)]


def _channel(library: Library, row: StatisticsRow) -> str:
    """Its name; empty where nobody named it."""
    if row.key is None:
        return "given by address"
    name = library.channel_name(row.key)
    return name if name != row.key else ""


def _label(library: Library, subject: Subject, row: StatisticsRow) -> str:
    return " ".join(filter(None, _key(library, subject, row)))


# --- for people ------------------------------------------------------------------------------------------------------


def _show(library: Library, counted: Counted, *, is_overview: bool) -> None:
    shown = [table for table in counted.values() if table and any(any(row.figures) for row in table.rows)]
    if not shown:
        typer.echo("Nothing of that is archived in these days.")
    for number, table in enumerate(shown):
        if number:
            typer.echo()
        typer.secho(_title(table), bold=True)
        _show_table(library, table, _rows(table, is_overview=is_overview))
        _show_rest(table, is_overview=is_overview)


def _title(table: Table) -> str:
    """With the curve of all days, however few are shown below."""
    title = f"by {table.subject}"
    if table.subject not in OF_DAYS or not bars.are_drawable():
        return title
    of = spans(table, CURVE_COLUMNS)
    a_block = "a day" if of.days == 1 else f"{of.days} days"
    return f"{title}, {table.rows[0].key} to {table.rows[-1].key}, a block {a_block}: {_curve(of.rows)}"


def _curve(rows: Sequence[tuple[date, tuple[int, ...]]]) -> str:
    return bars.curve([figures[0] for _, figures in rows])


def _rows(table: Table, *, is_overview: bool) -> Sequence[StatisticsRow]:
    if not is_overview or table.subject is Subject.HOUR:
        return table.rows
    return table.rows[-OVERVIEW_ROWS:] if table.subject in OF_DAYS else table.rows[:OVERVIEW_ROWS]


def _show_table(library: Library, table: Table, rows: Sequence[StatisticsRow]) -> None:
    head = _head(table)
    cells = [
        [*(_short(text or NULL) for text in _key(library, table.subject, row)), *map(str, row.figures)] for row in rows
    ]
    used = sum(max(map(cell_len, column)) + len(tables.GAP) for column in zip(head, *cells, strict=True))
    width = min(BAR_COLUMNS, shutil.get_terminal_size().columns - used - 1)
    if width >= LEAST_BAR_COLUMNS:  # else the figures alone have room
        drawn = bars.bars([row.figures[0] for row in rows], width, plain=not bars.are_drawable())
        head, cells = (*head, ""), [[*line, bar] for line, bar in zip(cells, drawn, strict=True)]
    tables.show(head, cells, right=table.figures, styles=BAR_STYLE)


def _short(name: str) -> str:
    shown = tables.printable(name)
    return shown if cell_len(shown) <= NAME_COLUMNS else f"{chop_cells(shown, NAME_COLUMNS - 1)[0]}…"


def _show_rest(table: Table, *, is_overview: bool) -> None:
    left_out = table.names - len(_rows(table, is_overview=is_overview))
    if left_out > 0:
        what = "earlier days" if table.subject in OF_DAYS else "more"
        least = "" if table.is_exact else "at least "
        how = f"newsarchive stats --by {table.subject} tells all" if table.subject in OF_DAYS else "-n shows more"
        typer.echo(f"… {least}{left_out} {what}; {how if not is_overview else f'see --by {table.subject}'}")
    if table.untold:
        typer.echo(f"{table.untold} articles name none.")
