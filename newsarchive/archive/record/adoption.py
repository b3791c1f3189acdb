"""A file without a line becomes its document's state where the source no longer has the document (design §3)."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from newsarchive.archive.format import events
from newsarchive.archive.format.events import Said
from newsarchive.archive.index.document import Document
from newsarchive.archive.record import files
from newsarchive.archive.record.batch import Batch

HEAD = b"\n---\ntitle: "
"""How each article begins (``docs/format.md``): a person's own file of the same name hardly does."""


def adopt(batch: Batch, said: Said, document: Document) -> None:
    """Keep what lies under the document's name as its article, if it is one; nothing where there is none."""
    folder, scope = batch.folder(document.day), batch.profile.scope_of(document.day)
    for path in _candidates(batch, folder, document):
        data = _article(path)
        file = path.relative_to(batch.root).as_posix()
        if data is None or batch.catalogue.holdings.has_line(scope, file):
            continue
        files.sync_file(path)
        event = events.adopted(
            said,
            document.docid,
            title=document.title,
            file=file,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            profile=batch.profile.name,
        )
        batch.say(document.day, event)
        batch.counts["kept"] += 1
        return


def _candidates(batch: Batch, folder: Path, document: Document) -> list[Path]:
    """The files with the document's name, and with its docid at the end of theirs; its plain name first."""
    names: list[str] = []
    with suppress(FileNotFoundError, NotADirectoryError):
        names = [path.name for path in folder.iterdir()]
    tail = f"-{document.docid}.md"
    stems = [name.removesuffix(".md") for name in names if name == tail[1:] or name.endswith(tail)]
    own = [document.stem] if document.stem else []
    scope, ours = batch.profile.scope_of(document.day), (None, document.docid)
    free = [stem for stem in [*own, *sorted(stems)] if batch.catalogue.name_owner(scope, stem) in ours]
    return [folder / f"{stem}.md" for stem in dict.fromkeys(free)]


def _article(path: Path) -> bytes | None:
    """The bytes of an article of ours; None for anything else."""
    with suppress(OSError):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            return data if data.startswith(HEAD) else None
    return None
