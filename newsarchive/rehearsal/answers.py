"""What the site answers and the proxy sends: a response, or the end of the connection."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

_GZIP = 31
"""zlib's ``wbits`` for gzip with the largest window."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response before it is sent; ``packed`` is the body in gzip, empty where it is sent plain."""

    status: int
    content_type: str
    body: bytes
    packed: bytes = b""
    announced: bool = True
    """Whether Content-Length is sent; without it the end of the connection ends the body."""
    headers: tuple[tuple[str, str], ...] = ()
    """Further headers, for example Location: (name, value)."""


class HangUp(Exception):
    """Raised by ``faults``, caught by ``proxy``: the connection ends after half of ``answer``, or at once without one."""

    def __init__(self, answer: Answer | None = None) -> None:
        super().__init__("the stand-in hangs up")
        self.answer = answer


def answer_of(status: int, content_type: str, body: bytes) -> Answer:
    """An answer with its body in gzip, at the fastest level: the stand-in shares its processors with the crawler."""
    packer = zlib.compressobj(level=1, wbits=_GZIP)
    return Answer(status, content_type, body, packer.compress(body) + packer.flush())
