"""The gzip members that a file of raw records is made of (RFC 1952 §2.2): each is one record, and whole by itself."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, NamedTuple

WINDOW_BITS = 31
"""zlib's way to say: one gzip member, header and check sum included."""
_CHUNK_BYTES = 1 << 20
"""Read, or unpacked, at a time."""


class GzipMember(NamedTuple):
    """Where one lies, and what is in it."""

    offset: int
    length: int
    data: bytes
    """Unpacked."""


def members(file: BinaryIO, most_bytes: int) -> Iterator[GzipMember]:
    """Each member, from where the file stands on.

    Raises ``zlib.error`` at what is no whole one, or has more than ``most_bytes`` unpacked.
    """
    begin, rest = file.tell(), file.read(_CHUNK_BYTES)
    while rest:
        stream, data = zlib.decompressobj(WINDOW_BITS), bytearray()
        while not stream.eof:
            if not (rest := rest or file.read(_CHUNK_BYTES)):
                raise zlib.error(f"the record at {begin} is not whole")
            data += stream.decompress(rest, _CHUNK_BYTES)
            rest = stream.unconsumed_tail
            if len(data) > most_bytes:
                raise zlib.error(f"the record at {begin} has more than {most_bytes} bytes")
        rest = stream.unused_data
        end = file.tell() - len(rest)
        yield GzipMember(begin, end - begin, bytes(data))
        begin, rest = end, rest or file.read(_CHUNK_BYTES)


def last_end(file: BinaryIO, start: int) -> int:
    """Where the last whole member ends, the first one beginning at ``start``; ``start`` where none is whole.

    However large they are: nothing of them is held.
    """
    file.seek(start)
    stream, end, rest = zlib.decompressobj(WINDOW_BITS), start, b""
    with suppress(zlib.error):
        while rest := rest or file.read(_CHUNK_BYTES):
            stream.decompress(rest, _CHUNK_BYTES)
            rest = stream.unconsumed_tail
            if stream.eof:
                rest = stream.unused_data
                stream, end = zlib.decompressobj(WINDOW_BITS), file.tell() - len(rest)
    return end
