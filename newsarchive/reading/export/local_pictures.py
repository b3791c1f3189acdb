"""The archive's own pictures in an export (``--local-images``): where they lie there, and how an article's text names them.

Files are named after their bytes, so a picture is written once and never changed; what lies under its name with other bytes is
somebody's own, and stays.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Mapping
from html import escape, unescape
from pathlib import Path

from newsarchive.archive.format import media
from newsarchive.reading.export.place import digest_of

_SOURCE_RE = re.compile(r'(<img [^<>]*?src=")([^"<>]*)"')
"""As the sanitiser writes it: attributes in double quotes, signs escaped."""
PART_SUFFIX = ".newsarchive-part"


def with_pictures(html: str, pictures: Mapping[str, str]) -> str:
    """Safe HTML whose pictures have these addresses (at the source → in the export); others stay as they are."""
    if not pictures:
        return html

    def shown(found: re.Match[str]) -> str:
        own = pictures.get(unescape(found[2]).strip())
        return f'{found[1]}{escape(own)}"' if own else found[0]

    return _SOURCE_RE.sub(shown, html)


class PictureFolder:
    """A folder that pictures are copied into as articles need them."""

    def __init__(self, root: Path, folder: Path, address: str) -> None:
        """``root``: the archive; ``address``: how a text names the folder, with a slash at its end."""
        self._root, self._folder, self._address = root, folder, address

    def take(self, docid: str, file: str) -> str:  # noqa: ARG002 - others note whose it is
        """Copy a picture, ``file`` being its path in the archive; how the text names it, empty where it cannot be had."""
        name = file.removeprefix(f"{media.MEDIA_NAME}/")
        target = self._folder / name
        if not os.path.lexists(target):
            _copy(self._root / file, target)
        return f"{self._address}{name}" if digest_of(target) == media.digest_of(file) else ""


def _copy(source: Path, target: Path) -> None:
    """Whole or not at all; nothing where the archive's own file is not what its name says."""
    if digest_of(source) != media.digest_of(source.relative_to(source.parents[2]).as_posix()):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}{PART_SUFFIX}")
    shutil.copyfile(source, part)
    if os.path.lexists(target):  # somebody put it there meanwhile: it stays
        part.unlink()
    else:
        part.replace(target)


class FollowedPictures(PictureFolder):
    """The same beside texts that follow the archive: a list tells whose pictures these are, so that they go with their articles."""

    def __init__(self, root: Path, folder: Path, address: str, listing: Path) -> None:
        super().__init__(root, folder, address)
        self._listing, self._known = listing, _read(listing)

    def take(self, docid: str, file: str) -> str:
        """The list is written before the picture is."""
        if (docid, file) not in self._known:
            self._known[docid, file] = None
            self._listing.parent.mkdir(parents=True, exist_ok=True)
            with self._listing.open("a", encoding="utf-8", newline="\n") as listed:
                listed.write(json.dumps([docid, file]) + "\n")
        return super().take(docid, file)

    def take_out(self, is_redacted: Callable[[str], bool]) -> int:
        """Remove the pictures of redacted articles that no other article has; how many."""
        gone = {docid for docid in {docid for docid, _ in self._known} if is_redacted(docid)}
        if not gone:
            return 0
        left = {pair: None for pair in self._known if pair[0] not in gone}
        going = {file for docid, file in self._known if docid in gone} - {file for _, file in left}
        removed = sum(_remove(self._folder / file.removeprefix(f"{media.MEDIA_NAME}/"), file) for file in going)
        _write(self._listing, left)
        self._known = left
        return removed


def _remove(path: Path, file: str) -> bool:
    """Only what is that picture still."""
    if digest_of(path) != media.digest_of(file):
        return False
    path.unlink()
    return True


def _read(path: Path) -> dict[tuple[str, str], None]:
    """(docid, file in the archive); a line that another hand spoilt is passed over."""
    if not path.is_file():
        return {}
    found: dict[tuple[str, str], None] = {}
    for line in path.read_text("utf-8", "replace").split("\n"):
        try:
            docid, file = json.loads(line)
        except (ValueError, TypeError):
            continue
        if isinstance(docid, str) and media.is_media(file):
            found[docid, file] = None
    return found


def _write(path: Path, pairs: Collection[tuple[str, str]]) -> None:
    part = path.with_name(f"{path.name}{PART_SUFFIX}")
    part.write_text("".join(json.dumps([*pair]) + "\n" for pair in pairs), "utf-8", newline="\n")
    part.replace(path)
