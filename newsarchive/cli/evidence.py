"""``newsarchive evidence``: one document with all that proves it, for whoever does not have this program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder
from newsarchive.cli.show import which
from newsarchive.operation.report import DONE, MISSING
from newsarchive.reading.evidence import bundle
from newsarchive.reading.evidence.gathering import Evidence, gather
from newsarchive.reading.finding import FoundDocument
from newsarchive.reading.library import Library


def evidence(
    asked: Annotated[str, typer.Argument(metavar="ID", help="Docid, address, path, or a part of the title.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The ZIP to be made.")],
    *,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a ZIP that proves one article: what the servers sent, what became of it, and the chain of its day.

    It holds all states of the article, the raw records of their pages with the headers, the day's journal, the heads line of
    that day, digests, and a page on how all of it is checked with sha256sum and warcio alone. The same archive gives the same
    bytes. Nothing is made of an archive that does not fit: that is exit 8, and says what.

    Example: newsarchive evidence nizpfak5450008 evidence.zip

    Exit code: 0; 2 if nothing or several are meant, or for a wrong place; 3 if the archive does not have the article, or a
    state has no raw record (the ZIP is made then, and says so); 7 if OUT cannot be written; 8 if the archive is damaged.
    """
    library = Library(archive_folder(archive))
    found = which(library, asked)
    proof = gather(library.root, found.docid, found.day)
    if proof is None:
        typer.echo(f"{found.docid}: {_why_not(library, found)}", err=True)
        raise typer.Exit(MISSING)
    digest = bundle.write(proof, out, library.root)
    _show(proof, out, digest, as_json=as_json)
    raise typer.Exit(MISSING if proof.lacking else DONE)


def _why_not(library: Library, found: FoundDocument) -> str:
    told = library.history(found.docid, found.day)
    if told and told.redacted:
        return f"taken out on {told.redacted.get('at')}: {told.redacted.get('reason')}"
    return "offered and not archived; newsarchive gaps tells why"


def _show(proof: Evidence, out: Path, digest: str, *, as_json: bool) -> None:
    records = len(proof.members)
    if as_json:
        told = {
            "out": str(out),
            "docid": proof.docid,
            "sha256": digest,
            "states": len(proof.states),
            "records": records,
        }
        typer.echo(json.dumps({**told, "without_record": list(proof.lacking)}, ensure_ascii=False))
        return
    typer.echo(f"{out}: {len(proof.states)} states, {records} raw records, {proof.head.lines} lines of {proof.day}.")
    typer.echo(f"SHA-256 {digest}")
    for number in proof.lacking:
        typer.echo(
            f"State {number} has no raw record: none was kept when it was fetched, or it was imported.", err=True
        )
