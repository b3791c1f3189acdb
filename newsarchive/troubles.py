"""Which troubles a run has found, and which it has found to be over: a pure function of how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from newsarchive import report
from newsarchive.vitals import RECENT_DAYS, Vitals

DRIFT_REASONS = ("no-layout", "layout-mismatch")
"""Losses that say: pages look otherwise than any layout of ours."""
DRIFT_SHARE = 0.2
"""Of a run's pages: a new design of Sina's comes to a section at a time, and a few pages are strange on any day."""
DRIFT_PAGES = 10
"""Fewer tell nothing: a poll by night brings two or three pages, one of which may well be a curiosity."""
COVERAGE_DOCUMENTS = 100
"""Fewer tell nothing: three that wait for their next try would be more than two percent of them."""
MB = 1_000_000


class Words(NamedTuple):
    """What is told of a trouble."""

    chinese: str
    english: str
    chinese_step: str
    english_step: str


WORDS: Mapping[str, Words] = {
    "failed": Words(
        "运行失败", "a run failed",
        "查看日志中的原因；修好后下次运行会自动续上。", "see to the cause in the log; the next run goes on by itself.",
    ),
    "ban": Words(
        "被新浪封禁", "banned by Sina",
        "不必处理，到时自动重试；若常发生，请调大 DOWNLOAD_DELAY。",
        "nothing, it ends by itself; if it comes often, raise DOWNLOAD_DELAY.",
    ),
    "listing": Words(
        "列表异常", "the listing is not healthy",
        "看 finance.sina.com.cn 能否打开；其他频道照常存档。", "look whether finance.sina.com.cn answers from there; other channels go on.",
    ),
    "stale": Words(
        "频道停更", "a channel is stale",
        "在网站上看该频道是否已停；若是，从 SINA_CHANNELS 中去掉。",
        "look at the site whether it has ended; if so, take it out of SINA_CHANNELS.",
    ),
    "coverage": Words(
        "缺文较多", "too much is missing",
        "运行 newsarchive gaps 查看，gaps --fill 补取。", "see newsarchive gaps; gaps --fill fetches it.",
    ),
    "disk": Words(
        "磁盘将满", "the disk is nearly full",
        "腾出空间；写满时不会损坏存档，但会停止。", "free some space; a full disk stops the archive, but damages nothing.",
    ),
    "drift": Words(
        "页面改版", "pages look new",
        "运行 newsarchive layouts；见 docs/add-a-layout.md。", "see newsarchive layouts, and docs/add-a-layout.md.",
    ),
}  # fmt: skip
"""Kind of trouble → its words; a kind may have a part behind a colon (``stale:1686``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What counts as trouble; 0 switches off."""

    coverage_share: float
    disk_free_mb: float
    stale_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended."""

    outcome: report.Outcome
    report: report.RunReport
    vitals: Vitals
    losses: Mapping[str, int]
    """Reason → documents that the run lost for it."""
    is_whole: bool
    """Whether it did all that it was to do, so that what is pending is missing."""


def found(ended: Ended, limits: Limits) -> dict[str, str | None]:
    """Kind → cause, or None where it is seen to be over; of the rest this run can tell nothing."""
    seen = {
        **_causes(ended),
        **_stale(ended, limits.stale_hours),
        "disk": _disk(ended.vitals, limits.disk_free_mb),
        "coverage": _coverage(ended, limits.coverage_share),
        "drift": _drift(ended),
    }
    return {kind: cause or None for kind, cause in seen.items() if cause is not None}


def _causes(ended: Ended) -> dict[str, str | None]:
    """Of the exit code; ``""`` = seen to be well, None = not seen."""
    causes = ended.outcome.causes
    failed = [*causes[report.NOT_WRITABLE], *causes[report.DEFECT]]
    answered = ended.report.requests > 0 and not failed
    polled = answered and any(poll.ended_at >= ended.report.started_at for poll in ended.vitals.polls)
    return {
        "failed": " ".join(failed),
        "ban": " ".join(causes[report.BLOCKED]) or ("" if answered else None),
        "listing": " ".join(causes[report.LISTING]) or ("" if polled else None),
    }


def _stale(ended: Ended, hours: float) -> dict[str, str]:
    """By channel that this run polled to the end, since one alone spoils no run."""
    if hours == 0:
        return {}
    polls = [poll for poll in ended.vitals.polls if poll.ended_at >= ended.report.started_at]
    oldest = ended.vitals.now - timedelta(hours=hours)
    return {
        f"stale:{poll.channel}": ""
        if poll.newest_at and poll.newest_at >= oldest
        else f"channel {poll.channel}: no row is younger than {hours:g} hours (newest: {poll.newest_at or 'none'})"
        for poll in polls
    }


def _disk(vitals: Vitals, least_mb: float) -> str | None:
    if vitals.disk_free is None:
        return None
    is_low = vitals.disk_free < least_mb * MB
    return f"{vitals.disk_free / MB:.0f} MB are free, fewer than {least_mb:g}" if is_low else ""


def _coverage(ended: Ended, least: float) -> str | None:
    """What has an outcome, of all that was offered lately."""
    recent = ended.vitals.recent
    offered = sum(recent.values())
    if not ended.is_whole or offered < COVERAGE_DOCUMENTS:
        return None
    missing = recent.get("pending", 0) + recent.get("failed", 0)
    share = 1 - missing / offered
    return f"{missing} of {offered} documents of the last {RECENT_DAYS} days are missing" if share < least else ""


def _drift(ended: Ended) -> str | None:
    """Pages that no layout fits, of those that the run read."""
    counts = ended.report.counts
    pages = sum(counts.get(name, 0) for name in ("kept", "revised", "filtered")) + sum(ended.losses.values())
    if pages < DRIFT_PAGES:
        return None
    strange = sum(ended.losses.get(reason, 0) for reason in DRIFT_REASONS)
    return f"{strange} of {pages} pages fit no layout" if strange / pages >= DRIFT_SHARE else ""
