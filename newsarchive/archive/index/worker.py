"""Processes that read days for another one: how many of them pay, how they begin and end, and their results in order."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing import get_context, parent_process
from typing import TypeVar

logger = logging.getLogger(__name__)

Asked = TypeVar("Asked")
Result = TypeVar("Result")


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def begin() -> None:
    """Called first in each worker: Ctrl-C is for the parent to hear, and a worker never outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def in_order(
    job: Callable[[Asked], Result], todo: Sequence[Asked], workers: int, *, ahead: int, what: str
) -> Generator[Result]:
    """The results of a job for each of ``todo``, in their order: by workers, and by this process what broken workers leave.

    ``job`` can be pickled, and may be done twice.  At most ``ahead`` results of each worker wait for whoever takes them;
    ``what`` names the work in the log.  One worker is this process.
    """
    done = 0
    if workers > 1:
        try:
            for result in _by_workers(job, todo, workers, ahead):
                yield result
                done += 1
        except BrokenProcessPool:
            logger.warning("A worker of the %s was ended by something else; one process reads the rest", what)
    for asked in todo[done:]:
        yield job(asked)


def _by_workers(job: Callable[[Asked], Result], todo: Sequence[Asked], workers: int, ahead: int) -> Iterator[Result]:
    waiting: deque[Future[Result]] = deque()
    rest = iter(todo)
    with ProcessPoolExecutor(workers, get_context("spawn"), begin) as pool, ExitStack() as undo:
        undo.callback(pool.shutdown, wait=False, cancel_futures=True)
        while True:
            while len(waiting) < workers * ahead and (asked := next(rest, None)) is not None:
                waiting.append(pool.submit(job, asked))
            if not waiting:
                return
            yield waiting.popleft().result()
