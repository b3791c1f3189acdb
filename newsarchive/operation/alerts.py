"""Alerts: each trouble is told once, and once more when it is over, to the addresses of ``ALERT_URLS``.

``.newsarchive/alerts.json`` records what was told; where it is lost, a lasting trouble is told once more.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsarchive.archive.format.journal import stamp
from newsarchive.archive.format.paths import STATE_NAME
from newsarchive.archive.record import files
from newsarchive.archive.record.state_file import read_object, text_of
from newsarchive.errors import ArchiveNotWritable
from newsarchive.operation import sending
from newsarchive.operation.alert_rules import WORDS
from newsarchive.operation.masks import masked

logger = logging.getLogger(__name__)

NAME = "alerts.json"
MAX_CAUSE = 500
"""Characters of a cause in a message: services for telephones cut longer texts, and the log has all of it."""


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """One alert as apprise sends it, in Chinese and English; ``is_over`` where it tells the end of a trouble."""

    title: str
    body: str
    is_over: bool


def _own_places(name: str) -> list[Path]:
    """The file of this name in the user's home; none for a user without one, as in a container."""
    try:
        return [Path.home() / ".local/state/newsarchive" / name]
    except RuntimeError:
        return []


class Alerts:
    """Sends the alerts of one archive, and remembers which troubles were told.

    ``urls`` is the setting ``ALERT_URLS``: addresses as apprise reads them, divided by commas or blanks.
    """

    def __init__(self, root: Path, urls: str) -> None:
        self._root, self._urls = root, urls
        mark = hashlib.sha256(os.fsencode(root.absolute())).hexdigest()[:16]
        self._places = [root / STATE_NAME / NAME, *_own_places(f"alerts-{mark}.json")]
        """Where to note what was told: the second, if any, while the archive's disk is full, read-only or gone."""

    def tell(self, found: Mapping[str, str | None], now: datetime) -> None:
        """Send the troubles of ``found`` (``alert_rules.found``) that are new or over; a failure is logged, never raised."""
        if not self._urls:
            return
        told = self._told()
        begun = {kind: cause for kind, cause in found.items() if cause is not None and kind not in told}
        over = [kind for kind in told if kind in found and found[kind] is None]
        if not begun and not over:
            return
        if not sending.is_installed():
            logger.warning("ALERT_URLS is set, but apprise is not installed: pip install 'newsarchive[alerts]'")
            return
        sent = self._send({**{kind: self._begun(kind, begun[kind], now) for kind in begun},
                           **{kind: self._over(kind, told[kind], now) for kind in over}})  # fmt: skip
        for kind in sent:
            if kind in begun:
                told[kind] = stamp(now)
            else:
                del told[kind]
        if sent:
            self._remember(told)

    # --- words -----------------------------------------------------------------------------------------------------

    def _begun(self, kind: str, cause: str, now: datetime) -> AlertMessage:
        words = WORDS[kind.partition(":")[0]]
        title = f"newsarchive: {words.chinese} · {words.english}"
        lines = (masked(cause)[:MAX_CAUSE], f"怎么办：{words.chinese_step}", f"Next: {words.english_step}")
        return AlertMessage(title, "\n".join((*lines, self._where(now))), is_over=False)

    def _over(self, kind: str, since: str, now: datetime) -> AlertMessage:
        words = WORDS[kind.partition(":")[0]]
        title = f"newsarchive: 已恢复：{words.chinese} · over: {words.english}"
        return AlertMessage(title, f"自 since {since}\n{self._where(now)}", is_over=True)

    def _where(self, now: datetime) -> str:
        return f"{socket.gethostname()}: {self._root}, {stamp(now.replace(microsecond=0))}"

    # --- sending ---------------------------------------------------------------------------------------------------

    def _send(self, messages: Mapping[str, AlertMessage]) -> list[str]:
        """The kinds whose message at least one address accepted; the next run sends the others again."""
        senders = sending.Senders(self._urls)
        sent = [kind for kind, message in messages.items() if _is_taken(senders, message)]
        if not senders.all_are_read:
            logger.error("ALERT_URLS: apprise does not understand each of its addresses (they are not shown)")
        for kind in messages:
            if kind in sent:
                logger.info("Alert sent: %s", messages[kind].title)
            else:
                logger.error("An alert was not taken by any address of ALERT_URLS, later runs try again: %s", kind)
        return sent

    # --- what was told ---------------------------------------------------------------------------------------------

    def _told(self) -> dict[str, str]:
        """Kind of trouble → when it was told first (ISO 8601).  The file in the home, where it exists, is the newer one."""
        for place in reversed(self._places):
            if (told := read_object(place)) is not None:
                return {kind: text_of(since) for kind, since in told.items() if kind.partition(":")[0] in WORDS}
        return {}

    def _remember(self, told: Mapping[str, str]) -> None:
        data = json.dumps(told, indent=1, sort_keys=True).encode() + b"\n"
        archives, *own = self._places
        if _is_written(archives, data):
            for place in own:
                files.discard(place)
        elif not any(_is_written(place, data) for place in own):
            tried = " or in ".join(map(str, self._places))
            logger.error("What was told cannot be noted, in %s: it may be told again", tried)


def _is_written(place: Path, data: bytes) -> bool:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        files.write_whole(place, data, files.part_path(place.parent, f"{NAME}-{os.getpid()}"))
    except (OSError, ArchiveNotWritable):
        return False
    return True


def _is_taken(senders: sending.Senders, message: AlertMessage) -> bool:
    return senders.is_taken(message.title, message.body, sending.GOOD if message.is_over else sending.BAD)
