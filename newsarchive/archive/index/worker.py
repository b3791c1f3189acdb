"""Workers that read days for another process: how many, where they are, and their results in order."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from newsarchive.archive.index.processes import processes, processors
from newsarchive.errors import NewsArchiveError, WorkersEnded

logger = logging.getLogger(__name__)

MOST_ENDED = 3
"""Days that may each end two workers before the work is given up: where more do, it is not the days."""

Asked = TypeVar("Asked")
Result = TypeVar("Result")
Open = Callable[[int], AbstractContextManager[Executor]]
"""Gives an executor of so many workers; what waits there is cancelled at its end."""


class TellDays(Protocol):
    """Hears how far a work of many days is, after each of them."""

    def __call__(self, done: int, days: int, read: int = 0, /) -> None:
        """Days done, days in all, and the articles or files that were read until now, where they are counted."""


# --- how many, and where ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Workers:
    """Who reads the days; all of them see the archive under one path."""

    count: int | None = None
    """None: one a processor, where there is enough to do."""
    open: Open = processes
    ended: tuple[type[Exception], ...] = ()
    """What is raised for a job that has ended one worker after the other, where the engine itself tried it again."""

    def of(self, *, pays: bool, most: int) -> Workers:
        """As many as were asked for; else at most ``most``, and this process alone where more do not pay."""
        return replace(self, count=self.count or (min(processors(), most) if pays else 1))

    @property
    def is_this_process(self) -> bool:
        return self.count == 1 and self.open is processes


HERE = Workers()
"""Processes of this machine, where they pay."""


# --- results in order ------------------------------------------------------------------------------------------------


def in_order(
    job: Callable[[Asked], Result],
    todo: Sequence[Asked],
    workers: Workers,
    *,
    ahead: int,
    what: str,
    named: Callable[[Asked], str] = str,
) -> Generator[Result]:
    """The results of a job for each of ``todo``, in their order; ``what`` names the work, ``named`` one of ``todo``.

    ``job`` can be pickled, and may be done twice: where a worker ends, what it leaves is done once more, each alone.  At
    most ``ahead`` results of each worker wait for whoever takes them.  What ``job`` raises is raised here, with a note that
    says for what.  Raises ``WorkersEnded``, after all other results, for those that ended a worker twice.
    """
    if workers.is_this_process:
        for asked in todo:
            with _noted(named(asked), what):
                result = job(asked)
            yield result
        return
    with _Team(job, workers, what) as team:
        yield from team.results(todo, ahead, named)


class _Team(Generic[Asked, Result]):
    """Workers, and beside them one for what may have been the reason where one ended."""

    def __init__(self, job: Callable[[Asked], Result], workers: Workers, what: str) -> None:
        self._job, self._what = job, what
        self._ended: tuple[type[Exception], ...] = (BrokenExecutor, *workers.ended)
        self._count = workers.count or processors()
        self._open = ExitStack()
        self._many, self._one = (_Opened(self._open, workers.open, count) for count in (self._count, 1))
        self._lost: list[str] = []

    def __enter__(self) -> _Team[Asked, Result]:
        return self

    def __exit__(self, *left_by: Any) -> None:
        self._open.__exit__(*left_by)

    def results(self, todo: Sequence[Asked], ahead: int, named: Callable[[Asked], str]) -> Iterator[Result]:
        waiting: deque[tuple[Asked, Future[Result]]] = deque()
        rest = iter(todo)
        while True:
            while len(waiting) < self._count * ahead and (asked := next(rest, None)) is not None:
                waiting.append((asked, self._many.submit(self._job, asked)))
            if not waiting:
                break
            asked, future = waiting.popleft()
            try:
                with _noted(named(asked), self._what):
                    result = self._result(asked, future)
            except self._ended as error:
                self._lose(named(asked), error)
            else:
                yield result
        for asked in rest:  # where no worker can begin
            with _noted(named(asked), self._what):
                result = self._job(asked)
            yield result
        if self._lost:
            raise WorkersEnded(self._what, self._lost)

    def _result(self, asked: Asked, future: Future[Result]) -> Result:
        try:
            return future.result()
        except BrokenExecutor:
            logger.warning("A worker of the %s was ended by something else; what it left is done again", self._what)
        except CancelledError:
            raise NewsArchiveError(f"the engine of the {self._what} has gone: begin again when it is back") from None
        if self._begin_at_all():
            return self._one.submit(self._job, asked).result()
        return self._job(asked)

    def _begin_at_all(self) -> bool:
        """Whether workers begin here; else this process reads what is left."""
        try:
            self._one.submit(_nothing, None).result()
        except BrokenExecutor:
            logger.warning("No worker of the %s begins; one process reads the rest", self._what)
            self._count = 0
        return self._count > 0

    def _lose(self, name: str, error: Exception) -> None:
        logger.error("%s ended its workers again and again, and is left out of the %s", name, self._what)
        self._lost.append(name)
        if len(self._lost) >= MOST_ENDED:
            raise WorkersEnded(self._what, self._lost) from error


def _nothing(_: None) -> None:
    """What any worker survives."""


class _Opened:
    """An executor that is opened when it is needed."""

    def __init__(self, until: ExitStack, opener: Open, count: int) -> None:
        self._open, self._opener, self._count = until, opener, count
        self._executor: Executor | None = None

    def submit(self, job: Callable[[Asked], Result], asked: Asked) -> Future[Result]:
        if self._executor is None:
            self._executor = self._open.enter_context(self._opener(self._count))
        return self._executor.submit(job, asked)


@contextmanager
def _noted(name: str, what: str) -> Iterator[None]:
    with ExitStack() as told:
        told.push(lambda _kind, error, _trace: _note(error, f"while the {what} read {name}"))
        yield


def _note(error: BaseException | None, text: str) -> bool:
    """Tell an error, and not a stop, for what it was raised; it goes on."""
    if isinstance(error, Exception):
        error.add_note(text)
    return False
