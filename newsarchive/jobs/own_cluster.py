"""The cluster of Dask that a verb begins on this machine; its workers load this module."""

from __future__ import annotations

import logging
import signal
from typing import Any

CLUSTER: dict[str, Any] = {
    "threads_per_worker": 1,
    "dashboard_address": "127.0.0.1:0",
    "silence_logs": logging.ERROR,  # what goes wrong is raised by the verb
    "preload": [__name__],
}
"""How it is begun."""


def dask_setup(_worker: object) -> None:
    """Called by Dask in each worker: Ctrl-C is for the verb to hear, which ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
