"""Which troubles a run has, and which are over: a pure function of how the run ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import NamedTuple

from newsarchive.archive.index.days import LastPoll
from newsarchive.operation import report
from newsarchive.operation.archive_state import RECENT_DAYS, ArchiveState

DRIFT_REASONS = ("no-layout", "layout-mismatch")
"""Reasons of losses that a new design of Sina's pages gives: no layout of ours fits."""
DRIFT_SHARE = 0.2
"""Of a run's pages.  A new design reaches one section at a time, so not all pages change; a few are odd on any day."""
DRIFT_PAGES = 10
"""With fewer pages the share is not judged: a poll by night brings two or three, and one odd page would be a third."""
COVERAGE_DOCUMENTS = 100
"""With fewer documents the share is not judged: three that await a retry would be more than two percent."""
MB = 1_000_000


class RuleHealth(Enum):
    """What a rule answers where it has no cause to tell."""

    WELL = "well"
    """The run saw that there is no such trouble: one that was told is over."""
    NOT_SEEN = "not seen"
    """The run did nothing that would show it: what was told before stands."""


Answer = str | RuleHealth
"""Of a rule: the cause of the trouble as a sentence, or a ``RuleHealth``."""


class AlertWords(NamedTuple):
    """Name and next step of a trouble, in both languages."""

    chinese: str
    english: str
    chinese_step: str
    english_step: str


WORDS: Mapping[str, AlertWords] = {
    "failed": AlertWords(
        "运行失败", "a run failed",
        "查看日志中的原因；修好后下次运行会自动续上。", "see to the cause in the log; the next run goes on by itself.",
    ),
    "damaged": AlertWords(
        "存档受损", "the archive is damaged",
        "用备份恢复该日志；无法恢复时运行 newsarchive rebuild --accept-damage。",
        "put the journal back from a copy, or run newsarchive rebuild --accept-damage.",
    ),
    "ban": AlertWords(
        "被新浪封禁", "banned by Sina",
        "不必处理，到时自动重试；若常发生，请调大 DOWNLOAD_DELAY。",
        "nothing, it ends by itself; if it comes often, raise DOWNLOAD_DELAY.",
    ),
    "listing": AlertWords(
        "列表异常", "the listing is not healthy",
        "看 finance.sina.com.cn 能否打开；其他频道照常存档。", "look whether finance.sina.com.cn answers from there; other channels go on.",
    ),
    "stale": AlertWords(
        "频道停更", "a channel is stale",
        "在网站上看该频道是否已停；若是，从 SINA_CHANNELS 中去掉。",
        "look at the site whether it has ended; if so, take it out of SINA_CHANNELS.",
    ),
    "coverage": AlertWords(
        "缺文较多", "too much is missing",
        "运行 newsarchive gaps 查看，gaps --fill 补取。", "see newsarchive gaps; gaps --fill fetches it.",
    ),
    "disk": AlertWords(
        "磁盘将满", "the disk is nearly full",
        "腾出空间；写满时不会损坏存档，但会停止。", "free some space; a full disk stops the archive, but damages nothing.",
    ),
    "drift": AlertWords(
        "页面改版", "pages look new",
        "运行 newsarchive layouts；见 docs/add-a-layout.md。", "see newsarchive layouts, and docs/add-a-layout.md.",
    ),
}  # fmt: skip
"""Kind of trouble → its words.  A kind may carry its object behind a colon: ``stale:1686``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where on something is a trouble; 0 switches that rule off."""

    coverage_share: float
    """Of the recently offered documents, the least that must have an outcome: 0 to 1."""
    disk_free_mb: float
    """Megabytes (10^6 bytes) that must be free."""
    stale_hours: float
    """Age of a channel's newest row in hours, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended: what the rules look at."""

    outcome: report.RunOutcome
    report: report.RunReport
    seen: ArchiveState
    losses: Mapping[str, int]
    """Reason → number of documents that failed or were filtered for it in this run."""
    is_whole: bool
    """Whether the run did all of its work; else pending documents are work left over, not missing."""


