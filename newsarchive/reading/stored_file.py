"""The file of one state as a reader wants it: body, text, picture and front matter, whatever somebody did to it since."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import frontmatter
import yaml

from newsarchive.archive.format.frontmatter import SeedHandler, body_of
from newsarchive.archive.format.plain_file import open_plain
from newsarchive.archive.format.states import REVISIONS_NAME
from newsarchive.errors import ArchiveDamaged, cause_of

SUFFIX = ".md"
"""Of every article and every earlier state."""


@dataclass(frozen=True)
class StoredFile:
    """A file of the archive, byte for byte, and the digest that its line tells."""

    data: bytes
    sha256: str

    @cached_property
    def is_whole(self) -> bool:
        """Whether it is what its line says."""
        return hashlib.sha256(self.data).hexdigest() == self.sha256

    @cached_property
    def body(self) -> str:
        """HTML of the body, without the wrapper; all behind the header, if any, where the file is of another form."""
        text = self._text
        try:
            return body_of(text)
        except ValueError:
            _, has_header, rest = text.lstrip().removeprefix("---").partition("\n---\n")
            return rest if has_header else text

    @cached_property
    def header(self) -> Mapping[str, object]:
        """The front matter; empty where it cannot be read."""
        try:
            return frontmatter.loads(self._text, handler=SeedHandler()).metadata
        except (ValueError, TypeError, AttributeError, RecursionError, yaml.YAMLError):  # it need not be a mapping
            return {}

    @property
    def title(self) -> str:
        return str(self.header.get("title", ""))

    @property
    def picture(self) -> str:
        """Address of the head picture; empty for none."""
        return str(self.header.get("headimg") or self.header.get("thumbnail") or "")

    @property
    def categories(self) -> tuple[str, ...]:
        return _listed(self.header.get("categories"))

    @property
    def tags(self) -> tuple[str, ...]:
        return _listed(self.header.get("tags"))

    @property
    def _text(self) -> str:
        return self.data.decode("utf-8", "replace")


def read_file(root: Path, file: str) -> bytes:
    """The bytes of a file below the archive.

    Raises ``ArchiveDamaged`` where it is gone, is no plain ``.md`` file, lies elsewhere, or the disk does not give it back.
    """
    if not _is_place(file):
        raise ArchiveDamaged(
            f"{file!r} is no place below the archive: another hand wrote that line; newsarchive verify"
        )
    try:
        return _bytes_of(root / file)
    except (OSError, UnicodeEncodeError) as error:
        cause = cause_of(error)[0] if isinstance(error, OSError) else "no file can have that name"
        again = "newsarchive repair --from COPY takes it back"
        if f"/{REVISIONS_NAME}/" not in file:
            again += ", newsarchive gaps --fill fetches the newest state again"
        raise ArchiveDamaged(f"{root / file} cannot be read: {cause}; {again}") from error


def _is_place(file: str) -> bool:
    """Whether an article may lie there; the settings of an archive, ``watches.toml``, are no article."""
    path = PurePosixPath(file)
    leaves = path.is_absolute() or Path(file).is_absolute() or ".." in path.parts
    return path.suffix == SUFFIX and not (leaves or "\0" in file or "\\" in file)


def _bytes_of(path: Path) -> bytes:
    """A link is none of our files: in an archive from elsewhere it may lead to what its reader keeps to himself."""
    if path.is_symlink():
        raise OSError(errno.EINVAL, "it is a symbolic link")
    with open_plain(path) as file:
        return file.read()


def _listed(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(str(item) for item in value if item is not None)
    return (value,) if isinstance(value, str) and value else ()
