"""Sends messages to addresses as apprise reads them: mail, WeCom, DingTalk, Feishu, Telegram, and a hundred more.

Needs the extra ``alerts``.  Addresses contain passwords and tokens, and apprise logs addresses; so logging is off while
apprise runs.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

GOOD, BAD, NEWS = "success", "warning", "info"
"""apprise's kinds of message: some services give each a colour."""


def is_installed() -> bool:
    """Whether apprise is there."""
    return importlib.util.find_spec("apprise") is not None


class Senders:
    """A sender for each of some addresses."""

    def __init__(self, urls: str) -> None:
        from apprise import Apprise, AppriseAsset  # noqa: PLC0415 - an extra

        with _silence():
            asset = AppriseAsset(app_id="newsarchive")
            read = Apprise(asset=asset)
            self.all_are_read: bool = read.add(urls)
            """Whether apprise understands each address."""
            self._senders: list[Any] = [Apprise(asset=asset) for _ in read]
            for sender, service in zip(self._senders, read, strict=True):
                sender.add(service)

    def is_taken(self, title: str, body: str, kind: str) -> bool:
        """Send plain text to all; whether at least one took it.  Takes some seconds where an address does not answer."""
        with _silence():
            taken = [
                bool(sender.notify(title=title, body=body, notify_type=kind, body_format="text"))
                for sender in self._senders
            ]
        return any(taken)


@contextmanager
def _silence() -> Iterator[None]:
    """Switch logging off: apprise, requests and urllib3 log addresses."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
