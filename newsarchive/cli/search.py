"""``newsarchive search``: articles by any words that stand in them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from newsarchive.cli import tables
from newsarchive.cli.channels import NAMES, lid_or_none
from newsarchive.cli.days import SinceOption, UntilOption, first_and_last
from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder
from newsarchive.cli.list_ import ChannelOption, PathsOption
from newsarchive.cli.search_index import brought_level
from newsarchive.errors import UsageError, did_you_mean
from newsarchive.reading.records import record_of
from newsarchive.reading.search import hints
from newsarchive.reading.search.query import Query, parse
from newsarchive.reading.search.searching import By, Hit, Result, SearchBounds, Searcher
from newsarchive.reading.search.snippet import Snippet

CONTEXT: dict[str, Any] = {"ignore_unknown_options": True}
"""A word with a minus is a word: -国债."""
OPTIONS = (
    "--since",
    "--until",
    "--channel",
    "--by",
    "--count",
    "--json",
    "--paths",
    "--all-states",
    "--archive",
    "--help",
)
MARKS = ("**", "**")
"""Around words that were found where there are no colours."""
MOST = 10_000
BEHIND = "Nothing in what is indexed yet."


def search(
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS", help='What is to be found; "…", OR, -word, title:word.')
    ],
    *,
    since: SinceOption = None,
    until: UntilOption = None,
    channel: ChannelOption = None,
    by: Annotated[By, typer.Option(help="The order.")] = By.NEWEST,
    most: Annotated[int, typer.Option("-n", min=1, max=MOST, help="At most so many hits.")] = 20,
    count: Annotated[bool, typer.Option("--count", help="How many there are, exactly, and nothing else.")] = False,
    all_states: Annotated[
        bool, typer.Option("--all-states", help="Also in texts that a later one has replaced; marked.")
    ] = False,
    as_json: JsonOption = False,
    paths: PathsOption = False,
    archive: ArchiveOption = None,
) -> None:
    r"""Search the archive: any run of characters is found wherever it stands, in title, text, media, editor, keywords, symbols.

    Several words mean all of them. "…" keeps a phrase together, OR between two words takes either, -word leaves out, title:
    media: symbol: channel: before a word look there alone. Width, case, blanks within words, and traditional or simplified
    characters make no difference. --since and --until are days of publication.

    Example: newsarchive search 央行 降准 OR 降息 -国债 --since 2026-11-01 | newsarchive search 'title:"interest rate"' -n 5 |
    newsarchive search symbol:600519 --paths | tr '\n' '\0' | xargs -0 grep -l 提价

    Exit code: 0, also for no hits, with a hint on standard error; 2 for a query that cannot be understood, with a mark under
    the place; 3 the index is damaged: newsarchive rebuild --search.
    """
    if paths and (as_json or count):
        raise UsageError("--paths goes with neither --json nor --count: give one of them")
    query = _query(words, channel)
    first, last = first_and_last(since, until)
    wanted = SearchBounds(first, last, all_states)
    root = archive_folder(archive)
    is_level = not brought_level(root).behind
    searcher = Searcher(root)
    if count:
        _show_count(searcher.count(query, wanted), as_json=as_json)
        return
    result = searcher.search(query, wanted, by=by, most=most)
    hint = "" if result.hits else hints.hint(searcher, query, wanted).english if is_level else BEHIND
    if as_json:
        typer.echo(json.dumps(_as_dict(result, hint), ensure_ascii=False))
    elif paths:
        for hit in result.hits:
            typer.echo(root / hit.entry.file)
    else:
        _show(result)
    if hint and not as_json:
        typer.echo(tables.printable(hint), err=True)


def _query(words: Sequence[str], channel: str | None) -> Query:
    for word in words:
        if word.startswith("--"):
            near = did_you_mean(word.partition("=")[0], OPTIONS)
            raise UsageError(f"option {word}: newsarchive search has none of this name{near}")
    lid = lid_or_none(channel)
    return parse(" ".join([*words, *([f"channel:{lid}"] if lid else [])]), NAMES)


def _show_count(count: int, *, as_json: bool) -> None:
    typer.echo(json.dumps({"total": count, "exact": True}) if as_json else count)


def _as_dict(result: Result, hint: str) -> dict[str, Any]:
    told = {"total": result.total, "exact": result.exact, "hits": list(map(_hit_dict, result.hits))}
    return {**told, "hint": hint} if hint else told


def _hit_dict(hit: Hit) -> dict[str, Any]:
    return {
        **record_of(hit.entry),
        "snippet": hit.snippet.text,
        "marks": [list(mark) for mark in hit.snippet.marks],
        "newest_state": hit.is_newest,
    }


def _show(result: Result) -> None:
    for hit in result.hits:
        entry = hit.entry
        marks = [f"state {entry.state} of {entry.states}, replaced since"] if not hit.is_newest else []
        marks += ["withdrawn"] if entry.is_withdrawn else []
        facts = [f"{entry.at:%Y-%m-%d %H:%M}", entry.docid, *filter(None, [entry.media]), *marks]
        _print(hit.title, bold=True)
        typer.echo(f"  {tables.printable(tables.GAP.join(facts))}\n  ", nl=False)
        _print(hit.snippet)
    if result.hits:
        about = "" if result.exact else "about "
        typer.echo(f"{len(result.hits)} of {about}{result.total} hits.", err=True)


def _print(snippet: Snippet, *, bold: bool = False) -> None:
    """With colours on a terminal, else with signs around the words."""
    if not sys.stdout.isatty():
        typer.echo(tables.printable(snippet.marked(*MARKS)))
        return
    for part, is_word in snippet.parts:
        typer.secho(tables.printable(part), nl=False, bold=bold or is_word, fg="yellow" if is_word else None)
    typer.echo()
