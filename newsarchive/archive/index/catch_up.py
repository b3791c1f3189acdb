"""index: bring the catalogue level with the journals, reading only what it has not read.

A journal that is not what was written is damage: what can be read of it counts, and the catalogue remembers it until a
person accepts it (design §3).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.chain import Chain, is_explained
from newsarchive.archive.format.journal import EMPTY, Tail
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.archive.index.damage import MISSING, SHORTENED, Damage, unlinked
from newsarchive.archive.index.day_rows import DayRows, is_shared, read_day

logger = logging.getLogger(__name__)

RECENT_DAYS = 3
"""Journals whose links each start follows, the newest: 5 ms a day, and people and sync programs touch these most."""

Mend = Callable[[Path], bool]
"""Cuts a torn last line off a journal; True if there was one."""


def catch_up(root: Path, catalogue: Catalogue, *, mend: Mend | None) -> None:
    """Read what the journals have that the catalogue has not; a journal that lost bytes is read anew.

    ``mend`` cuts off torn last lines, which a reader, who may not write, passes over.
    """
    tails = catalogue.tails.all()
    for day, size in paths.sizes(root):
        tail = tails.pop(day, None)
        if tail is None:
            read_whole(root, catalogue, day, mend=mend)
        elif size < tail.size or (size > tail.size and not read_on(root, catalogue, day, tail, mend=mend)):
            read_anew(root, catalogue, day, mend=mend)
    for day, tail in tails.items():
        logger.warning("%s is missing; its documents are forgotten", paths.journal_path(root, day))
        catalogue.forget_day(day)
        note_if_lost(root, catalogue, day, tail)


def look_closer(root: Path, catalogue: Catalogue) -> None:
    """Follow the links of journals that ``catch_up`` judges by their size alone; read anew what was altered, or mended.

    These are the newest journals, and those with damage that nobody has accepted: a copy may have been put back.
    """
    days = [day for day, _ in paths.sizes(root)]
    in_doubt = {damage.day for damage in catalogue.damage.open()}
    for day in {*days[-RECENT_DAYS:], *in_doubt.intersection(days)}:
        path = paths.journal_path(root, day)
        if journal.tail(path) != catalogue.tails.of(day) or journal.breaks(path) != catalogue.damage.unlinked(day):
            read_anew(root, catalogue, day, mend=None)


def bring_level(root: Path, catalogue: Catalogue, day: date, *, mend: Mend | None) -> None:
    """Before a line is appended: make sure that the catalogue has read this journal to its last line."""
    path, known = paths.journal_path(root, day), catalogue.tails.of(day)
    now = EMPTY if path.is_dir() else journal.tail(path)  # writing says in plainer words that a folder is in the way
    if now != known and (now.size <= known.size or not read_on(root, catalogue, day, known, mend=mend)):
        read_anew(root, catalogue, day, mend=mend)


def read_anew(root: Path, catalogue: Catalogue, day: date, *, mend: Mend | None) -> None:
    """Forget what the day's journal said and read it from its first line; note it where the line read last is gone."""
    known, stand_ins = catalogue.tails.of(day), catalogue.damage.stand_ins(day)
    is_lossless = is_redacted_since(root, day, known)
    if not is_lossless:
        logger.warning("%s is not as we left it; it is read anew", paths.journal_path(root, day))
    catalogue.forget_day(day, is_lossless=is_lossless)
    read_whole(root, catalogue, day, mend=mend)
    if known.link not in stand_ins - catalogue.damage.stand_ins(day):
        note_if_lost(root, catalogue, day, known)


def note_if_lost(root: Path, catalogue: Catalogue, day: date, known: Tail) -> None:
    """Note it where the line that was the day's last one once, at ``known``, is no longer there."""
    path, now = paths.journal_path(root, day), catalogue.tails.of(day)
    if known == EMPTY or is_redacted_since(root, day, known):
        return
    if not path.is_file():
        catalogue.damage.note(Damage(day, 1, MISSING, known.link, None))
    elif all(event.link != known.link for event in journal.read(path)):
        line = journal.line_number(path, now.size)
        catalogue.damage.note(Damage(day, line, SHORTENED, known.link, None if now == EMPTY else now.link))


def is_redacted_since(root: Path, day: date, known: Tail) -> bool:
    """Whether a redaction, and nothing else, is why the line that was the day's last one at ``known`` is not there."""
    path = paths.journal_path(root, day)
    return path.is_file() and is_explained(Chain.of(path.read_bytes()).lines, known.link)


def read_whole(root: Path, catalogue: Catalogue, day: date, *, mend: Mend | None) -> None:
    """Take in a day that the catalogue does not know."""
    if mend:
        mended(paths.journal_path(root, day), mend)
    if is_shared(catalogue.profile):  # names depend on what the other days have already
        read_on(root, catalogue, day, EMPTY, mend=None)
    else:
        take_day(root, catalogue, read_day(root, day, catalogue.profile.name))


def take_day(root: Path, catalogue: Catalogue, rows: DayRows) -> None:
    """Take in a day that was read; event by event where one of its documents has another day, too."""
    if not catalogue.add_day(rows):
        read_on(root, catalogue, rows.day, EMPTY, mend=None)
        return
    for damage in rows.unlinked:
        _note_unlinked(catalogue, damage)
    for event in rows.accepted:
        catalogue.damage.accept(rows.day, event)
    if lost := catalogue.damage.lost(rows.day):
        for line in journal.read(paths.journal_path(root, rows.day)):
            if line.link in lost:
                catalogue.damage.heal(rows.day, line.link)


def read_on(root: Path, catalogue: Catalogue, day: date, tail: Tail, *, mend: Mend | None) -> bool:
    """Take in the lines after ``tail``; False if they do not continue it."""
    path = paths.journal_path(root, day)
    if mend:
        mended(path, mend)
    read_to, lost = tail, catalogue.damage.lost(day)
    for event in journal.read(path, tail.size, tail.link):
        if not event.linked:
            if event.start == tail.size and tail.size > 0:
                return False
            number = journal.line_number(path, event.start)
            _note_unlinked(catalogue, unlinked(day, number, read_to.link, event.data.get("link")))
        catalogue.apply(day, event.data)
        if event.link in lost:
            catalogue.damage.heal(day, event.link)
        read_to = Tail(event.end, event.link)
    catalogue.tails.set(day, read_to)
    return True


def mended(path: Path, mend: Mend) -> None:
    if mend(path):
        logger.warning("%s: a torn last line was cut off; its event is asked for again", path)


def _note_unlinked(catalogue: Catalogue, damage: Damage) -> None:
    logger.error("%s", damage)
    catalogue.damage.note(damage)
