"""Processes of this machine that do jobs for this one, each by a pipe of its own.

The standard library's pool has one pipe for the answers of all: a process that is killed while it writes a large one leaves
half of it there, and nobody reads on for ever.  Here it takes its own job with it, and nothing else.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from traceback import format_exception
from types import TracebackType
from typing import Any, NamedTuple

_CONTEXT = get_context("spawn")


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def processes(count: int) -> Iterator[Executor]:
    """At most so many.  Where the block is left by an error or a stop, they end in the middle of their jobs."""
    pool = Processes(count)
    with ExitStack() as undo:
        undo.callback(pool.shutdown, cancel_futures=True)
        undo.push(lambda kind, _error, _trace: pool.kill() if kind else None)
        yield pool


class Processes(Executor):
    """A thread waits for each process, which begins with its first job, and is replaced when it ends.

    The job of a process that was ended by something else raises ``BrokenExecutor``.
    """

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, "process")
        self._lock = threading.Lock()
        self._all: list[_Process] = []
        self._idle: list[_Process] = []
        self._is_over = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As of any executor."""
        return self._threads.submit(self._do, partial(fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As of any executor; where nobody waits, processes end with this one."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        for process in self._all if wait else ():
            process.end()

    def kill(self) -> None:
        """End all processes, whatever they do."""
        with self._lock:
            self._is_over = True
            for process in self._all:
                process.kill()

    def _do(self, job: Callable[[], Any]) -> Any:
        process = self._free()
        try:
            answer = process.do(job)
        except (EOFError, OSError) as error:  # the other end of the pipe is gone
            process.kill()
            raise BrokenExecutor("the process was ended by something else") from error
        self._idle.append(process)
        return answer.given()

    def _free(self) -> _Process:
        with self._lock:
            if self._is_over:
                raise BrokenExecutor("the work is over")
            if self._idle:
                return self._idle.pop()
            try:
                self._all.append(process := _Process())
            except OSError as error:
                raise BrokenExecutor(f"the system begins no process: {error}") from error
            return process


@contextmanager
def ctrl_c_held_back() -> Iterator[None]:
    """Threads and processes that begin in the block never hear Ctrl-C, which a terminal sends to all; this one, after it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker  # noqa: PLC0415 - not on Windows

    resource_tracker.ensure_running()  # else the first process begins it, which lets Ctrl-C pass in this thread
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Process:
    def __init__(self) -> None:
        self._pipe, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=serve, args=(theirs,), daemon=True)
        with theirs, ctrl_c_held_back():  # the pipe's other end is theirs alone, so that its end is seen here
            self._process.start()

    def do(self, job: Callable[[], Any]) -> _Answer:
        """What became of it.  Raises ``EOFError`` or ``OSError`` where the process has ended."""
        self._pipe.send(job)
        answer: _Answer = self._pipe.recv()
        return answer

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        """It ends by itself when there is nobody to ask it."""
        self._pipe.close()
        self._process.join()


# --- in the process --------------------------------------------------------------------------------------------------


class _Answer(NamedTuple):
    result: Any = None
    error: Exception | None = None
    trace: str = ""
    """Of the error, which loses its own on the way."""

    def given(self) -> Any:
        """The result; raises the error."""
        if self.error:
            raise self.error from _Theirs(self.trace)
        return self.result


class _Theirs(Exception):
    """Shows where in another process an error was raised."""


def begin() -> None:
    """Called first in each process: it does not outlive the one that began it, not even one that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def serve(pipe: Connection) -> None:
    """Do one job after the other, until nobody asks any more."""
    begin()
    with suppress(EOFError, OSError):
        while True:
            pipe.send_bytes(_answered(pipe.recv()))


def _answered(job: Callable[[], Any]) -> bytes:
    with _Caught() as caught:
        return pickle.dumps(_Answer(job()))
    return pickle.dumps(_Answer(None, caught.error, caught.trace))


class _Caught:
    """Whatever a job raises is for whoever asked for it."""

    error: Exception | None = None
    trace = ""

    def __enter__(self) -> _Caught:
        return self

    def __exit__(self, _: object, error: BaseException | None, trace: TracebackType | None) -> bool:
        if isinstance(error, Exception):
            self.error, self.trace = error, "".join(format_exception(None, error, trace))
        return self.error is not None
