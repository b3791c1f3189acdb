"""Where days are read: processes of this machine, or workers that others keep (Dask); nothing else knows which.

A job is a pure function of a day, and its result is applied by one process, in the order of the days: the bytes are the
same whatever the engine.  What a worker lacks is told by its name before the work begins, and for one that comes later then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import partial
from importlib import util
from typing import Any

from newsarchive.archive.index.processes import processes, processors
from newsarchive.archive.index.worker import Workers
from newsarchive.errors import EngineGone, UsageError
from newsarchive.jobs.dask_client import ANSWER_S, DASK, client_of
from newsarchive.jobs.worker_needs import Need, check, guarded, slots, taken_by

LOCAL = "local"


def workers_of(name: str, count: int | None, need: Need) -> Workers:
    """What ``--engine`` and ``--workers`` ask for.  Raises ``UsageError`` where it cannot be had as ``need`` says."""
    if name == LOCAL:
        return Workers(count)
    if name != DASK and not name.startswith(f"{DASK}:"):
        raise UsageError(f"--engine {name}: expected {LOCAL}, {DASK}, or {DASK}:ADDRESS of a scheduler")
    if util.find_spec("distributed") is None:
        raise UsageError(f"--engine {name} needs the extra fleet: pip install 'newsarchive[fleet]'")
    from distributed import KilledWorker  # noqa: PLC0415 - an extra, and half a second

    found = processors() if name == DASK else _checked(name, need)
    return Workers(count or found, partial(engine, name, need=need), (KilledWorker,))


@contextmanager
def engine(name: str, workers: int, need: Need | None = None) -> Iterator[Executor]:
    """An executor of ``workers`` processes here, or of a scheduler's; what waits there is cancelled at the end."""
    if name == LOCAL:
        with processes(workers) as pool:
            yield pool
        return
    with client_of(name, workers, taken := taken_by(need)) as client:
        executor = client.get_executor(pure=False, resources=taken)
        try:
            yield _Guarded(executor, need, client)
        finally:
            if _is_up(client):  # else nothing waits, and Dask raises what is no error of ours
                executor.shutdown(wait=False)


class _Guarded(Executor):
    """Each job first looks whether its worker has what is needed: workers may come when the work has begun."""

    def __init__(self, inner: Executor, need: Need | None, client: Any) -> None:
        self._inner, self._need, self._client = inner, need, client

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if not _is_up(self._client):
            raise EngineGone("the scheduler has gone: begin again when it is back")
        return self._inner.submit(guarded, self._need, partial(fn, **kwargs), *args)


def _is_up(client: Any) -> bool:
    return client.status in ("running", "connecting")


def _checked(name: str, need: Need) -> int:
    """How many days the workers of a scheduler read at once.  Raises ``UsageError``, naming what each of them lacks."""
    with client_of(name, 0) as client:
        try:
            client.wait_for_workers(1, timeout=ANSWER_S)
        except TimeoutError:
            raise UsageError(f"--engine {name} has no worker: start some, dask worker ADDRESS --nthreads 1") from None
        check(client, need, name)
        return sum(slots(client, need).values())
