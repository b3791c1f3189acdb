"""How verbs that take long are asked to end."""

from __future__ import annotations

import signal


def end_orderly() -> None:
    """A request to end is heard as Ctrl-C is: what waits is cancelled, what is half-written taken away, a lock given back."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number and signal.getsignal(number) is not signal.SIG_IGN:  # nohup's
            signal.signal(number, signal.default_int_handler)
