"""What a poll and a sweep that came to their end leave: jobs of the writer."""

from __future__ import annotations

from newsarchive.archive.format import events
from newsarchive.archive.format.events import Said
from newsarchive.archive.index.days import QUIET_SWEEPS, LastPoll, Reading, SweepState
from newsarchive.archive.record.batch import Batch


def end_poll(batch: Batch, poll: LastPoll) -> None:
    """Make the rows of the poll known, and note when it ended."""
    batch.catalogue.polls.end(poll.channel)
    batch.catalogue.days.set_poll(poll)


def swept(batch: Batch, said: Said, reading: Reading, asked: bool) -> bool:
    """Note that a finished day was read once more; true if that seals it."""
    days, day, channel = batch.catalogue.days, reading.day, reading.channel
    if asked and reading.rows and not days.is_asked(day, channel):
        batch.say(day, events.asked(said, channel))
    if days.sealed_by(day, channel):
        return False
    known = days.offered(day, channel) - reading.new
    sweep = (days.sweep(day, channel) or SweepState(said.at)).after(reading, known, said.at)
    if sweep.quiet < QUIET_SWEEPS:
        days.set_sweep(day, channel, sweep)
        return False
    batch.say(day, events.sealed(said, channel, reading.rows or 0, reading.by))
    batch.counts["sealed"] += 1
    return True
