"""What the site asks of us in one run, and what is made of it: bans, pauses, silence (design §4)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from newsarchive import report
from newsarchive.archive import brake
from newsarchive.archive.store import Archive
from newsarchive.errors import ArchiveError, BlockedError
from newsarchive.gate import Gate
from newsarchive.items import BEIJING
from newsarchive.spiders import failures

logger = logging.getLogger(__name__)

LONGEST_WAIT_S = 120.0
"""Of a Retry-After that a run waits for, and of a Crawl-delay: a run every ten minutes has no more."""

UNREACHABLE_IN_A_ROW = 5
"""Pages without any answer that end a run: at three retries each, a minute of silence."""

BAN_MINUTES = 60.0
"""Until the spider has its settings."""


class Manners:
    """Hears what the middlewares hear; ``stop`` ends the run with an exit code and its cause."""

    def __init__(self, archive: Archive, gate: Gate, stop: Callable[[int, BaseException], None]) -> None:
        self._archive, self._gate, self._stop = archive, gate, stop
        self._unreachable = 0
        self.ban_minutes = BAN_MINUTES
        self._brake = brake.read(archive.state)
        """A ban that an earlier run heard and that is over now; None once the first answer has come."""
        if self._brake:
            gate.go_carefully()

    def heard_ban(self, url: str) -> None:
        """Stop at once, and let the next runs know; offers stay pending, their attempts unchanged."""
        if self._gate.error is not None:
            return
        try:
            self._stop(
                report.BLOCKED, blocked(brake.pull(self._archive.state, self._archive.clock(), self.ban_minutes, url))
            )
        except ArchiveError as error:
            self._stop(report.NOT_WRITABLE, error)

    def heard_answer(self, *, is_probe: bool) -> None:
        """No ban: if that was the probe after one, the brake is off; the start stays slow."""
        self._gate.judged(counts=is_probe)
        if self._brake and is_probe:
            brake.release(self._archive.state)
            self._brake = None

    def heard_wait(self, host: str, seconds: float) -> None:
        """A host asks for a pause; one that is too long for a run ends it."""
        if seconds <= LONGEST_WAIT_S:
            self._gate.hold(host, seconds)
        else:
            message = f"{host} asks to be left alone for {seconds:.0f} seconds; run again then"
            self._stop(report.MISSING, BlockedError(message))

    def heard_delay(self, host: str, seconds: float) -> None:
        """robots.txt asks for a time between two requests."""
        logger.info("robots.txt of %s asks for %g seconds between two requests", host, seconds)
        self._gate.space(host, min(seconds, LONGEST_WAIT_S))

    def heard_page(self) -> None:
        """The network works."""
        self._unreachable = 0

    def heard_nothing(self, reason: str) -> None:
        """Pages that fail one after the other for the network's sake say nothing of themselves: later runs ask again."""
        self._unreachable += reason in failures.NETWORK_REASONS
        if self._unreachable == UNREACHABLE_IN_A_ROW:
            message = (
                f"{self._unreachable} pages in a row could not be reached ({reason}): look at the network; stopped"
            )
            self._stop(report.MISSING, BlockedError(message))


def blocked(pulled: brake.Brake) -> BlockedError:
    """What a ban means, and until when."""
    return BlockedError(
        f"Sina has banned this address (拒绝访问, asked: {pulled.url}); no request is sent before "
        f"{pulled.until.astimezone(BEIJING):%Y-%m-%d %H:%M:%S} (+08:00), then run again"
    )
