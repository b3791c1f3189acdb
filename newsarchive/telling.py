"""What others hear of a run that has ended: metrics and alerts, for those who asked for them."""

from __future__ import annotations

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from newsarchive import configuration, metrics, troubles, vitals
from newsarchive.alerts import Alerts
from newsarchive.archive.store import Archive
from newsarchive.errors import ArchiveNotWritable, NewsArchiveError
from newsarchive.report import Outcome, RunReport
from newsarchive.spiders.sina_finance import LOST, SinaFinanceSpider, project_folder


def tell_ended(archive: Archive, crawler: Crawler, outcome: Outcome, report: RunReport) -> None:
    """The archive is closed; what goes wrong here is logged, and changes nothing."""
    settings = crawler.settings
    urls = configuration.value(settings, "ALERT_URLS")
    if not urls and not metrics.is_installed():
        return
    seen = vitals.read(archive)
    if metrics.is_installed():
        metrics.write(archive.state, report, seen)
    ended = troubles.Ended(
        outcome=outcome, report=report, vitals=seen, losses=_losses(crawler), is_whole=_is_whole(crawler)
    )
    Alerts(archive.root, urls).tell(troubles.found(ended, _limits(settings)), seen.now)


def tell_not_begun(settings: BaseSettings, error: NewsArchiveError) -> None:
    """A full disk may be found before the first request; whoever starts a run hears the rest by its exit code."""
    if isinstance(error, ArchiveNotWritable):
        root = configuration.archive_dir(settings, project_folder())
        alerts = Alerts(root, configuration.value(settings, "ALERT_URLS"))
        alerts.tell({"failed": str(error)}, configuration.clock(settings)())


def _losses(crawler: Crawler) -> dict[str, int]:
    """Reason → documents that the run lost for it."""
    found = crawler.stats.get_stats().items()
    return {name.removeprefix(LOST): count for name, count in found if name.startswith(LOST)}


def _is_whole(crawler: Crawler) -> bool:
    """Whether nothing ended the run before its task was done: no limit, no signal, no ban."""
    spider = crawler.spider
    return isinstance(spider, SinaFinanceSpider) and not spider.limited and spider.gate.error is None


def _limits(settings: BaseSettings) -> troubles.Limits:
    return troubles.Limits(
        coverage_share=configuration.value(settings, "ALERT_COVERAGE_SHARE"),
        disk_free_mb=configuration.value(settings, "ALERT_DISK_FREE_MB"),
        stale_hours=configuration.value(settings, "DISCOVER_STALE_HOURS"),
    )
