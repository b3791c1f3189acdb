"""An article to be read: its entry, and the file of that state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from newsarchive.errors import ArchiveDamaged
from newsarchive.pages.changes import Told, told
from newsarchive.reading.entries import Entry
from newsarchive.reading.stored_file import StoredFile, read_file


@dataclass(frozen=True)
class KeptArticle:
    """One state of an article with all that it says; a file that was lost or altered is told, and never an error."""

    entry: Entry
    """Of this state."""
    stored: StoredFile | None
    """None where the file cannot be read."""
    fault: str = ""
    """Why not, and what to do: one sentence; empty where it could be."""
    pictures: Mapping[str, str] = field(default_factory=dict)
    """Of an export with pictures of its own: address at the source → address there."""

    @property
    def is_missing(self) -> bool:
        """Whether there is nothing to be read: body, text and picture are empty then."""
        return self.stored is None

    @property
    def is_whole(self) -> bool:
        """Whether the file is there, byte for byte as its line says."""
        return self.stored is not None and self.stored.is_whole

    @property
    def data(self) -> bytes:
        """The file; empty where it is missing."""
        return self.stored.data if self.stored else b""

    @property
    def body(self) -> str:
        """HTML, without the wrapper; as untrusted as the page that it came from."""
        return self.stored.body if self.stored else ""

    @cached_property
    def told(self) -> Told:
        """What counts as its content: title, paragraphs without markup, paths of pictures."""
        return told(self.entry.title, self.entry.published_at, self.body)

    @property
    def text(self) -> str:
        """Plain text, a paragraph a line."""
        return "\n".join(self.told.paragraphs)

    @property
    def picture(self) -> str:
        """Address of the head picture; empty for none."""
        return self.stored.picture if self.stored else ""

    @property
    def categories(self) -> tuple[str, ...]:
        """Of the front matter: 金融, 新浪财经, 新浪财经－<channel>."""
        return self.stored.categories if self.stored else ()

    @property
    def tags(self) -> tuple[str, ...]:
        """Of the front matter; only imported posts have any."""
        return self.stored.tags if self.stored else ()


def open_article(root: Path, entry: Entry) -> KeptArticle:
    """Read the file of an entry; of a redacted one nothing is read."""
    if entry.is_redacted:
        return KeptArticle(entry, None, f"{entry.docid} was taken out of this archive on purpose")
    try:
        return KeptArticle(entry, StoredFile(read_file(root, entry.file), entry.sha256))
    except ArchiveDamaged as error:
        return KeptArticle(entry, None, str(error))
