"""Progress: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import sys

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

from newsarchive.crawl.run import Run

logger = logging.getLogger(__name__)

REDRAW_S = 0.25
"""Between two looks at the counts of a bar: smooth to the eye, nothing to the processor."""


def counts(run: Run) -> str:
    """The run so far, in one line."""
    said = run.archive.counts
    return " ".join(f"{name} {said[name]}" for name in ("offered", "kept", "filtered", "failed", "gone"))


class ProgressLines:
    """A line every PROGRESS_SECONDS and one at the end; for cron and for logs."""

    def __init__(self, crawler: Crawler) -> None:
        self._run, self._seconds = Run.of(crawler), crawler.settings.getfloat("PROGRESS_SECONDS")
        if sys.stderr.isatty() or self._seconds == 0:
            raise NotConfigured
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProgressLines:
        return cls(crawler)

    def _opened(self) -> None:
        self._call = create_looping_call(self._tell)
        self._call.start(self._seconds, now=False)

    def _tell(self) -> None:
        logger.info("%s; %d wait", counts(self._run), len(self._run.frontier))

    def _closed(self, reason: str) -> None:
        self._call.stop()
        logger.info("%s; ended: %s", counts(self._run), reason)


class ProgressBar:
    """A bar with counts; the log goes on above it."""

    def __init__(self, crawler: Crawler) -> None:
        if not sys.stderr.isatty():
            raise NotConfigured
        self._run = Run.of(crawler)
        from rich.console import Console  # noqa: PLC0415 - 20 ms of a start, and cron has no terminal
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        self._progress = Progress(*columns, console=Console(stderr=True))
        self._task = self._progress.add_task("", total=None)
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProgressBar:
        return cls(crawler)

    def _opened(self) -> None:
        self._progress.start()
        self._lift_logs()
        self._call = create_looping_call(self._draw)
        self._call.start(REDRAW_S)

    def _lift_logs(self) -> None:
        """Let log lines pass through the bar's console, or each would tear the bar."""
        self._lifted = [
            (handler, handler.setStream(sys.stderr))
            for handler in logging.root.handlers
            if isinstance(handler, logging.StreamHandler) and handler.stream is sys.__stderr__
        ]

    def _draw(self) -> None:
        said = self._run.archive.counts
        done = said["kept"] + said["filtered"] + said["failed"] + said["gone"]
        self._progress.update(
            self._task, description=counts(self._run), completed=done, total=done + len(self._run.frontier)
        )

    def _closed(self) -> None:
        self._call.stop()
        self._draw()
        self._progress.stop()
        for handler, stream in self._lifted:
            handler.setStream(stream)
