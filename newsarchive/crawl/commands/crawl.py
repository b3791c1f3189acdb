"""``scrapy crawl``, shadowing Scrapy's own, which exits with 0 for nearly every failure (ecosystem.md §2.7).

Settings and arguments are checked first, then the archive is taken, then the crawl runs; afterwards the gravest cause
decides the exit code (design §4).
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import re
import sys
from typing import NoReturn

from scrapy import signals
from scrapy.commands.crawl import Command as ScrapyCrawlCommand
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError as ScrapyUsageError
from scrapy.settings import Settings, default_settings

from newsarchive.archive.index.damage import summary as damage_summary
from newsarchive.archive.record import brake
from newsarchive.archive.record.store import Archive
from newsarchive.crawl import arguments, stop_signals
from newsarchive.crawl.after_run import bring_search_level, read_watches, tell_ended, tell_not_begun, tell_watches
from newsarchive.crawl.run import BYTES, REQUESTS, Run, open_archive
from newsarchive.crawl.site_wishes import blocked
from newsarchive.crawl.spiders.sina_finance import SinaFinanceSpider
from newsarchive.crawl.stop_signals import STOP
from newsarchive.errors import ArchiveError, NewsArchiveError, UsageError, did_you_mean
from newsarchive.operation import logs, report, streams
from newsarchive.operation.masks import masked
from newsarchive.settings import environment, values

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

EXAMPLES = (
    "Examples: scrapy crawl sina_finance | scrapy crawl sina_finance -a limit=20 | "
    "scrapy crawl sina_finance -a since=2026-11-01 -a until=2026-11-07 | "
    "scrapy crawl sina_finance -a url=https://finance.sina.com.cn/... | scrapy crawl sina_finance -a urls=FILE. "
    "Exit codes: 0 done; 1 a defect of ours; 2 wrong usage or setting; 3 something is missing yet; 4 banned by the site; "
    "5 the listing is not healthy; 6 another run holds the archive; 7 the archive cannot be written; "
    "8 the archive is damaged."
)


_OPTION_RE = re.compile(r"--[a-z-]++")


class Command(ScrapyCrawlCommand):
    """``scrapy crawl sina_finance``."""

    program = "scrapy"
    """Whose verb this is, for help and messages; ``console.run`` makes both others."""
    spider_by_default = ""

    def short_desc(self) -> str:
        """Stands in the list of ``scrapy -h``."""
        return "Archive what Sina Finance lists: poll it, read a range of days, or take given addresses"

    def long_desc(self) -> str:
        """Stands in ``scrapy crawl -h``, with examples and exit codes."""
        return f"{self.short_desc()}. {EXAMPLES.replace('scrapy', self.program)}"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's options, and how the command is called here."""
        super().add_options(parser)
        self._options = _OPTION_RE.findall(parser.format_help())
        parser.usage = f"{self.program} crawl {'[SPIDER]' if self.spider_by_default else 'SPIDER'} [options]"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check settings, environment and log before anything else; exits with 2 and one line."""
        assert self.settings is not None
        streams.let_everything_pass()
        try:
            super().process_options(args, opts)
            values.check(self.settings, vars(default_settings))
            environment.check(self.settings)
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
        """The whole crawl; sets ``exitcode``, or exits with 2, 4, 6, 7 or 8 and one line before the first request."""
        try:
            task = self._task(args, opts.spargs)
            self._watches = read_watches(self.settings)  # type: ignore[arg-type]  # cmdline has set it
            if values.value(self.settings, "FETCH_ENDS_WITH_INPUT"):  # type: ignore[arg-type]
                STOP.end_with_input()
            STOP.then(stop_signals.give_up)
            archive = open_archive(self.settings)  # type: ignore[arg-type]  # cmdline has set it
            STOP.then(stop_signals.wait)
        except NewsArchiveError as error:
            tell_not_begun(self.settings, error)  # type: ignore[arg-type]
            _leave(error)
        _heed_brake(archive)
        try:
            self.exitcode = self._crawl(archive, task)
        finally:
            archive.close()
            STOP.end()

    def _task(self, args: list[str], given: dict[str, str]) -> arguments.Arguments:
        assert self.settings is not None
        spiders = args or [self.spider_by_default]
        if len(args) > 1 or not spiders[0]:
            said = " ".join(args) or "none"
            raise UsageError(f"{self.program} crawl: expected one spider and its options, got {said}")
        if spiders[0].startswith("-"):
            near = did_you_mean(spiders[0].partition("=")[0], self._options)
            raise UsageError(f"option {spiders[0]}: {self.program} crawl has none of this name{near}")
        if spiders[0] != SinaFinanceSpider.name:
            raise UsageError(f"spider {spiders[0]}: there is none of this name; expected {SinaFinanceSpider.name}")
        polled = values.value(self.settings, "SINA_CHANNELS")
        return arguments.parse(given, polled, values.clock(self.settings)().date())

    def _crawl(self, archive: Archive, task: arguments.Arguments) -> int:
        assert self.crawler_process is not None
        crawler = self.crawler_process.create_crawler(SinaFinanceSpider)
        run = Run.begin(archive, crawler)
        crawler.signals.connect(lambda: _hear_signals(run), signals.spider_opened, weak=False)
        self.crawler_process.crawl(crawler, task=task)
        self.crawler_process.start(install_signal_handlers=False)  # Scrapy's, which know no SIGHUP and no exit codes
        STOP.then(stop_signals.wait)
        if self.crawler_process.bootstrap_failed:
            run.outcome.note(report.DEFECT, "a defect of ours: the crawl did not start; the traceback is in the log")
        return self._report(run, crawler)

    def _report(self, run: Run, crawler: Crawler) -> int:
        run.close()
        told = summary(run, crawler)
        try:
            told.keep(run.archive.state)
        except ArchiveError as error:
            if run.outcome.exit_code != report.NOT_WRITABLE:  # else it has been said
                # Also where it cannot be read before: what is damaged then is no part of the archive.
                run.outcome.note(report.NOT_WRITABLE, f"the run report is not kept: {error}")
            told = summary(run, crawler)
        _tell(run, told)
        tell_ended(run, crawler, told)
        assert self.settings is not None
        if values.value(self.settings, "RUN_REPORT_JSON"):
            sys.stdout.write(told.line() + "\n")
            sys.stdout.flush()
        tell_watches(run, self._watches, values.value(self.settings, "ALERT_URLS"), lambda: not STOP.heard)
        bring_search_level(run, lambda: not STOP.heard)
        return told.exit_code


def _tell(run: Run, told: report.RunReport) -> None:
    """Each cause in one line, the gravest first; what later runs put right by themselves is no error."""
    for number, reason in enumerate(run.outcome.reasons):
        level = logging.ERROR if number == 0 and told.exit_code != report.MISSING else logging.WARNING
        logger.log(level, "%s: %s", "And" if number else f"Exit {told.exit_code}", reason)


def summary(run: Run, crawler: Crawler) -> report.RunReport:
    """What the run did; notes what is missing yet, which ``limit`` alone does not make a fault."""
    archive, outcome = run.archive, run.outcome
    if damaged := damage_summary(archive.damage()):
        outcome.note(report.DAMAGED, damaged)
    left = archive.left()
    waiting = left["failed"] + (0 if run.limited else left["pending"])
    if waiting:
        outcome.note(report.MISSING, f"{waiting} documents are pending or await a retry; later runs ask for them again")
    count = crawler.stats.get_value
    return report.RunReport(
        run=archive.run,
        started_at=archive.started_at,
        ended_at=archive.clock(),
        exit_code=outcome.exit_code,
        reason=masked(next(iter(outcome.reasons), "done")),
        counts=dict(archive.counts),
        pending=left["pending"],
        requests=count(REQUESTS, 0),
        bytes=count(BYTES, 0),
        days=run.days_read,
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
        return str(given) in (*values.TRUE, *values.FALSE)
    try:
        float(str(given))
    except ValueError:
        return given is None
    return True


def _hear_signals(run: Run) -> None:
    """From now on a signal ends the run in order; one that came before does so now."""
    loop = asyncio.get_running_loop()
    STOP.then(lambda heard: loop.call_soon_threadsafe(run.stop_by_signal, heard))


def _heed_brake(archive: Archive) -> None:
    """While a ban is remembered, leave before the first request."""
    pulled = brake.heed(archive.state, archive.clock())
    if pulled and pulled.holds(archive.clock()):
        archive.close()
        _leave(blocked(pulled))


def _leave(error: NewsArchiveError) -> NoReturn:
    """Say it in one plain line and go."""
    STOP.end()
    sys.stderr.write(f"newsarchive: {masked(str(error))}\n")
    sys.exit(error.exit_code)
