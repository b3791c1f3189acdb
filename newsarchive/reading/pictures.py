"""The pictures of a stored article: which ones it shows, and which of them the archive has itself."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from newsarchive.archive.format import journal, media, paths
from newsarchive.archive.format.picture_events import KEPT
from newsarchive.archive.format.states import Line
from newsarchive.errors import PageError
from newsarchive.pages.depth import bearable
from newsarchive.reading.stored_file import StoredFile

MOST_PICTURES = 1_000
"""Of one article; the largest albums have some hundred."""
MAX_URL_CHARS = 2_048
"""Of an address; a line names a thousand at most, and stays below two megabytes."""
NONE: Mapping[str, str] = MappingProxyType({})


def addresses_of(stored: StoredFile) -> list[str]:
    """The addresses of the pictures that the body shows, and of the head picture, each once, in their order."""
    found = dict.fromkeys((stored.picture, *_in_body(stored.body)))
    return [url for url in found if url.startswith(("https://", "http://")) and _is_sayable(url)][:MOST_PICTURES]


def _in_body(body: str) -> Iterable[str]:
    """None of a body that no parser can bear."""
    if "<img" not in body:
        return ()
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - 0.03 s; most pages have no picture

    try:
        bearable(body)
    except PageError:
        return ()
    return [(node.attributes.get("src") or "").strip() for node in LexborHTMLParser(body).css("img[src]")]


def _is_sayable(url: str) -> bool:
    """Whether a line and a table can hold it: half characters are nowhere at home."""
    return len(url) <= MAX_URL_CHARS and url.isprintable() and url.encode("utf-8", "replace").decode() == url


def local_pictures(root: Path, day: date, docid: str) -> Mapping[str, str]:
    """Address → file below the archive, of the pictures of a document that lie there; empty without a look where none is kept."""
    if not (root / media.MEDIA_NAME).is_dir():
        return NONE
    lines = journal.read_about(paths.journal_path(root, day), json.dumps(docid))
    return {url: file for url, file in kept_by(lines, (docid,)) if (root / file).is_file()}


def kept_by(lines: Iterable[Line], docids: Collection[str]) -> Iterable[tuple[str, str]]:
    """(address, file) of each ``image`` line of these documents, in the order of the lines."""
    for line in lines:
        url, file = line.get("url"), line.get("file")
        if line.get("event") == KEPT and line.get("docid") in docids and isinstance(url, str) and media.is_media(file):
            yield url, str(file)
