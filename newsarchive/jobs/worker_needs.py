"""What a worker on another machine must have, so that it reads the same as this one; what it lacks, it tells by name."""

from __future__ import annotations

import asyncio
import hashlib
import platform
from collections.abc import Callable
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

LOOK_S = 60.0
"""That a worker has to load the program and look: a second or two, from a slow network file system some more."""
READERS = ("beautifulsoup4", "nh3", "selectolax", "warcio")
"""Libraries of which another version may read a page otherwise."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a worker must have; ``lacking`` is asked there."""

    places: tuple[Path, ...]
    """The folders of archives, and in each that of its newest day: another archive under the same path has none."""
    packages: tuple[str, ...]
    versions: dict[str, str]


def need_of(*roots: Path, packages: tuple[str, ...] = ()) -> Need:
    """What workers need to read these archives, absolute paths, with these packages of extras."""
    newest = (folder for root in roots for _, folder in islice(paths.day_folders(root), 1))
    return Need((*roots, *newest), packages, versions())


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
    return found + [f"{place} is not there" for place in need.places if not place.is_dir()]


def guarded(need: Need | None, job: Callable[..., Result], *args: Any) -> Result:
    """The result of ``job``, on a worker that may have come when the work had begun.  Raises ``UsageError`` for what it lacks."""
    if need and (lacks := lacking(need)):
        raise UsageError(f"a worker on {platform.node()} cannot do this: {'; '.join(lacks)}")
    return job(*args)


def check(client: Any, need: Need, name: str) -> None:
    """Ask the scheduler of the engine ``name`` and its workers of now.  Raises ``UsageError``, naming what each of them lacks."""
    told = {f"worker {worker}": lacks for worker, lacks in client.sync(_asked, client, need).items()}
    try:  # it takes jobs apart, and reads no day
        told["the scheduler"] = client.run_on_scheduler(lacking, replace(need, places=(), packages=()))
    except (ImportError, AttributeError) as error:
        told["the scheduler"] = error
    troubles = [f"{who}: {lack}" for who, lacks in sorted(told.items()) for lack in _phrases(lacks)]
    if troubles:
        raise UsageError(f"--engine {name} cannot do this: {'; '.join(troubles)}")


async def _asked(client: Any, need: Need) -> dict[str, list[str] | Exception]:
    """What each worker lacks, or what it raised."""
    answers = await asyncio.gather(*(_one_asked(client, need, worker) for worker in await client.nthreads()))
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
