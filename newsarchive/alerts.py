"""Alerts: each trouble is told once, and once more when it is over, to the addresses of ``ALERT_URLS``.

Needs the extra ``alerts`` (apprise: mail, WeCom, DingTalk, Feishu, Telegram, and a hundred more).  An address holds a
password or a token, and so does what apprise says of it: while it works, nothing is logged.  What was told stands in
``.newsarchive/alerts.json``; losing that tells a lasting trouble once more.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from newsarchive.archive import files
from newsarchive.archive.journal import stamp
from newsarchive.archive.store import STATE_NAME
from newsarchive.errors import ArchiveNotWritable
from newsarchive.logs import masked
from newsarchive.troubles import WORDS

logger = logging.getLogger(__name__)

NAME = "alerts.json"
MAX_CAUSE = 500
"""Characters: services for telephones cut longer texts, and the log has the whole."""


@dataclass(frozen=True, slots=True)
class Message:
    title: str
    body: str
    is_over: bool


class Alerts:
    """Who is told about this archive, and what they know."""

    def __init__(self, root: Path, urls: str) -> None:
        self._root, self._urls = root, urls
        mark = hashlib.sha256(os.fsencode(root.absolute())).hexdigest()[:16]
        self._places = (
            root / STATE_NAME / NAME,
            Path.home() / ".local/state/newsarchive" / f"alerts-{mark}.json",
        )
        """Where to note what was told: the second while the archive's disk is full, read-only or gone."""

    def tell(self, found: Mapping[str, str | None], now: datetime) -> None:
        """Tell what is new in ``found`` (``troubles.found``), and what is over; never raises, never exits."""
        if not self._urls:
            return
        told = self._told()
        begun = {kind: cause for kind, cause in found.items() if cause is not None and kind not in told}
        over = [kind for kind in told if kind in found and found[kind] is None]
        if not begun and not over:
            return
        if importlib.util.find_spec("apprise") is None:
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

    def _begun(self, kind: str, cause: str, now: datetime) -> Message:
        words = WORDS[kind.partition(":")[0]]
        title = f"newsarchive: {words.chinese} · {words.english}"
        lines = (masked(cause)[:MAX_CAUSE], f"怎么办：{words.chinese_step}", f"Next: {words.english_step}")
        return Message(title, "\n".join((*lines, self._where(now))), is_over=False)

    def _over(self, kind: str, since: str, now: datetime) -> Message:
        words = WORDS[kind.partition(":")[0]]
        title = f"newsarchive: 已恢复：{words.chinese} · over: {words.english}"
        return Message(title, f"自 since {since}\n{self._where(now)}", is_over=True)

    def _where(self, now: datetime) -> str:
        return f"{socket.gethostname()}: {self._root}, {stamp(now.replace(microsecond=0))}"

    # --- sending ---------------------------------------------------------------------------------------------------

    def _send(self, messages: Mapping[str, Message]) -> list[str]:
        """Those that at least one address took; the rest is tried again by the next run."""
        with _silence():
            services, all_are_read = _services(self._urls)
            sent = [kind for kind, message in messages.items() if _is_taken(services, message)]
        if not all_are_read:
            logger.error("ALERT_URLS: apprise does not understand each of its addresses (they are not shown)")
        for kind in messages:
            if kind in sent:
                logger.info("Alert sent: %s", messages[kind].title)
            else:
                logger.error("An alert was not taken by any address of ALERT_URLS, later runs try again: %s", kind)
        return sent

    # --- what was told ---------------------------------------------------------------------------------------------

    def _told(self) -> dict[str, str]:
        """Kind of trouble → since when it is known; the second place, where there is one, is the newer."""
        for place in reversed(self._places):
            try:
                told = json.loads(place.read_text("utf-8"))
            except (OSError, ValueError):
                continue
            if isinstance(told, dict):
                return {kind: str(since) for kind, since in told.items() if kind.partition(":")[0] in WORDS}
        return {}

    def _remember(self, told: Mapping[str, str]) -> None:
        data = json.dumps(told, indent=1, sort_keys=True).encode() + b"\n"
        archives, own = self._places
        if _is_written(archives, data):
            files.discard(own)
        elif not _is_written(own, data):
            logger.error("What was told cannot be noted, in %s or in %s: it may be told again", archives, own)


def _is_written(place: Path, data: bytes) -> bool:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        files.write_whole(place, data, files.part_path(place.parent, f"{NAME}-{os.getpid()}"))
    except (OSError, ArchiveNotWritable):
        return False
    return True


def _services(urls: str) -> tuple[list[Any], bool]:
    """One sender an address, and whether each address was understood."""
    from apprise import Apprise, AppriseAsset  # noqa: PLC0415 - an extra

    asset = AppriseAsset(app_id="newsarchive")
    read = Apprise(asset=asset)
    all_are_read = read.add(urls)
    senders = [Apprise(asset=asset) for _ in read]
    for sender, service in zip(senders, read, strict=True):
        sender.add(service)
    return senders, all_are_read


def _is_taken(services: list[Any], message: Message) -> bool:
    kind = "success" if message.is_over else "warning"
    taken = [bool(sender.notify(title=message.title, body=message.body, notify_type=kind)) for sender in services]
    return any(taken)


@contextmanager
def _silence() -> Iterator[None]:
    """apprise, requests and urllib3 name addresses in their logs."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
