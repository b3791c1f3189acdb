"""The cluster of Dask that a verb begins on this machine, and ends."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from newsarchive.archive.index.processes import ctrl_c_held_back
from newsarchive.errors import EngineGone

SETTINGS: dict[str, Any] = {
    "threads_per_worker": 1,
    "dashboard_address": "127.0.0.1:0",
    "silence_logs": logging.CRITICAL,  # what goes wrong is raised by the verb
}
"""How it is begun."""
UNWATCHED = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.worker.memory.monitor-interval": "1s",
}
"""A worker else looks at itself 160 times a second, for a page that nobody opens here."""


@contextmanager
def own_cluster(workers: int, resources: dict[str, int] | None) -> Iterator[Any]:
    """So many workers, each with these resources.  Raises ``EngineGone`` where they do not begin."""
    import dask  # noqa: PLC0415 - an extra
    from distributed import LocalCluster  # noqa: PLC0415

    try:
        with ctrl_c_held_back(), dask.config.set(UNWATCHED):
            cluster = LocalCluster(workers, resources=resources, **SETTINGS)
    except RuntimeError as error:
        raise EngineGone(f"no cluster begins on this machine ({error}); see whether it has memory left") from error
    with cluster:
        yield cluster
