"""What the site asks of us in one run, and what is made of it: bans, pauses, silence (design §4)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from newsarchive.archive.record import brake
from newsarchive.archive.record.store import Archive
from newsarchive.crawl import failures
from newsarchive.crawl.gate import Gate
from newsarchive.errors import ArchiveError, BlockedError, ListingError, NewsArchiveError
from newsarchive.items import BEIJING
from newsarchive.operation import report

logger = logging.getLogger(__name__)

LONGEST_WAIT_S = 120.0
"""Of a Retry-After that a run waits for, and of a Crawl-delay: a run every ten minutes has no more."""

LONGEST_WAITS_S = 600.0
"""Of all Retry-Afters of a run together: after that the next run of cron is due, and what is left is its task."""

UNREACHABLE_IN_A_ROW = 5
"""Pages without any answer that end a run: at three retries each, a minute of silence."""


class SiteWishes:
    """Decides what an answer means for the whole run; ``stop`` ends the run with an exit code and its cause."""

    def __init__(
        self,
        archive: Archive,
        gate: Gate,
        stop: Callable[[int, BaseException], None],
        ban_minutes: float,
        crawls_at_once: int = 1,
    ) -> None:
        self._archive, self._gate, self._stop, self._ban_minutes = archive, gate, stop, ban_minutes
        self._crawls_at_once = crawls_at_once
        """So many share each host: a time between two requests is one of all together."""
        self._unreachable = 0
        self._waited_s = 0.0
        self.has_answer = False
        """Whether anything at all has answered in this run, so that the network works."""
        self._brake = brake.read(archive.state, archive.clock())
        """A ban that an earlier run heard and that is over now; None once the first answer has come."""
        if self._brake:
            gate.go_carefully()

    def heard_ban(self, url: str) -> None:
        """Stop at once, and let the next runs know; offers stay pending, their attempts unchanged."""
        if self._gate.error is not None:
            return
        try:
            self._stop(
                report.BLOCKED, blocked(brake.pull(self._archive.state, self._archive.clock(), self._ban_minutes, url))
            )
        except ArchiveError as error:
            self._stop(report.code_of(error), error)

    def heard_answer(self, *, is_probe: bool) -> None:
        """No ban: if that was the probe after one, the brake is off; the start stays slow."""
        self.has_answer = True
        self._gate.judged(counts=is_probe)
        if self._brake and is_probe:
            brake.release(self._archive.state)
            self._brake = None

    def heard_wait(self, host: str, seconds: float) -> None:
        """A host asks for a pause; the run ends where the pause is above ``LONGEST_WAIT_S`` or all of them above ``LONGEST_WAITS_S``."""
        if seconds > LONGEST_WAIT_S:
            self._end_for_now(f"{host} asks to be left alone for {seconds:.0f} seconds; run again then")
            return
        self._waited_s += self._gate.hold(host, seconds)
        if self._waited_s > LONGEST_WAITS_S:
            asked = f"hosts have asked for pauses of {self._waited_s:.0f} seconds in this run, {host} last"
            self._end_for_now(f"{asked}; a run waits for {LONGEST_WAITS_S:.0f}, run again later")

    def heard_delay(self, host: str, seconds: float) -> None:
        """robots.txt asks for a time between two requests."""
        logger.info("robots.txt of %s asks for %g seconds between two requests", host, seconds)
        self._gate.space(host, min(seconds, LONGEST_WAIT_S) * self._crawls_at_once)

    def heard_page(self) -> None:
        """The network works."""
        self._unreachable = 0

    def heard_nothing(self, reason: str) -> None:
        """Pages that fail one after the other for the network's sake say nothing of themselves: later runs ask again."""
        self._unreachable += reason in failures.NETWORK_REASONS
        if self._unreachable == UNREACHABLE_IN_A_ROW:
            self._end_for_now(
                f"{self._unreachable} pages in a row could not be reached ({reason}): look at the network; stopped"
            )

    def heard_no_proxy(self, message: str) -> None:
        """The proxy is out of order: nothing can be reached any more, and the listing least of all."""
        self._end(report.LISTING, ListingError(message))

    def _end_for_now(self, message: str) -> None:
        """What is left stays as it was, for a later run."""
        self._end(report.MISSING, BlockedError(message))

    def _end(self, code: int, error: NewsArchiveError) -> None:
        """End the run; nothing where it is ending already, since requests that are under way fail for the same cause."""
        if self._gate.error is None:
            self._stop(code, error)


def blocked(pulled: brake.Brake) -> BlockedError:
    """What a ban means, and until when."""
    return BlockedError(
        f"Sina has banned this address (拒绝访问, asked: {pulled.url}); no request is sent before "
        f"{pulled.until.astimezone(BEIJING):%Y-%m-%d %H:%M:%S} (+08:00), then run again"
    )
