"""Where the work of a verb over many days is done: ``--engine`` and ``--workers``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from newsarchive.archive.index.worker import Workers
from newsarchive.jobs.backfilling.crawling import certificates_in

LOCAL = "local"
SINA = "sina"
"""The resource of Dask that bounds how many crawls a worker runs at once."""

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
    if engine == LOCAL:
        return Workers(count)
    from newsarchive.jobs import engine as engines  # noqa: PLC0415 - 20 ms, where one is asked for alone
    from newsarchive.jobs.worker_needs import need_of  # noqa: PLC0415

    return engines.workers_of(engine, count, need_of(*(root.absolute() for root in roots)))


# --- crawls ----------------------------------------------------------------------------------------------------------


def crawlers_of(engine: str, count: int, root: Path, directory: Path, variables: Mapping[str, str]) -> Workers:
    """Who crawls slices of the archive in ``root``, at most ``count`` at once.  Raises ``UsageError``, naming what a worker lacks.

    ``directory`` is where the crawls run, ``variables`` what they are told of the user's.
    """
    if engine == LOCAL:
        return Workers(count, _threads)
    from newsarchive.jobs import engine as engines  # noqa: PLC0415 - as above
    from newsarchive.jobs.dask_client import DASK  # noqa: PLC0415
    from newsarchive.jobs.worker_needs import need_of  # noqa: PLC0415

    there = next(folder for folder in (root, *root.parents) if folder.is_dir())
    project = (directory,) if directory != root else ()
    need = replace(need_of(there, packages=("scrapy",)), written=(there,), resource=SINA)
    begins = tuple(begin for begin in need.begins if begin[1])  # a day without a journal may get one meanwhile
    need = replace(need, places=(*need.places, *project, *certificates_in(variables)), begins=begins)
    found = engines.workers_of(engine, None, need)
    return replace(found, count=count if engine == DASK else min(count, found.count or count))


@contextmanager
def _threads(count: int) -> Iterator[Executor]:
    """Each of them waits for a crawl, which is a process of its own."""
    with ThreadPoolExecutor(count, "slice") as executor:
        yield executor
