"""A request to end is heard as Ctrl-C is: locks are given back, and what is but for a while is taken away."""

from __future__ import annotations

import signal


def end_orderly() -> None:
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), signal.default_int_handler)
