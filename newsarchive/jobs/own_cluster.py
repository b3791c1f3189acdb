"""The cluster of Dask that a verb begins on this machine, and ends; its workers load this module."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from newsarchive.archive.index.processes import ctrl_c_held_back
from newsarchive.errors import EngineGone

SETTINGS: dict[str, Any] = {
    "threads_per_worker": 1,
    "dashboard_address": "127.0.0.1:0",
    "silence_logs": logging.CRITICAL,  # what goes wrong is raised by the verb
    "preload": [__name__],
}
"""How it is begun."""


@contextmanager
def own_cluster(workers: int, resources: dict[str, int] | None) -> Iterator[Any]:
    """So many workers, each with these resources.  Raises ``EngineGone`` where they do not begin, as after a Ctrl-C."""
    from distributed import LocalCluster  # noqa: PLC0415 - an extra

    try:
        with ctrl_c_held_back():
            cluster = LocalCluster(workers, resources=resources, **SETTINGS)
    except RuntimeError as error:
        raise EngineGone(f"no cluster begins on this machine ({error}); see whether it has memory left") from error
    with cluster:
        yield cluster


def dask_setup(_worker: object) -> None:
    """Called by Dask in each worker, also in one that is begun anew: Ctrl-C is for the verb to hear, which ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
