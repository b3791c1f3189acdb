"""archive: what the journal of another archive says of a document, or of a day, and ours does not; pure (design §9).

Lines of the other archive come in by their times: two machines that each crawled a part say together what one machine
would have said.  Not missing is what is here in other words: the same text fetched a little later, the second of two
withdrawals without a state in between, a loss of a document that is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsarchive.archive.format.journal import moment
from newsarchive.archive.format.states import REEXTRACTED, History, Line, is_reextracted, known_at, place

KindOf = Callable[[Line, Line], str | None]
"""(state before, state after) → why the second is another one; None where it says the same."""

LOSSES = ("filtered", "failed", "gone", "forgotten")
RESTORED = "restored"
OF_A_DAY = ("asked", "sealed")
_ROW = ("title", "url", "modified_at")
"""What tells one row of a listing from another."""


@dataclass(frozen=True, slots=True)
class NewState:
    """A state of the other archive that comes in."""

    line: Line
    kind: str | None
    """As in a ``revised`` line; None for the first state."""
    revision: int
    """Its number among the states."""
    earlier: bool
    """A later state is here already."""


@dataclass(slots=True)
class Missing:
    """What is to be said here of one document."""

    offers: list[tuple[Line, bool]] = field(default_factory=list)
    """Each with whether something newer was said here."""
    states: list[NewState] = field(default_factory=list)
    timeline: list[Line] = field(default_factory=list)
    """All states, oldest first, as they are once these have come in."""
    losses: list[tuple[Line, bool]] = field(default_factory=list)
    """Each with whether a later state is known."""

    def __bool__(self) -> bool:
        return bool(self.offers or self.states or self.losses)


def missing(
    held: History, ours: Sequence[Line], theirs: Sequence[Line], proven: Sequence[Line], kind_of: KindOf
) -> Missing:
    """What the lines ``theirs`` of a document say and ``ours``, which come to ``held``, do not.

    ``proven`` are those of their states, oldest first, whose files are what their lines tell.
    """
    found = Missing(timeline=list(held.lines))
    if held.redacted:
        return Missing()
    found.offers = _offers(ours, theirs)
    withdrawn = [at for line in (*ours, *theirs) if line.get("event") == "gone" and (at := _at(line))]
    if held.lines:
        _add_between(found, proven, kind_of, withdrawn)
    else:
        _add_all(found, proven)
    found.losses = _losses(found.timeline, ours, theirs)
    if not held.lines:
        found.losses += [(line, False) for line in theirs if line.get("event") == "redacted"]
    return found


def missing_of_day(ours: Iterable[Line], theirs: Iterable[Line]) -> list[Line]:
    """Which of their lines about the day as a whole (``OF_A_DAY``) say something that ours do not."""
    known = {(line.get("event"), line.get("channel")) for line in ours if line.get("event") in OF_A_DAY}
    found: dict[tuple[object, object], Line] = {}
    for line in theirs:
        key = (line.get("event"), line.get("channel"))
        if line.get("event") in OF_A_DAY and key not in known:
            found.setdefault(key, line)
    return list(found.values())


def _offers(ours: Sequence[Line], theirs: Sequence[Line]) -> list[tuple[Line, bool]]:
    """The rows that no channel of ours has shown, and one seen before all of ours; oldest first, as they stand there."""
    offers = [line for line in ours if line.get("event") == "offered"]
    shown = {key for line in offers for key in _shown(line)}
    moments = [at for line in offers if (at := _at(line))]
    oldest, newest = min(moments, default=None), max(moments, default=None)
    found = []
    for line in theirs:
        if line.get("event") != "offered":
            continue
        keys, at = _shown(line), _at(line)
        is_first_sight = bool(oldest and at and at < oldest)
        if not (is_first_sight or keys - shown):
            continue
        if not line.get("channels") and _was_offered(ours, line):
            continue  # given by hand, and known: nothing is said of that
        shown |= keys
        oldest = at if is_first_sight else oldest
        found.append((line, bool(newest and at and at < newest)))
    return found


def _was_offered(ours: Sequence[Line], line: Line) -> bool:
    """Whether a line of ours showed the document before this one."""
    at = _at(line)
    moments = (_at(known) for known in ours if known.get("event") == "offered")
    return any(at is None or before is None or before <= at for before in moments)


def _shown(line: Line) -> set[tuple[object, ...]]:
    channels = line.get("channels")
    row = tuple(str(line.get(key)) for key in _ROW)
    return {(str(channel), *row) for channel in (channels if isinstance(channels, list) and channels else [None])}


def _add_all(found: Missing, proven: Sequence[Line]) -> None:
    """The states of a document of which nothing is here, as they are there."""
    for line in proven:
        at = place(found.timeline, line)
        kind = line.get("kind")
        found.timeline.insert(at, line)
        found.states.append(NewState(line, kind if isinstance(kind, str) else None, at + 1, earlier=False))


def _add_between(found: Missing, proven: Sequence[Line], kind_of: KindOf, withdrawn: Sequence[datetime]) -> None:
    """Those of their states that say something else than the states before and after them, in the order of all times."""
    ours = {id(line) for line in found.timeline}
    everything = list(found.timeline)
    for line in proven:
        everything.insert(place(everything, line), line)
    kept = {id(line) for run in _runs(everything, kind_of, withdrawn) for line in _of_run(run, ours)}
    for line in proven:
        if id(line) not in kept:
            continue
        at = place(found.timeline, line)
        before, after = found.timeline[:at], found.timeline[at:]
        found.timeline.insert(at, line)
        is_earlier = any(id(state) in ours for state in after)
        found.states.append(NewState(line, _kind(before, line, kind_of), at + 1, is_earlier))


def _runs(timeline: Sequence[Line], kind_of: KindOf, withdrawn: Sequence[datetime]) -> list[list[Line]]:
    """States that say the same one after the other, without a withdrawal between them."""
    runs: list[list[Line]] = []
    for line in timeline:
        before = runs[-1][-1] if runs else None
        is_same = before is not None and kind_of(before, line) is None
        if is_same and before and not _is_between(withdrawn, known_at(before), known_at(line)):
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def _of_run(run: Sequence[Line], ours: set[int]) -> Sequence[Line]:
    """Of equal states one is enough: ours, which is there, else the first."""
    return [line for line in run if id(line) in ours] or run[:1]


def _kind(before: Sequence[Line], line: Line, kind_of: KindOf) -> str | None:
    if not before:
        return None
    if is_reextracted(line):
        return REEXTRACTED
    kind = kind_of(before[-1], line)
    is_back = kind is None or any(kind_of(state, line) is None for state in before[:-1])
    return RESTORED if is_back else kind


def _is_between(withdrawn: Sequence[datetime], before: datetime | None, after: datetime | None) -> bool:
    """Whether the source had withdrawn the document between two states: the second is then one of its own."""
    return before is not None and after is not None and any(before <= at <= after for at in withdrawn)


def _losses(timeline: list[Line], ours: Sequence[Line], theirs: Sequence[Line]) -> list[tuple[Line, bool]]:
    if timeline:
        return _withdrawals(timeline, ours, theirs)
    last, known = _last_loss(theirs), _last_loss(ours)
    if last is None or (known and not _is_later_and_other(last, known)):
        return []
    return [(last, False)]


def _withdrawals(timeline: list[Line], ours: Sequence[Line], theirs: Sequence[Line]) -> list[tuple[Line, bool]]:
    """The times that a kept document was gone: one between two states."""
    known = {_states_before(timeline, line) for line in ours if line.get("event") == "gone"}
    found = []
    for line in theirs:
        if line.get("event") == "gone" and (number := _states_before(timeline, line)) not in known:
            known.add(number)
            if number:
                found.append((line, number < len(timeline)))
    return found


def _states_before(timeline: list[Line], line: Line) -> int:
    at = _at(line)
    return sum(1 for state in timeline if at and (when := known_at(state)) and when <= at)


def _last_loss(lines: Sequence[Line]) -> Line | None:
    return next((line for line in reversed(lines) if line.get("event") in LOSSES), None)


def _is_later_and_other(line: Line, known: Line) -> bool:
    at, before = _at(line), _at(known)
    if at is None or before is None or at <= before:
        return False
    keys = ("event", "reason", "status", "of", "attempts")
    return line.get("event") == "failed" or any(line.get(key) != known.get(key) for key in keys)


def _at(line: Line) -> datetime | None:
    return moment(line.get("at"))
