"""``newsarchive forget``: takes offers that were never kept out of the gaps, for good."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Annotated

import typer

from newsarchive.archive.index.document import Document
from newsarchive.archive.record.store import Archive
from newsarchive.cli.clock import clock
from newsarchive.cli.folder import ArchiveOption, JsonOption, archive_folder, profile_name
from newsarchive.errors import UsageError
from newsarchive.sina.listing.urls import docid_of

BY_HAND = "by hand"


def forget(
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="Docids as gaps shows them, or addresses.")],
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the journal.")] = BY_HAND,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take documents that were offered and never kept out of the gaps: they are not asked for again.

    Meant for addresses that were given by hand and lead nowhere. The journal says so (event forgotten), and coverage
    counts them as filtered; an address that is given by hand once more is fetched all the same.

    Example: newsarchive forget imxabcd1234567 --reason "a typing error"

    Exit code: 0 done; 2 one of them was never offered, or is no gap: nothing is changed then; 6 another run holds the
    archive; 7 it cannot be written.
    """
    root = archive_folder(archive)
    docids = list(dict.fromkeys(map(_docid, ids)))
    with closing(Archive.open(root, profile_name(root), clock())) as held:
        for docid, document in ((docid, held.find(docid).result()) for docid in docids):
            _check(docid, document)
        for docid in docids:
            held.forget(docid, reason).result()
    if as_json:
        typer.echo(json.dumps({"forgotten": docids}))
    else:
        typer.echo(f"Forgotten: {', '.join(docids)}")


def _docid(text: str) -> str:
    try:
        return docid_of(text) if "/" in text else text
    except ValueError as error:
        raise UsageError(f"{text}: {error}; give a docid as newsarchive gaps shows it, or an address") from None


def _check(docid: str, document: Document | None) -> None:
    """Raises ``UsageError`` for what is no gap; one that was forgotten before may be forgotten again."""
    if document is None:
        raise UsageError(f"{docid} was never offered to this archive; newsarchive gaps lists what can be forgotten")
    if document.state == "kept":
        raise UsageError(f"{docid} is kept as {document.file}; only what was never kept can be forgotten")
    if document.state in ("filtered", "gone") and document.reason != "forgotten":
        raise UsageError(f"{docid} is no gap: {document.state} ({document.reason}); it is not asked for again anyway")
