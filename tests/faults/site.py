"""What Sina does to a whole run: bans, and malformed listings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from newsarchive.items import BEIJING
from newsarchive.rehearsal.answers import Answer, HangUp, answer_of
from newsarchive.rehearsal.faults import EMPTY_LISTING, FAILED_LISTING
from newsarchive.rehearsal.notices import BANNED
from tests.conftest import Crawls, Run
from tests.faults.scene import Fault, Stage, faults_of

# --- bans --------------------------------------------------------------------------------------------------------------


def _banned(stage: Stage, status: int) -> Crawls:
    """A stand-in that answers the requests for pages 6 to 11 with a ban."""
    asked = Counter[str]()

    def script(host: str, target: str) -> Answer | None:
        asked["pages"] += ".shtml" in target
        return answer_of(status, "text/html", BANNED) if asked["pages"] in range(6, 12) else None

    return stage.begin(script, articles=20)


def ban_456(stage: Stage) -> Run:
    return _banned(stage, 456)()


def ban_200(stage: Stage) -> Run:
    return _banned(stage, 200)()


def ban_503(stage: Stage) -> Run:
    return _banned(stage, 503)()


def ban_remembered(stage: Stage) -> Run:
    crawl = _banned(stage, 456)
    crawl()
    asked = len(crawl.sina.requests)
    run = crawl()
    assert (len(crawl.sina.requests), run.stderr.count("\n")) == (asked, 1)
    return run


def retry_after_long(stage: Stage) -> Run:
    wait = Answer(429, "text/html", b"later", headers=(("Retry-After", "3600"),))
    asks = "finance.sina.com.cn"  # which of two hosts is asked first is not ours to say
    return stage.begin(lambda host, target: wait if host == asks and ".shtml" in target else None, articles=10)()


# --- listings: each channel has its own trouble, in one run --------------------------------------------------------------

SICK = {
    "1686": ("listing-html", answer_of(200, "text/html", b"<html><body>busy</body></html>")),
    "2509": ("one-channel-sick", None),
    "2516": ("listing-cut", answer_of(200, "application/json", EMPTY_LISTING[:40])),
    "1687": ("listing-error-code", answer_of(200, "application/json", FAILED_LISTING)),
    "1690": ("listing-empty", answer_of(200, "application/json", EMPTY_LISTING)),
    "2519": (
        "listing-other-channel",
        answer_of(200, "application/json", EMPTY_LISTING.replace(b'"total"', b'"lid":99,"total"')),
    ),
    "2517": ("listing-data-object", answer_of(200, "application/json", EMPTY_LISTING.replace(b"[]", b'{"0":1}'))),
    "2671": (
        "listing-bad-encoding",
        Answer(200, "application/json", EMPTY_LISTING, headers=(("Content-Encoding", "br"),)),
    ),
    "2518": ("listing-status", answer_of(502, "text/html", b"bad gateway")),
    "1689": ("listing-unreachable", None),
}
"""Channel → name of its row, and its answer; None where ``script`` hangs up (1689) or lets the stand-in answer (2509)."""


def _sick_listings(stage: Stage) -> Run:
    def script(_: str, target: str) -> Answer | None:
        lid = parse_qs(urlsplit(target).query).get("lid", [""])[0]
        if lid == "1689":
            raise HangUp
        return SICK[lid][1] if lid in SICK else None

    crawl = stage.begin(script, articles=20, titles="plain")
    run = crawl("-a", f"channels={','.join(SICK)}")
    assert len(crawl.articles()) == len({document.docid for document in crawl.sina.truth})
    return run


def _listing_fault(lid: str, says: str) -> Fault:
    return Fault(
        SICK[lid][0], 5, says, lambda stage: stage.shared("listings", lambda: _sick_listings(stage)), "listings"
    )


LISTINGS = [
    _listing_fault("1689", "it is unreachable: connection"),
    _listing_fault("1686", "HTML instead of JSON"),
    _listing_fault("2516", "JSON cut or broken"),
    _listing_fault("1687", "error code 10"),
    _listing_fault("1690", "the first page of the listing is empty"),
    _listing_fault("2519", "the answer is that of lid 99"),
    _listing_fault("2517", "data of the result is an object"),
    _listing_fault("2671", "it is unreachable: bad-encoding"),
    _listing_fault("2518", "it answered with HTTP status 502"),
    _listing_fault("2509", "The listing is not healthy: channel"),
]


def listing_stale(stage: Stage) -> Run:
    return stage.begin(articles=10, now=datetime.now(BEIJING) - timedelta(days=9))()


def listing_repeats(stage: Stage) -> Run:
    """Its second page, for whatever page beyond; the crawl ends there."""
    crawl = _turning(stage, lambda page: min(page, 2), articles=80)
    run = crawl("-a", "channels=2509")
    assert sum("/api/roll/get" in request.url for request in crawl.sina.requests) < 10
    return run


def listing_in_a_circle(stage: Stage) -> Run:
    """Its first and its second page in turn, for ever."""
    return _turning(stage, lambda page: 2 - page % 2, articles=80)("-a", "channels=2509")


def _turning(stage: Stage, shown: Callable[[int], int], articles: int) -> Crawls:
    """A stand-in that shows another page of its listing than was asked for."""
    crawl = stage.begin(articles=articles, titles="plain")
    own = crawl.sina.site.answer

    def answer(host: str, target: str) -> Answer:
        head, is_listing, page = target.partition("&page=")
        return own(host, f"{head}&page={shown(int(page))}" if is_listing else target)

    crawl.sina.site.answer = answer  # type: ignore[method-assign]
    return crawl


def day_not_answered(stage: Stage) -> Run:
    crawl = stage.begin(articles=10)
    day = (crawl.sina.now() - timedelta(days=40)).date()
    return crawl("-a", f"since={day}", "-a", f"until={day}")


FAULTS = [
    *faults_of(
        {
            ban_456: (4, "Sina has banned this address"),
            ban_200: (4, "Sina has banned this address"),
            ban_503: (4, "Sina has banned this address"),
            ban_remembered: (4, "newsarchive: Sina has banned this address"),
            retry_after_long: (3, "finance.sina.com.cn asks to be left alone for 3600 seconds"),
        }
    ),
    *LISTINGS,
    *faults_of(
        {
            listing_stale: (5, "it is stale: no row of any channel is younger than"),
            listing_repeats: (0, ""),
            listing_in_a_circle: (5, "it goes round in a circle"),
            day_not_answered: (5, "was not answered"),
        }
    ),
]