def found(ended: Ended, limits: Limits) -> dict[str, str | None]:
    """Kind of trouble → its cause, or None where the run saw that it is over.  What it did not see is left out."""
    answers: dict[str, Answer] = {
        **_causes(ended),
        **_stale(ended, limits.stale_hours),
        "disk": _disk(ended.seen, limits.disk_free_mb),
        "coverage": _coverage(ended, limits.coverage_share),
        "drift": _drift(ended),
    }
    return {
        kind: None if answer is RuleHealth.WELL else str(answer)
        for kind, answer in answers.items()
        if answer is not RuleHealth.NOT_SEEN
    }


def _causes(ended: Ended) -> dict[str, Answer]:
    """The causes of the exit code, by kind."""
    causes = ended.outcome.causes
    failed = [*causes[report.NOT_WRITABLE], *causes[report.DEFECT]]
    answered = ended.report.requests > 0 and not failed
    polled = answered and any(_is_of(ended, poll) for poll in ended.seen.polls)
    return {
        "failed": " ".join(failed) or RuleHealth.WELL,
        "damaged": " ".join(causes[report.DAMAGED]) or RuleHealth.WELL,
        "ban": " ".join(causes[report.BLOCKED]) or _well_if(answered),
        "listing": " ".join(causes[report.LISTING]) or _well_if(polled),
    }


def _well_if(seen: bool) -> RuleHealth:
    return RuleHealth.WELL if seen else RuleHealth.NOT_SEEN


def _stale(ended: Ended, hours: float) -> dict[str, Answer]:
    """Each channel that this run polled to its end, for itself: one stale channel changes no exit code."""
    if hours == 0:
        return {}
    polls = [poll for poll in ended.seen.polls if _is_of(ended, poll)]
    oldest = ended.seen.now - timedelta(hours=hours)
    return {
        f"stale:{poll.channel}": RuleHealth.WELL
        if poll.newest_at and poll.newest_at >= oldest
        else f"channel {poll.channel}: no row is younger than {hours:g} hours (newest: {poll.newest_at or 'none'})"
        for poll in polls
    }


def _is_of(ended: Ended, poll: LastPoll) -> bool:
    """Whether the poll ended in this run; one of the future was noted by a clock that was ahead."""
    return ended.report.started_at <= poll.ended_at <= ended.seen.now


def _disk(seen: ArchiveState, least_mb: float) -> Answer:
    if seen.disk_free is None:
        return RuleHealth.NOT_SEEN
    is_low = seen.disk_free < least_mb * MB
    return f"{seen.disk_free / MB:.0f} MB are free, fewer than {least_mb:g}" if is_low else RuleHealth.WELL


def _coverage(ended: Ended, least: float) -> Answer:
    """The share of the documents of the last ``RECENT_DAYS`` days that have an outcome."""
    recent = ended.seen.recent
    offered = sum(recent.values())
    if not ended.is_whole or offered < COVERAGE_DOCUMENTS:
        return RuleHealth.NOT_SEEN
    missing = recent.get("pending", 0) + recent.get("failed", 0)
    share = 1 - missing / offered
    if share >= least:
        return RuleHealth.WELL
    return f"{missing} of {offered} documents of the last {RECENT_DAYS} days are missing"


def _drift(ended: Ended) -> Answer:
    """The share of the pages read in this run that no layout fits."""
    counts = ended.report.counts
    pages = sum(counts.get(name, 0) for name in ("kept", "revised", "filtered")) + sum(ended.losses.values())
    if pages < DRIFT_PAGES:
        return RuleHealth.NOT_SEEN
    strange = sum(ended.losses.get(reason, 0) for reason in DRIFT_REASONS)
    return f"{strange} of {pages} pages fit no layout" if strange / pages >= DRIFT_SHARE else RuleHealth.WELL
