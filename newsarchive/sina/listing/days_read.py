"""What the listing said of a range of days, as data: whoever asked for years of them learns which are to be asked for again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(slots=True)
class DaysRead:
    """Of the days of one run, in the order in which they were asked for."""

    read: int = 0
    """How many were asked for, of all channels, to the end; fewer than the range has where the run was ended before."""
    empty: list[date] = field(default_factory=list)
    """Of these the past ones that every channel answered, and no channel offers anything for."""
    unanswered: list[date] = field(default_factory=list)
    """Of these the ones that a channel did not answer."""

    def told(self) -> dict[str, int | list[str]]:
        """For the report of the run."""
        empty, unanswered = ([day.isoformat() for day in days] for days in (self.empty, self.unanswered))
        return {"read": self.read, "empty": empty, "unanswered": unanswered}
