"""The pictures of the pretended Sina: small ones of every kind, made of their address; and, where asked for, ones that fail.

Which kind an address has does not hang on its ending: the real hosts serve WebP under ``.jpg``, too.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from enum import StrEnum
from hashlib import sha256

from newsarchive.rehearsal.answers import Answer, answer_of
from newsarchive.rehearsal.notices import NOT_FOUND

PICTURE_HOSTS = ("n.sinaimg.cn", *(f"i{number}.sinaimg.cn" for number in range(4)), "k.sinaimg.cn")
FOLDERS = ("/finance/transform/", "/cj/", "/slide/", "/moved/")
"""Where pictures of articles lie."""
PRIVATE_ADDRESS = "https://192.168.1.1/picture.png"
LARGE_BYTES = 3_000_000
"""Of the one that is larger than most."""
_EMPTY_JPEG_TABLE = bytes((1, *(0,) * 15, 0))
"""A Huffman table with the one symbol 0, its code the single bit 0."""
_WEBP = bytes.fromhex("524946461a000000574542505650384c0d0000002f00000010071011118888fe0700")


class PictureFate(StrEnum):
    """What becomes of a picture that is asked for."""

    WHOLE = "whole"
    MOVED = "moved"
    """Redirected to another of these hosts, where it is whole."""
    GONE = "404"
    PAGE = "page"
    """A page of HTML, as many hosts answer for what they do not have."""
    DISGUISED = "disguised"
    """The same, served as a JPEG."""
    LARGE = "large"
    ASTRAY = "astray"
    """Redirected into somebody's own network."""


BAD = (PictureFate.GONE, PictureFate.PAGE, PictureFate.DISGUISED, PictureFate.LARGE, PictureFate.ASTRAY)
FATES = (*(PictureFate.WHOLE,) * 10, PictureFate.MOVED, *BAD)


class PictureServer:
    """Answers for ``PICTURE_HOSTS``; ``fail``: whether some of them fail."""

    def __init__(self, *, fail: bool = False) -> None:
        self._fail = fail

    def fate_of(self, path: str) -> PictureFate:
        """The same for a path, whatever the host."""
        if not self._fail or path.startswith("/moved/"):
            return PictureFate.WHOLE
        return FATES[_digest(path)[1] % len(FATES)]

    def answer(self, path: str) -> Answer:
        """The answer to a path without its query."""
        if not path.startswith(FOLDERS):
            return answer_of(404, "text/html", NOT_FOUND)
        return _ANSWERS[self.fate_of(path)](path)


def picture(path: str) -> tuple[str, bytes]:
    """Media type and bytes of the picture at this path."""
    kind, make = _KINDS[_digest(path)[0] % len(_KINDS)]
    return kind, make(path)


def png(seed: str) -> bytes:
    """Two by two, of one colour."""
    colour = _digest(seed)[2:5]
    rows = b"".join(b"\0" + colour * 2 for _ in range(2))
    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def gif(seed: str) -> bytes:
    """One dot, of one colour."""
    colours = _digest(seed)[2:5] + bytes(3)
    return b"GIF89a\x01\0\x01\0\x80\0\0" + colours + b"\x2c\0\0\0\0\x01\0\x01\0\0" + bytes((2, 2, 0x44, 1, 0)) + b"\x3b"


def jpeg(seed: str) -> bytes:
    """Eight by eight, grey; its comment is its own."""
    parts = (
        (0xFE, _digest(seed)[:8]),
        (0xDB, bytes((0, *(1,) * 64))),
        (0xC0, struct.pack(">BHHBBBB", 8, 8, 8, 1, 1, 0x11, 0)),
        (0xC4, b"\x00" + _EMPTY_JPEG_TABLE),
        (0xC4, b"\x10" + _EMPTY_JPEG_TABLE),
        (0xDA, bytes((1, 1, 0, 0, 63, 0))),
    )
    told = b"".join(struct.pack(">BBH", 0xFF, mark, len(data) + 2) + data for mark, data in parts)
    return b"\xff\xd8" + told + b"\x3f\xff\xd9"


def webp(_seed: str) -> bytes:
    """One dot; the same bytes for every address."""
    return _WEBP


_KINDS: tuple[tuple[str, Callable[[str], bytes]], ...] = (
    ("image/png", png),
    ("image/jpeg", jpeg),
    ("image/gif", gif),
    ("image/webp", webp),
)


_ANSWERS: dict[PictureFate, Callable[[str], Answer]] = {
    PictureFate.WHOLE: lambda path: Answer(200, *picture(path)),
    PictureFate.MOVED: lambda path: _moved_to(f"https://{PICTURE_HOSTS[-1]}/moved{path}"),
    PictureFate.GONE: lambda _: answer_of(404, "text/html", NOT_FOUND),
    PictureFate.PAGE: lambda _: answer_of(200, "text/html", NOT_FOUND),
    PictureFate.DISGUISED: lambda _: Answer(200, "image/jpeg", NOT_FOUND),
    PictureFate.LARGE: lambda path: Answer(200, "image/png", png(path) + bytes(LARGE_BYTES)),
    PictureFate.ASTRAY: lambda _: _moved_to(PRIVATE_ADDRESS),
}


def _digest(path: str) -> bytes:
    return sha256(path.encode()).digest()


def _moved_to(address: str) -> Answer:
    return Answer(302, "text/html", b"moved\n", headers=(("Location", address),))
