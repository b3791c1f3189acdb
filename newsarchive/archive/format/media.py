"""archive: pictures as files, ``_media/<ab>/<digest>.<ext>``: how they are named, and what makes bytes a picture; pure.

The name is the SHA-256 of the bytes, so equal pictures are one file, whoever names them, and each file proves itself.
"""

from __future__ import annotations

import hashlib
import re

MEDIA_NAME = "_media"
TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "bmp": "image/bmp",
}
"""Ending → media type.  SVG is none of them: it may hold scripts."""

_FILE_RE = re.compile(rf"{MEDIA_NAME}/([0-9a-f]{{2}})/((\1[0-9a-f]{{62}})(?:-[0-9]{{1,3}})?\.({'|'.join(TYPES)}))")
_MARKS = (("jpg", b"\xff\xd8\xff"), ("png", b"\x89PNG\r\n\x1a\n"), ("gif", b"GIF87a"), ("gif", b"GIF89a"))
_AVIF_BRANDS = (b"avif", b"avis")
_BMP_SIZE = slice(2, 6)
"""Where a BMP tells its own length: its mark of two letters alone would fit any text that begins with ``BM``."""
SMALLEST_BYTES = 26
"""The smallest GIF there is; what is shorter is no picture."""


def file_of(sha256: str, ending: str, number: int = 1) -> str:
    """Where a picture with this digest lies, below the archive; ``number``: where something else lies under the first name."""
    tail = f"-{number}" if number > 1 else ""
    return f"{MEDIA_NAME}/{sha256[:2]}/{sha256}{tail}.{ending}"


def is_media(file: object) -> bool:
    """Whether a path below the archive is one that ``file_of`` gives."""
    return isinstance(file, str) and bool(_FILE_RE.fullmatch(file))


def digest_of(file: str) -> str:
    """The SHA-256 that a file's name tells; empty for one that ``file_of`` does not give."""
    named = _FILE_RE.fullmatch(file)
    return named[3] if named else ""


def type_of(file: str) -> str:
    """The media type of a picture by the ending of its file; raises ``KeyError`` for any other file."""
    return TYPES[file.rpartition(".")[2]]


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def ending_of(data: bytes) -> str:
    """What the bytes themselves say that they are, one of ``TYPES``; empty for no picture that a browser shows."""
    if len(data) < SMALLEST_BYTES:
        return ""
    if plain := next((ending for ending, mark in _MARKS if data.startswith(mark)), ""):
        return plain
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp" and data[8:12] in _AVIF_BRANDS:
        return "avif"
    if data.startswith(b"BM") and int.from_bytes(data[_BMP_SIZE], "little") == len(data):
        return "bmp"
    return ""
