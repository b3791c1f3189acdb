"""Our ``scrapy`` commands.

Scrapy imports this package before it knows its command line, so the signals of a crawl are handled from here on.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from newsarchive.crawl.stop_signals import STOP

if "crawl" in sys.argv[1:]:
    STOP.install()


@contextmanager
def _frames_without_source() -> Iterator[None]:
    """Let ``inspect.stack`` pass over the source line of each frame."""
    looked_up = inspect.stack
    inspect.stack = lambda context=0: inspect.getouterframes(sys._getframe(1), 0)  # noqa: ARG005
    try:
        yield
    finally:
        inspect.stack = looked_up


# ``create_deprecated_class`` asks three times who imports it, and for the source of all who import that: 0.1 s, a tenth
# of a poll that finds nothing.  It uses none of it.  Whoever imports this later has it from here.
with _frames_without_source():
    import scrapy.core.downloader.contextfactory  # noqa: F401 - behind the handlers
