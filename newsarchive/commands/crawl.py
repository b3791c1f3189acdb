"""``scrapy crawl``, shadowing Scrapy's own, which exits with 0 for nearly every failure (ecosystem.md §2.7).

Settings and arguments are checked first, then the archive is taken, then the crawl runs; afterwards the gravest cause
decides the exit code (design §4).
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from types import FrameType
from typing import NoReturn

from scrapy import signals
from scrapy.commands.crawl import Command as ScrapyCrawlCommand
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError as ScrapyUsageError
from scrapy.settings import Settings, default_settings

from newsarchive import configuration, logs, report, surroundings
from newsarchive.archive import brake
from newsarchive.archive.store import Archive
from newsarchive.errors import ArchiveError, NewsArchiveError, UsageError
from newsarchive.spiders import arguments
from newsarchive.spiders.manners import blocked
from newsarchive.spiders.sina_finance import SinaFinanceSpider, open_archive
from newsarchive.telling import tell_ended, tell_not_begun

logger = logging.getLogger(__name__)

CHATTY_LOGGERS = (
    "scrapy.addons",
    "scrapy.crawler",
    "scrapy.middleware",
    "scrapy.utils.log",
    "scrapy.core.engine",
    "py.warnings",
)
"""They tell at INFO how Scrapy is put together; whoever wants that asks for ``-L DEBUG``."""

STOP_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]

EXAMPLES = (
    "Examples: scrapy crawl sina_finance | scrapy crawl sina_finance -a limit=20 | "
    "scrapy crawl sina_finance -a since=2026-11-01 -a until=2026-11-07 | "
    "scrapy crawl sina_finance -a url=https://finance.sina.com.cn/... | scrapy crawl sina_finance -a urls=FILE. "
    "Exit codes: 0 done; 1 a defect of ours; 2 wrong usage or setting; 3 something is missing yet; 4 banned by the site; "
    "5 the listing is not healthy; 6 another run holds the archive; 7 the archive cannot be written."
)


class Command(ScrapyCrawlCommand):
    """``scrapy crawl sina_finance``."""

    def short_desc(self) -> str:
        return "Archive what Sina Finance lists: poll it, read a range of days, or take given addresses"

    def long_desc(self) -> str:
        return f"{self.short_desc()}. {EXAMPLES}"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        try:
            super().process_options(args, opts)
            configuration.check(self.settings)
            surroundings.check(self.settings)
            _check_types(self.settings)
            logs.install(self.settings)
        except ScrapyUsageError as error:
            _leave(UsageError(str(error)))
        except UsageError as error:
            _leave(error)
        self._tidy_log()

    def _tidy_log(self) -> None:
        assert self.settings is not None
        if self.settings.get("LOG_LEVEL") != "DEBUG":
            for name in CHATTY_LOGGERS:  # a filter: Scrapy resets their levels when it sets up logging
                logging.getLogger(name).addFilter(lambda record: record.levelno >= logging.WARNING)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        try:
            task = self._task(args, opts.spargs)
            archive = open_archive(self.settings)  # type: ignore[arg-type]  # cmdline has set it
        except NewsArchiveError as error:
            tell_not_begun(self.settings, error)  # type: ignore[arg-type]
            _leave(error)
        _heed_brake(archive)
        try:
            self.exitcode = self._crawl(archive, task)
        finally:
            archive.close()

    def _task(self, args: list[str], given: dict[str, str]) -> arguments.Arguments:
        assert self.settings is not None
        if len(args) != 1:
            raise UsageError(f"scrapy crawl: expected one spider and its options, got {' '.join(args) or 'none'}")
        if args[0] != SinaFinanceSpider.name:
            raise UsageError(f"spider {args[0]}: there is none of this name; expected {SinaFinanceSpider.name}")
        polled = configuration.value(self.settings, "SINA_CHANNELS")
        return arguments.parse(given, polled, configuration.clock(self.settings)().date())

    def _crawl(self, archive: Archive, task: arguments.Arguments) -> int:
        assert self.crawler_process is not None
        outcome = report.Outcome()
        crawler = self.crawler_process.create_crawler(SinaFinanceSpider)
        crawler.signals.connect(_hear_signals, signals.spider_opened, weak=False)
        self.crawler_process.crawl(crawler, archive=archive, task=task, outcome=outcome)
        self.crawler_process.start()
        if self.crawler_process.bootstrap_failed:
            outcome.note(report.DEFECT, "a defect of ours: the crawl did not start; the traceback is in the log")
        return self._report(archive, crawler, outcome)

    def _report(self, archive: Archive, crawler: Crawler, outcome: report.Outcome) -> int:
        archive.close()
        told = summary(archive, crawler, outcome)
        try:
            told.keep(archive.state)
        except ArchiveError as error:  # also one that cannot be read: there is nothing else in it to be damaged
            outcome.note(report.NOT_WRITABLE, f"the run report is not kept: {error}")
            told = summary(archive, crawler, outcome)
        for number, reason in enumerate(outcome.reasons):
            logger.warning("%s: %s", "And" if number else f"Exit {told.exit_code}", reason)
        tell_ended(archive, crawler, outcome, told)
        assert self.settings is not None
        if configuration.value(self.settings, "RUN_REPORT_JSON"):
            sys.stdout.write(told.line() + "\n")
            sys.stdout.flush()
        return told.exit_code


def summary(archive: Archive, crawler: Crawler, outcome: report.Outcome) -> report.RunReport:
    """What the run did; notes what is missing yet, which ``limit`` alone does not make a fault."""
    left = archive.left()
    waiting = left["failed"] + (0 if getattr(crawler.spider, "limited", False) else left["pending"])
    if waiting:
        outcome.note(report.MISSING, f"{waiting} documents are pending or await a retry; later runs ask for them again")
    count = crawler.stats.get_value
    return report.RunReport(
        run=archive.run,
        started_at=archive.started_at,
        ended_at=archive.clock(),
        exit_code=outcome.exit_code,
        reason=logs.masked(next(iter(outcome.reasons), "done")),
        counts=dict(archive.counts),
        pending=left["pending"],
        requests=count("downloader/request_count", 0),
        bytes=count("downloader/response_bytes", 0),
    )


def _check_types(settings: Settings) -> None:
    """Scrapy's numbers and switches as they were given: it would end with a traceback, or pass over a wrong one."""
    for name, given in settings.items():
        default = getattr(default_settings, str(name), None)
        expected = {bool: "1 or 0", int: "a whole number", float: "a number"}.get(type(default))
        if expected and not _fits(given, type(default)):
            raise UsageError(f"setting {name}={given!r}: expected {expected}")
    for code in settings.getlist("RETRY_HTTP_CODES"):
        if not str(code).isdecimal():
            raise UsageError(f"setting RETRY_HTTP_CODES: {code!r}: expected HTTP statuses with commas between them")


def _fits(given: object, kind: type) -> bool:
    if kind is bool or isinstance(given, bool):
        return str(given) in (*configuration.TRUE, *configuration.FALSE)
    try:
        float(str(given))
    except ValueError:
        return given is None
    return True


def _hear_signals(spider: SinaFinanceSpider) -> None:
    """Shut the gate at the first signal, before Scrapy's own shutdown waits for what is under way."""
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        scrapys = signal.getsignal(number)

        def stop(signum: int, frame: FrameType | None, scrapys: object = scrapys) -> None:
            loop.call_soon_threadsafe(spider.stop)
            if callable(scrapys):
                scrapys(signum, frame)

        signal.signal(number, stop)


def _heed_brake(archive: Archive) -> None:
    """While a ban is remembered, leave before the first request."""
    pulled = brake.read(archive.state)
    if pulled and pulled.holds(archive.clock()):
        archive.close()
        _leave(blocked(pulled))


def _leave(error: NewsArchiveError) -> NoReturn:
    """Say it in one plain line and go."""
    sys.stderr.write(f"newsarchive: {logs.masked(str(error))}\n")
    sys.exit(error.exit_code)
