"""The program ``newsarchive``, also as ``python -m newsarchive`` where only the interpreter's path is known.

Typer and Scrapy take a good part of a second to load.  A signal in that time is the end, in one line and by the table of
exit codes: nothing is begun yet.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

STOPPED = 3
"""Done, but something is missing (design §4)."""
STOP_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)


def main() -> None:
    """Runs the verb that ``sys.argv`` names; ends by ``SystemExit`` with its exit code."""
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # nohup's, or a shell's for what it runs in the background
            signal.signal(number, _leave)
    from newsarchive.cli import main as verbs  # noqa: PLC0415 - behind the handlers

    if "crawl" not in sys.argv[1:2]:  # a crawl loads more, and then sets handlers of its own
        for number, handler in before.items():
            signal.signal(number, handler)
    verbs(prog_name="newsarchive")


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Without any cleaning up: an exception in the middle of an import may be taken for something else by whoever imports."""
    os.write(2, b"newsarchive: stopped by a signal\n")
    os._exit(STOPPED)


if __name__ == "__main__":
    main()
