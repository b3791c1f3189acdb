"""``newsarchive repair``: takes back from another copy what the journals prove."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from newsarchive.archive.index.worker import TellDays
from newsarchive.cli import tables
from newsarchive.cli.folder import ArchiveOption, JsonOption
from newsarchive.cli.progress import progress
from newsarchive.cli.stopping import end_orderly
from newsarchive.cli.verify import DAMAGED, DONE, archive_of, copy_of, rows_of, show_findings
from newsarchive.jobs.mirroring.places import is_store, store_of
from newsarchive.jobs.repair import Repair
from newsarchive.jobs.repair import repair as take_back
from newsarchive.jobs.verify import FULL, verify


def repair(
    *,
    copy: Annotated[
        str,
        typer.Option(
            "--from", metavar="COPY", help="Another copy of this archive, a folder or s3://…; it is only read."
        ),
    ],
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back from another copy what is missing or altered here, as far as the journals' own digests prove it.

    Each file that is taken back gets a line in its journal. What lay in its place stays beside it, as <name>.replaced-….
    A journal is mended where its later lines prove the earlier ones; lines lost at its end are not proven by anything here.

    Example: newsarchive repair --from /backup/archive

    Exit code: 0 if all is well now, 8 if something is still wrong, 6 while a run holds the archive, 7 if it cannot be
    written, 2 for wrong usage.
    """
    root = archive_of(archive)
    with progress("repair", "files") as tell:
        done = _take_back(root, copy, tell)
    if as_json:
        typer.echo(json.dumps({"repaired": done.repaired, "findings": rows_of(done.left)}))
    else:
        for path in done.repaired:
            typer.echo(tables.printable(f"repaired: {path}"))
        show_findings(done.left)
        typer.echo(f"{len(done.repaired)} repaired, {len(done.left)} still wrong.")
    raise typer.Exit(DAMAGED if done.left else DONE)


def _take_back(root: Path, copy: str, tell: TellDays) -> Repair:
    if not is_store(copy):
        return take_back(root, copy_of("--from", Path(copy), root), tell)
    from newsarchive.jobs.mirroring import fetching  # noqa: PLC0415 - for a copy in a store alone

    end_orderly()
    store = store_of(copy, root)
    lost = {finding.path for finding in verify(root, FULL, {}, tell).findings}
    with fetching.what_was(store, lost) as folder:
        return take_back(root, folder, tell)
