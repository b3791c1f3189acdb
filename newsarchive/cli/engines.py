"""Where the work of a verb over many days is done: ``--engine`` and ``--workers``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from newsarchive.archive.index.worker import Workers

EngineOption = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Where days are read: local, processes of this machine; dask, a cluster on it; dask:ADDRESS, the workers of a "
        "scheduler, which see the archive under the same path. The result is the same.",
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="How many read at once; else one a processor, where it pays."),
]


def workers_of(engine: str, count: int | None, *roots: Path) -> Workers:
    """What is asked for, for archives in ``roots``.  Raises ``UsageError``, naming what a worker lacks."""
    if engine == "local":
        return Workers(count)
    from newsarchive.jobs import engine as engines  # noqa: PLC0415 - 20 ms, where one is asked for alone
    from newsarchive.jobs.worker_needs import need_of  # noqa: PLC0415

    return engines.workers_of(engine, count, need_of(*(root.absolute() for root in roots)))
