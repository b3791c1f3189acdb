"""What follows a run that has ended: metrics, alerts and watches, for those who asked for them, and the search index."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from newsarchive.archive.format.paths import WATCHES_NAME
from newsarchive.crawl.run import LOST, Run, project_folder
from newsarchive.errors import ArchiveError, ArchiveNotWritable, NewsArchiveError
from newsarchive.operation import alert_rules, archive_state, metrics
from newsarchive.operation.alerts import Alerts
from newsarchive.operation.report import RunReport
from newsarchive.settings import values
from newsarchive.sina.listing.channels import CHANNELS

if TYPE_CHECKING:
    from newsarchive.reading.watches import Watch

TEXT_EVENTS = ("kept", "revised", "gone")
"""What a run did to texts; one that did none of these has nothing for the search, as most polls have not."""

MOST_TEXTS = 500
"""Of a run that brings the index level by itself: a backfill has thousands, and ``rebuild --search`` has all processors."""

logger = logging.getLogger(__name__)


def tell_ended(run: Run, crawler: Crawler, report: RunReport) -> None:
    """The archive is closed; what goes wrong here is logged, and changes nothing."""
    settings = crawler.settings
    urls = values.value(settings, "ALERT_URLS")
    if not urls and not metrics.is_installed():
        return
    seen = archive_state.read(run.archive)
    if metrics.is_installed() and run.archive.state.is_dir():  # else the run has told that its folder is gone
        metrics.write(run.archive.state, report, seen)
    ended = alert_rules.Ended(
        outcome=run.outcome, report=report, seen=seen, losses=_losses(crawler), is_whole=_is_whole(run)
    )
    Alerts(run.archive.root, urls).tell(alert_rules.found(ended, _limits(settings)), seen.now)


def read_watches(settings: BaseSettings) -> list[Watch]:
    """What is to be told when the run has ended.  Raises ``UsageError`` before it begins, as for a wrong setting."""
    root = values.archive_dir(settings, project_folder())
    if not os.path.lexists(root / WATCHES_NAME):
        return []
    from newsarchive.reading import watches  # noqa: PLC0415 - 0.1 s; most archives have no watches

    return watches.read(root, {channel.lid: channel.name for channel in CHANNELS})


def tell_watches(run: Run, watched: Sequence[Watch], urls: str, is_wanted: Callable[[], bool]) -> None:
    """The archive is closed, and free for the next run; what cannot be told now, the next run tells."""
    archive = run.archive
    if not watched or not archive.state.is_dir():  # without its folder of state, the run has told that that is gone
        return
    from newsarchive.operation.watching import Watching  # noqa: PLC0415 - as above

    watching = Watching(archive.root, watched, urls)
    try:
        watching.tell(archive.started_at, archive.clock(), lambda: not is_wanted())
    except ArchiveError as error:
        logger.warning("What watches have found is not told, the next run tells it: %s", error)


def bring_search_level(run: Run, is_wanted: Callable[[], bool]) -> None:
    """The archive is closed, and free for the next run.

    Killed here, or after a run of more than ``MOST_TEXTS``, the index is behind: the next run that archives, or the
    next search, reads the rest.
    """
    root = run.archive.root
    texts = sum(run.archive.counts[event] for event in TEXT_EVENTS)
    if not texts or texts > MOST_TEXTS or not run.archive.state.is_dir():
        return
    from newsarchive.reading.search import building, index  # noqa: PLC0415 - 0.1 s; most polls archive nothing

    try:
        standing = index.bring_level(root, lambda: not is_wanted())
        building.purge(root)
        if standing.behind and standing.why:
            logger.warning("The search index is behind by %d days: %s", len(standing.behind), standing.why)
    except ArchiveError as error:
        logger.warning("The search index is behind: %s", error)


def tell_not_begun(settings: BaseSettings, error: NewsArchiveError) -> None:
    """A full disk may be found before the first request; whoever starts a run hears the rest by its exit code."""
    if isinstance(error, ArchiveNotWritable):
        root = values.archive_dir(settings, project_folder())
        alerts = Alerts(root, values.value(settings, "ALERT_URLS"))
        alerts.tell({"failed": str(error)}, values.clock(settings)())


def _losses(crawler: Crawler) -> dict[str, int]:
    """Reason → documents that the run lost for it."""
    found = crawler.stats.get_stats().items()
    return {name.removeprefix(LOST): count for name, count in found if name.startswith(LOST)}


def _is_whole(run: Run) -> bool:
    """Whether nothing ended the run before its task was done: no limit, no signal, no ban."""
    return not run.limited and run.gate.error is None


def _limits(settings: BaseSettings) -> alert_rules.Limits:
    return alert_rules.Limits(
        coverage_share=values.value(settings, "ALERT_COVERAGE_SHARE"),
        disk_free_mb=values.value(settings, "ALERT_DISK_FREE_MB"),
        stale_hours=values.value(settings, "DISCOVER_STALE_HOURS"),
    )
