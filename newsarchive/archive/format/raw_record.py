"""What a server sent, as records of a WARC file (ISO 28500, WARC/1.1): pure, an exchange in, gzip members out.

Heads and bodies stand there byte for byte as they went over the wire, but that the chunks of a transfer coding are joined
and what proves who we are is taken out.  warcio would write heads anew (order kept, blanks and non-ASCII not) and takes
twelve times as long, so these two kinds of record are put together here; warcio reads and checks them.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from newsarchive.archive.format.gzip_members import WINDOW_BITS

PLAIN_LEVEL = 1
"""Of gzip for what came plain: a third of the page's size; level 6 takes twice the time for a tenth less."""
HEAD_LEVEL = 6
"""Of gzip for the heads: 0.02 ms a record, whatever the level."""
DOCUMENT = "WARC-Newsarchive-Document"
"""Field of a record: the docid of the document for which was asked; listings and robots.txt have none."""
ORIGINAL = "WARC-Newsarchive-Refers-To"
"""Field of a ``revisit``: the place of the record that has the payload."""
SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"

_END = b"\r\n\r\n"
_CODED_RE = re.compile(rb"^content-encoding[ \t]*+:[ \t]*+(?!identity)\S", re.I | re.M)
_CHUNKED_RE = re.compile(rb"^(?=transfer-encoding[ \t]*+:)", re.I | re.M)
_SECRET_RE = re.compile(rb"(?:proxy-)?authorization[ \t]*+:", re.I)
_STORED_BYTES = 0xFFFF
"""Of one stored block of deflate (RFC 1951 §3.2.4)."""
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""No name, no time, no system: the same bytes give the same member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer, as they went over the wire."""

    url: str
    request_head: bytes = field(repr=False)
    """Request line and headers, with the blank line."""
    response_head: bytes = field(repr=False)
    """Status line and headers, with the blank line."""
    body: bytes = field(repr=False)
    """With its content coding; chunks joined."""
    fetched_at: datetime
    address: str = ""
    """Of the server; empty where a proxy stood between."""
    docid: str = ""
    """Of the document for which was asked; empty for a listing or robots.txt."""

    def payload_digest(self) -> str:
        """SHA-256 of the body, as a record tells it."""
        return f"sha256:{hashlib.sha256(self.body).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Original:
    """A stored record with a payload, which a later ``revisit`` may refer to."""

    place: str
    url: str
    digest: str
    """Of its payload."""
    fetched_at: str
    """As its WARC-Date."""
    record_id: str


def new_id() -> str:
    """An identifier for one more record."""
    return f"<urn:uuid:{uuid4()}>"


def date_of(moment: datetime) -> str:
    """A moment as WARC-Date."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def response(exchange: Exchange, record_id: str, info_id: str, digest: str) -> bytes:
    """The member of a ``response`` record."""
    http = _without_chunks(exchange.response_head)
    hashed = hashlib.sha256(http)
    hashed.update(exchange.body)
    fields = [
        *_shared(exchange, "response", record_id, info_id),
        ("WARC-Block-Digest", f"sha256:{hashed.hexdigest()}"),
        ("WARC-Payload-Digest", digest),
    ]
    head = _head(fields, len(http) + len(exchange.body)) + http
    if _CODED_RE.search(http):
        return _packed_around(head, exchange.body + _END)
    return packed(head + exchange.body + _END, PLAIN_LEVEL)


def revisit(exchange: Exchange, record_id: str, info_id: str, original: Original) -> bytes:
    """The member of a ``revisit`` record: the head of an answer whose payload was stored before."""
    http = _without_chunks(exchange.response_head)
    fields = [
        *_shared(exchange, "revisit", record_id, info_id),
        ("WARC-Profile", SAME_PAYLOAD),
        ("WARC-Refers-To", original.record_id),
        ("WARC-Refers-To-Target-URI", original.url),
        ("WARC-Refers-To-Date", original.fetched_at),
        (ORIGINAL, original.place),
        ("WARC-Block-Digest", f"sha256:{hashlib.sha256(http).hexdigest()}"),
        ("WARC-Payload-Digest", original.digest),
    ]
    return packed(_head(fields, len(http)) + http + _END, HEAD_LEVEL)


def request(exchange: Exchange, response_id: str, info_id: str) -> bytes:
    """The member of the ``request`` record that stands behind that of its answer."""
    lines = exchange.request_head.splitlines(keepends=True)
    http = b"".join(line for line in lines if not _SECRET_RE.match(line))
    fields = [
        *_shared(exchange, "request", new_id(), info_id),
        ("WARC-Concurrent-To", response_id),
        ("WARC-Block-Digest", f"sha256:{hashlib.sha256(http).hexdigest()}"),
    ]
    return packed(_head(fields, len(http)) + http + _END, HEAD_LEVEL)


def packed(data: bytes, level: int) -> bytes:
    """One gzip member."""
    packer = zlib.compressobj(level, zlib.DEFLATED, WINDOW_BITS)
    return packer.compress(data) + packer.flush()


def _shared(exchange: Exchange, kind: str, record_id: str, info_id: str) -> Iterator[tuple[str, str]]:
    yield "WARC-Type", kind
    yield "WARC-Record-ID", record_id
    yield "WARC-Warcinfo-ID", info_id
    yield "WARC-Date", date_of(exchange.fetched_at)
    yield "WARC-Target-URI", exchange.url
    if exchange.docid:
        yield DOCUMENT, exchange.docid
    if exchange.address:
        yield "WARC-IP-Address", exchange.address
    yield "Content-Type", f"application/http; msgtype={'request' if kind == 'request' else 'response'}"


def _head(fields: list[tuple[str, str]], length: int) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"WARC/1.1\r\n{lines}Content-Length: {length}\r\n\r\n".encode("ascii", "backslashreplace")


def _without_chunks(head: bytes) -> bytes:
    """The transfer coding is undone, so its header must not say that it is there; readers would look for chunks."""
    return _CHUNKED_RE.sub(b"X-Archive-Orig-", head)


def _packed_around(head: bytes, body: bytes) -> bytes:
    """One gzip member, its body stored as it is: it came packed, and packing it again takes 0.3 ms and gains nothing."""
    packer = zlib.compressobj(HEAD_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    parts = [_GZIP_HEAD, packer.compress(head), packer.flush(zlib.Z_SYNC_FLUSH)]
    for begin in range(0, len(body), _STORED_BYTES):
        block = body[begin : begin + _STORED_BYTES]
        is_last = begin + _STORED_BYTES >= len(body)
        size = len(block).to_bytes(2, "little")
        parts += [b"\x01" if is_last else b"\x00", size, (len(block) ^ 0xFFFF).to_bytes(2, "little"), block]
    crc = zlib.crc32(body, zlib.crc32(head))
    parts += [crc.to_bytes(4, "little"), ((len(head) + len(body)) & 0xFFFFFFFF).to_bytes(4, "little")]
    return b"".join(parts)
