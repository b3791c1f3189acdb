"""The standard streams: whatever their encoding, no character ends a verb or a run.

A Windows pipe takes cp1252, ``LANG=C`` once took ASCII, and a file name may hold bytes that are no UTF-8: Python would
raise ``UnicodeEncodeError`` in the middle of an answer.
"""

from __future__ import annotations

import codecs
import io
import sys

ESCAPE = "newsarchive-escape"
"""The error handler's name in Python's table of them."""


def escaped(error: UnicodeError) -> tuple[str, int]:
    r"""The characters that a stream cannot carry as JSON writes them (``\u592e``, above 16 bits a pair): JSON stays JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = (int.from_bytes(units[place : place + 2]) for place in range(0, len(units), 2))
    return "".join(f"\\u{unit:04x}" for unit in pairs), error.end


def let_everything_pass() -> None:
    """From now on standard output and standard error escape what they cannot encode."""
    codecs.register_error(ESCAPE, escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not where a program without a console, or a test, has put another
            stream.reconfigure(errors=ESCAPE)
