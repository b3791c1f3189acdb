"""Loaded by each worker of a cluster that a verb begins on this machine: Ctrl-C is for the verb to hear, which ends its workers."""

from __future__ import annotations

import signal


def dask_setup(_worker: object) -> None:
    """Called by Dask, in the worker's main thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
