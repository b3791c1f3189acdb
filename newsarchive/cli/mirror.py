"""``newsarchive mirror``: a second copy of the archive, in a folder or in an S3 store."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from newsarchive.cli import tables
from newsarchive.cli.folder import ArchiveOption, JsonOption
from newsarchive.cli.progress import progress
from newsarchive.cli.stopping import end_orderly
from newsarchive.cli.verify import archive_of, rows_of, show_findings
from newsarchive.errors import ArchiveDamaged, UsageError
from newsarchive.jobs.mirroring.mirror import Mirrored
from newsarchive.jobs.mirroring.mirror import mirror as bring_level
from newsarchive.jobs.mirroring.places import is_store, store_of
from newsarchive.jobs.mirroring.store import Pace, Store
from newsarchive.operation.masks import masked
from newsarchive.operation.report import DONE, MISSING
from newsarchive.settings import values

DAMAGED = ArchiveDamaged.exit_code
BYTES_A_MB = 1_000_000
FORMER_KEPT = (
    "The bucket keeps former versions of objects, and what a redaction took out is in these still: delete them there "
    "(docs/operating.md, a second copy)."
)
LEAST_MB, MOST_MB = 0.001, 1e6
"""A second; below, a mirror of a day would take weeks, and above there is no network."""


def mirror(
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="A folder, best on another disk, or s3://bucket/prefix (extra s3).")
    ],
    *,
    prune: Annotated[
        bool, typer.Option("--prune", help="Take away there what a redaction took out here; nothing else goes.")
    ] = False,
    limit: Annotated[
        float | None,
        typer.Option(
            "--limit-rate", metavar="MB", min=LEAST_MB, max=MOST_MB, help="At most so many 10^6 bytes a second."
        ),
    ] = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring a second copy level: what is new or changed goes there, each day's journal last, so that it can be read meanwhile.

    Beside a running crawl, too; after a kill, run it again. The first time TARGET must be empty or not there; what no mirror
    put there is never overwritten. Damage does not travel: a file goes if its bytes are those that its line tells. For s3://
    the usual variables count: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL; so do
    http_proxy, https_proxy, no_proxy and SSL_CERT_FILE.

    Example: newsarchive mirror s3://my-bucket/finance --limit-rate 5

    Exit code: 0 the copy is level; 2 wrong usage, or a target that holds other files; 3 the copy still holds what a redaction
    took out (--prune takes it away), or the bucket keeps former versions of it; 6 another mirror or a redaction is under way;
    7 the target cannot be written, or does not answer; 8 something was not copied, because it is not what was written, or a
    day is there and not here: it is listed.
    """
    root = archive_of(archive)
    store = target_of(target, root)
    end_orderly()
    pace = Pace(limit * BYTES_A_MB if limit else None)
    with progress("mirror") as tell:
        done = bring_level(root, store, tell, prune=prune, pace=pace)
    if as_json:
        typer.echo(json.dumps({**asdict(done), "findings": rows_of(done.findings)}))
    else:
        _show(done, store)
    raise typer.Exit(DAMAGED if done.findings else MISSING if done.left or done.former_kept else DONE)


def target_of(target: str, root: Path) -> Store:
    """The place of the copy.  Raises ``UsageError``, which does not repeat what may be an address with a password."""
    if is_store(target):
        return store_of(target, root)
    try:
        folder = values.folder(target)
    except ValueError as expected:
        raise UsageError(f"TARGET: expected {expected}, or s3://bucket/prefix") from None
    return store_of(str(folder.absolute()), root)


def _show(done: Mirrored, store: Store) -> None:
    for path in done.pruned:
        typer.echo(tables.printable(f"taken away there: {path}"))
    for path in done.left:
        typer.echo(tables.printable(f"redacted here, still there: {path}; --prune takes it away"))
    if done.former_kept:
        typer.echo(FORMER_KEPT)
    show_findings(done.findings)
    megabytes = done.bytes / BYTES_A_MB
    name = masked(store.name)
    typer.echo(f"{name}: {done.days} days brought level, {done.files} files, {megabytes:.1f} MB.")
