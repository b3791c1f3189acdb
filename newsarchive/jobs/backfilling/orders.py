"""What a crawl of a slice is asked for, and what all of them share: one rate, one ban, the user's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from newsarchive.jobs.backfilling.crawling import Order, given
from newsarchive.jobs.backfilling.slice_folders import OpenSlice
from newsarchive.settings.values import DIR_VARIABLE

MARGIN = 1.05
"""A gap is so much longer than the rate asks for: of two requests the first may be late on its way, the second not, and in
10 seconds that comes to half a second at most."""
CONNECTIONS = 2
"""To a host, of all crawls together, and one at least of each."""


@dataclass(frozen=True, slots=True)
class Crawls:
    """How slices are crawled."""

    variables: Mapping[str, str]
    """Of the user, as ``crawling.variables_of`` gives them."""
    directory: Path
    """Where the crawls run, on whichever machine."""
    rate: float
    """Requests a second to a host, of all crawls together."""
    at_once: int

    def order(self, one: OpenSlice, profile: str, leash: Path, word: str) -> Order:
        """The crawl of a slice."""
        gap = self.at_once / self.rate * MARGIN
        settings = {
            "DOWNLOAD_DELAY": f"{gap:.6f}",
            "CONCURRENT_REQUESTS_PER_DOMAIN": str(max(1, CONNECTIONS // self.at_once)),
            "FETCH_CRAWLS_AT_ONCE": str(self.at_once),
            "FETCH_ENDS_WITH_INPUT": "1",
            "ARCHIVE_PROFILE": profile,
            "REVISIT_HOURS": "",  # that is for the archive's own runs, as are alerts
            "ALERT_URLS": "",
            "RUN_REPORT_JSON": "1",
            "LOG_FILE": "",  # what it says stands beside what it made
        }
        asked = {"since": one.slice.since, "until": one.slice.until, "channels": ",".join(one.slice.channels)}
        arguments = [part for name, value in asked.items() for part in ("-a", f"{name}={value}")]
        return Order(
            arguments=(*given(settings), *arguments),
            variables={**self.variables, DIR_VARIABLE: str(one.folder)},
            directory=str(self.directory),
            state=str(one.state),
            log=str(one.log),
            leash=str(leash),
            word=word,
            pause_s=gap,
        )
