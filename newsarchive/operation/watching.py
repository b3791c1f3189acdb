"""Tells what watches have found: each hit once, in one message a watch and run, at once or at the hour of its digest.

What is to be told is noted before it is sent, and that it is being sent, too.  A message that no address took is sent by
the next run.  Of one whose sending was killed nobody knows whether it arrived; it is not sent again, and the log says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from newsarchive.archive.format.paths import STATE_NAME
from newsarchive.errors import ArchiveLocked
from newsarchive.items import BEIJING
from newsarchive.operation import sending, watch_notes
from newsarchive.operation.watch_message import WatchMessage, entries_of, message
from newsarchive.operation.watch_notes import Noted, Notes
from newsarchive.reading.new_hits import new_hits
from newsarchive.reading.watches import Watch

logger = logging.getLogger(__name__)

LOCK_NAME = "watches.lock"
PATIENCE_S = 60
"""For another run that is telling: an address that does not answer takes some seconds."""
A_DAY = timedelta(days=1)

Stop = Callable[[], bool]


class Watching:
    """The watches of one archive.  ``urls`` is the setting ``ALERT_URLS``."""

    def __init__(self, root: Path, watches: Sequence[Watch], urls: str) -> None:
        self._root, self._watches, self._urls = root, watches, urls
        self._queries = {watch.name: watch.query for watch in watches}

    def addresses(self, watch: Watch) -> str:
        """Where it is told, a secret; empty for nowhere."""
        return self._urls if watch.tell is None else watch.tell

    def tell(self, begun_at: datetime, now: datetime, stop: Stop = lambda: False) -> None:
        """Look through what came since the last time, and tell what is due; until ``stop`` asks to end.

        Where nobody has looked before, what was archived from ``begun_at`` on is new.  Raises ``ArchiveDamaged``,
        ``ArchiveNotWritable``, ``ArchiveLocked`` where another process is telling: the next run does it then.
        """
        if not self._watches:
            watch_notes.remove(self._root)
            return
        with _alone(self._root):
            notes = self._looked(begun_at, now, stop)
            watch_notes.write(self._root, notes)
            for watch in self._watches:
                if not stop() and _is_due(watch, notes.watches[watch.name], now):
                    self._tell(watch, notes, now)

    def waiting(self, now: datetime) -> Notes:
        """What ``tell`` would find, and tell of each watch now or at its hour; writes and sends nothing."""
        return self._looked(now, now, lambda: False)

    # --- looking -----------------------------------------------------------------------------------------------------

    def _looked(self, begun_at: datetime, now: datetime, stop: Stop) -> Notes:
        notes = watch_notes.read(self._root, begun_at)
        notes.watches = {watch.name: _begun(watch, notes.watches.get(watch.name)) for watch in self._watches}
        hits = notes.take(new_hits(self._root, self._queries, notes.looked, stop), now)
        for watch in self._watches:
            if self.addresses(watch):
                notes.watches[watch.name].found(hits[watch.name], now)
            else:
                notes.watches[watch.name].forget()
        return notes

    # --- telling -----------------------------------------------------------------------------------------------------

    def _tell(self, watch: Watch, notes: Notes, now: datetime) -> None:
        noted = notes.watches[watch.name]
        entries = entries_of(self._root, noted.waiting)
        if entries and not sending.is_installed():
            logger.warning(
                "Watch %s: nobody is told, apprise is not installed: pip install 'newsarchive[alerts]'", watch.name
            )
            return
        noted.is_sending = True
        watch_notes.write(self._root, notes)
        if not entries or self._is_taken(watch, message(watch, entries)):
            noted.forget()
            noted.told_at = now if entries else noted.told_at
        noted.is_sending = False
        watch_notes.write(self._root, notes)

    def _is_taken(self, watch: Watch, told: WatchMessage) -> bool:
        senders = sending.Senders(self.addresses(watch))
        if not senders.all_are_read:
            logger.error("Watch %s: apprise does not understand each of its addresses (they are not shown)", watch.name)
        if senders.is_taken(told.title, told.body, sending.NEWS):
            logger.info("Watch %s: %d hits told", watch.name, told.count)
            return True
        logger.error("Watch %s: no address took its message of %d hits, later runs try again", watch.name, told.count)
        return False


def _begun(watch: Watch, noted: Noted | None) -> Noted:
    """What is known of a watch; nothing of one whose query is another now."""
    if noted is None or noted.query != watch.query.source:
        return Noted(watch.query.source)
    if noted.is_sending:
        logger.error(
            "Watch %s: a run was killed while it told %d hits; they are not told again. See: newsarchive watch",
            watch.name,
            len(noted.waiting),
        )
        noted.forget()
    return noted


def _is_due(watch: Watch, noted: Noted, now: datetime) -> bool:
    """At once; or where its hour has come since the first hit was found."""
    if not noted.waiting or noted.since is None:
        return False
    if watch.digest is None:
        return True
    hour = now.astimezone(BEIJING).replace(hour=watch.digest, minute=0, second=0, microsecond=0)
    return noted.since < (hour if hour <= now else hour - A_DAY)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    path = root / STATE_NAME / LOCK_NAME
    try:
        with FileLock(path, PATIENCE_S, fallback_to_soft=False):
            yield
    except Timeout as error:
        raise ArchiveLocked(f"{path}: another process is just telling what watches found") from error
