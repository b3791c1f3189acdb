"""What came of a week of polls (``cli.week``), and how it is told: one line of what was survived, one verdict, or JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from newsarchive.cli.child import DONE
from newsarchive.rehearsal.judge import Verdict
from newsarchive.rehearsal.week import PlannedPoll

SURVIVED = {
    "kill": "kills",
    "stop": "stops",
    "ban": "bans",
    "sick hour": "sick hours",
    "hour off": "hours off",
    "edit": "edits",
    "withheld page": "withheld pages",
    "late row": "late rows",
}
"""What a week survives, one and many, in the order in which it is told."""
PLURALS = {"day": "days", "poll": "polls", "article": "articles", "day sealed": "days sealed", **SURVIVED}


@dataclass(slots=True)
class Week:
    """One week: what is to be played, and what came of it."""

    articles: int
    days: int
    seed: int
    archive: Path
    script: list[PlannedPoll]
    polls: list[dict[str, Any]] = field(default_factory=list)
    survived: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    """What should not have happened, beside what the verdict names; each in one sentence."""
    verdict: Verdict = field(default_factory=Verdict)
    sealed_days: int = 0
    requests: int = 0
    seconds: float = 0.0
    stopped: bool = False

    @property
    def differences(self) -> list[str]:
        """All that is not as expected, a sentence each: what polls did, then what the archive holds."""
        return [*self.faults, *self.verdict.differences]

    @property
    def exit_code(self) -> int:
        """The last poll's own where it failed or was stopped, 1 where anything is not as expected, else 0."""
        code: int = self.polls[-1]["exit_code"] if self.polls else 3
        if self.stopped:
            return code or 3
        if code not in DONE:
            return code
        return 1 if self.differences else 0


def summary(week: Week) -> str:
    """How long, how much, and what was survived, in one line."""
    extent = {"day": week.days, "poll": len(week.polls), "article": week.verdict.kept, "day sealed": week.sealed_days}
    survived = {noun: week.survived[noun] for noun in SURVIVED if week.survived[noun]}
    return f"{_counted(extent)}; survived: {_counted(survived) or 'nothing'}"


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {noun if count == 1 else PLURALS[noun]}" for noun, count in counts.items())


def verdict_of(week: Week) -> str:
    """The last line of the report: counts, requests, seconds."""
    verdict, said = week.verdict, "As expected" if week.exit_code == 0 else "NOT as expected"
    counts = f"{verdict.missing} missing, {verdict.false} false, {len(week.differences)} differences"
    effort = f"requests: {week.requests}, {week.seconds:.0f} s"
    return f"{'Stopped' if week.stopped else said}: {counts} ({effort})."


def result_of(week: Week) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "articles": week.articles,
        "days": week.days,
        "seed": week.seed,
        "archive": str(week.archive),
        "polls": week.polls,
        "survived": dict(week.survived),
        "sealed_days": week.sealed_days,
        "requests": week.requests,
        "stopped": week.stopped,
        "kept": week.verdict.kept,
        "missing": week.verdict.missing,
        "false": week.verdict.false,
        "differences": week.differences,
        "exit_code": week.exit_code,
    }
