"""A body as it was received, unpacked by its Content-Encoding; bounded.

Gives what ``crawl.middlewares.DecompressionMiddleware`` gave the run that fetched it, so that a page is read again as it was
read then; Scrapy stays in ``crawl/``.
"""

from __future__ import annotations

import gzip
import struct
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO

from newsarchive.archive.format.gzip_members import WINDOW_BITS

_GZIP = WINDOW_BITS
_ZLIB = 15
_RAW_DEFLATE = -15
"""Window bits of zlib."""
_CHUNK_BYTES = 65_536
"""As Scrapy reads: where a body is damaged, the size of the step decides how much comes before."""


class CodingError(ValueError):
    """The body is not what its Content-Encoding says, or larger than it may be; the message says which."""


def decoded(body: bytes, codings: Sequence[str], max_bytes: int) -> bytes:
    """The body without its content codings, which are named in the order in which they were laid on (RFC 9110 §8.4).

    What Scrapy passes over (an unknown coding, and all below it) stays.  Raises ``CodingError``.
    """
    named = [part.strip().lower() for coding in codings for part in coding.split(",")]
    for name in reversed(named):
        if name not in _DECODERS:
            return body
        if body:
            body = _DECODERS[name](body, max_bytes)
    return body


def whole_gzip(body: bytes, max_bytes: int) -> bytes | None:
    """The content of a body that is one whole gzip member, as most are, and not larger; None for all others.

    It takes one step; Scrapy takes one for each 64 KiB.
    """
    member = zlib.decompressobj(_GZIP)
    try:
        data = member.decompress(body, max_bytes + 1)
    except zlib.error:
        return None
    return data if member.eof and not member.unused_data and len(data) <= max_bytes else None


def _gunzip(body: bytes, max_bytes: int) -> bytes:
    """Else as much as can be had, as Scrapy takes it."""
    whole = whole_gzip(body, max_bytes)
    return _gunzip_in_part(body, max_bytes) if whole is None else whole


def _gunzip_in_part(body: bytes, max_bytes: int) -> bytes:
    """What comes before the damage, or before the end of a body that ends too early; check sums are not heeded."""
    file, data = gzip.GzipFile(fileobj=BytesIO(body)), bytearray()
    while True:
        try:
            chunk = file.read1(_CHUNK_BYTES)
        except (OSError, EOFError, zlib.error, struct.error) as error:
            if data and not isinstance(error, zlib.error):
                return bytes(data)
            raise CodingError(f"the body is not gzip ({error})") from error
        if not chunk:
            return bytes(data)
        data += chunk
        _check_size(len(data), max_bytes)


def _inflate(body: bytes, max_bytes: int) -> bytes:
    """Some servers send deflate bare, without the header of zlib; what ends too early counts as far as it goes."""
    try:
        data = zlib.decompressobj(_ZLIB).decompress(body, max_bytes + 1)
    except zlib.error:
        try:
            data = zlib.decompressobj(_RAW_DEFLATE).decompress(body, max_bytes + 1)
        except zlib.error as error:
            raise CodingError(f"the body is not deflate ({error})") from error
    _check_size(len(data), max_bytes)
    return data


def _unbrotli(body: bytes, max_bytes: int) -> bytes:
    import brotli  # noqa: PLC0415 - we do not ask for it; Scrapy brings it

    stream, parts, room = brotli.Decompressor(), list[bytes](), max_bytes
    try:
        data = stream.process(body, output_buffer_limit=max_bytes)
        while data and room >= 0:
            parts.append(data)
            room -= len(data)
            data = stream.process(b"", output_buffer_limit=max_bytes)
    except brotli.error as error:
        raise CodingError(f"the body is not br ({error})") from error
    _check_size(max_bytes - room, max_bytes)
    _check_end("br", is_whole=bool(stream.is_finished()))
    return b"".join(parts)


def _unzstd(body: bytes, max_bytes: int) -> bytes:
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415 - as above
    else:
        from backports import zstd  # noqa: PLC0415 - as above

    stream = zstd.ZstdDecompressor()
    try:
        data: bytes = stream.decompress(body, max_bytes + 1)
    except zstd.ZstdError as error:
        raise CodingError(f"the body is not zstd ({error})") from error
    _check_size(len(data), max_bytes)
    _check_end("zstd", is_whole=stream.eof)
    return data


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise CodingError(f"the unpacked body has more than {max_bytes} bytes")


def _check_end(name: str, *, is_whole: bool) -> None:
    if not is_whole:
        raise CodingError(f"the body, packed as {name}, ends too early")


_DECODERS: Mapping[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
