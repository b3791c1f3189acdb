"""What Sina does to single pages: robots.txt, and answers that are no article."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from newsarchive.rehearsal.answers import Answer, HangUp, answer_of
from newsarchive.rehearsal.notices import LOGIN, NOT_FOUND
from newsarchive.rehearsal.page import END_OF_TEXT, page_of, shell_of
from newsarchive.rehearsal.truth import Story
from tests.conftest import Run
from tests.faults.scene import Fault, Stage, completes, faults_of, options

FINANCE = "finance.sina.com.cn"
TIMEOUT_S = 5
"""Of the crawl that meets a hanging page; the other pages are answered at once, also on a busy machine."""
MAX_BYTES = 500_000
"""Ten times a listing of the rehearsal, in place of the 20 MiB of the settings."""

AN_HOUR_LATER = options(CLOCK_OFFSET_SECONDS=3700)


# --- robots.txt --------------------------------------------------------------------------------------------------------


def robots_500(stage: Stage) -> Run:
    return _robots(stage, lambda: answer_of(500, "text/plain", b""))


def robots_unreachable(stage: Stage) -> Run:
    def hang_up() -> Answer:
        raise HangUp

    return _robots(stage, hang_up)


def robots_forbids(stage: Stage) -> Run:
    return _robots(stage, lambda: answer_of(200, "text/plain", b"User-agent: *\nDisallow: /\n"))


def _robots(stage: Stage, answer: Callable[[], Answer]) -> Run:
    crawl = stage.begin(
        lambda host, target: answer() if (host, target) == (FINANCE, "/robots.txt") else None,
        articles=10,
        titles="plain",
    )
    run = crawl()
    assert crawl.pages_asked() == []
    assert {event["reason"] for event in crawl.events("failed")} <= {"robots-unreachable"}
    return run


# --- pages: each has its own trouble, in one run -------------------------------------------------------------------------


def _answer(body: bytes, status: int = 200) -> Callable[[Story], Answer]:
    return lambda _: answer_of(status, "text/html; charset=utf-8", body)


def _hanging(document: Story) -> Answer:
    """Says nothing for longer than the crawl waits, whatever the machine does meanwhile."""
    time.sleep(2 * TIMEOUT_S)
    return answer_of(200, "text/html", page_of(document))


def _hung_up(_: Story) -> Answer:
    raise HangUp


def _broken_off(document: Story) -> Answer:
    raise HangUp(answer_of(200, "text/html", page_of(document)))


def _cut(document: Story) -> Answer:
    page = page_of(document)
    return Answer(200, "text/html", page[: page.index(END_OF_TEXT.encode())], announced=False)


def _shell(document: Story) -> Answer:
    return answer_of(200, "text/html", shell_of(document))


def _other_document(document: Story) -> Answer:
    """A whole page of another document, as an alias that leads to the start page of a series gives."""
    other = replace(document, docid="nabcdef1234567", url=document.url.replace(document.docid, "nabcdef1234567"))
    return answer_of(200, "text/html", page_of(other))


def _too_large(document: Story) -> Answer:
    return Answer(200, "text/html", page_of(document) + b" " * MAX_BYTES)


def _zip_bomb(document: Story) -> Answer:
    return Answer(200, "text/html", b"", packed=gzip.compress(page_of(document) + b" " * 40 * MAX_BYTES))


def _bad_gzip(_: Story) -> Answer:
    return Answer(200, "text/html", b"", packed=b"this is no gzip" * 9)


def _bad_br(_: Story) -> Answer:
    return Answer(200, "text/html", b"<html>plain</html>", headers=(("Content-Encoding", "br"),))


def _redirected(scheme: str, port: str = "") -> Callable[[Story], Answer]:
    def to_itself(document: Story) -> Answer:
        place = urlsplit(document.url)
        target = place._replace(scheme=scheme, netloc=place.netloc + port).geturl()
        return Answer(302, "text/html", b"", headers=(("Location", target),))

    return to_itself


def _many_headers(_: Story) -> Answer:
    return Answer(200, "text/html", b"", headers=tuple((f"X-{number}", "x" * 70) for number in range(1000)))


NOT_LAID_OUT = "<html><head><title>某页</title></head><body>" + "<p>没有版式的一页。</p>" * 60 + "</body></html>"

TROUBLES: dict[str, tuple[str, Callable[[Story], Answer]]] = {
    "page-410": ("is not archived, http-410", _answer(NOT_FOUND, 410)),
    "page-500": ("is not archived, http-500", _answer(b"<html>sorry</html>", 500)),
    "page-not-found-under-200": ("is not archived, not-found", _answer(NOT_FOUND)),
    "page-cut": ("is not archived, truncated", _cut),
    "page-broken-off": ("is not archived, truncated", _broken_off),
    "page-shell": ("is not archived, empty-body", _shell),
    "page-login": ("is not archived, login", _answer(LOGIN)),
    "page-hangs": ("is not archived, timeout", _hanging),
    "page-hangs-up": ("is not archived, connection", _hung_up),
    "page-too-large": ("is not archived, too-large", _too_large),
    "page-zip-bomb": ("is not archived, too-large", _zip_bomb),
    "page-bad-gzip": ("is not archived, bad-encoding", _bad_gzip),
    "page-bad-br": ("is not archived, bad-encoding", _bad_br),
    "page-many-headers": ("is not archived, too-large", _many_headers),
    "page-redirected-to-http": ("is not archived, insecure-redirect", _redirected("http")),
    "page-redirected-to-a-port": ("is not archived, off-site", _redirected("https", ":8443")),
    "page-no-layout": ("is not archived, no-layout", _answer(NOT_LAID_OUT.encode())),
    "page-other-document": ("is not archived, other-document", _other_document),
}
"""Row → what the log says of the document, and what is answered for it."""


def _troubled_pages(stage: Stage) -> Run:
    """One document for each trouble, and one that is well."""
    crawl = stage.begin(articles=len(TROUBLES) + 1, titles="plain")
    own, well, *ill = crawl.sina.site.answer, *crawl.sina.truth
    answers = {
        document.url.rpartition("/")[2]: (document, answer)
        for document, (_, answer) in zip(ill, TROUBLES.values(), strict=True)
    }

    def answer(host: str, target: str) -> Answer:
        document, troubled = answers.get(target.rpartition("/")[2], (well, None))
        return troubled(document) if troubled else own(host, target)

    crawl.sina.site.answer = answer  # type: ignore[method-assign]
    run = crawl(*options(DOWNLOAD_TIMEOUT=TIMEOUT_S, DOWNLOAD_MAXSIZE=MAX_BYTES, RETRY_TIMES=1))
    reasons = {event["docid"]: event["reason"] for event in crawl.events("failed")}
    told = [f"{document.docid} is not archived, {reasons.get(document.docid)}" for document in ill]
    assert [line for line in told if line not in run.stderr] == []
    assert len(crawl.articles()) == 1
    return run


def _page_fault(name: str, says: str) -> Fault:
    return Fault(name, 3, says, lambda stage: stage.shared("pages", lambda: _troubled_pages(stage)), "pages")


def page_404_twice(stage: Stage) -> Run:
    """The first 404 is a failure; after a second one an hour later the document is gone, and nothing is missing."""
    crawl = stage.begin(articles=4, titles="plain")
    own, gone = crawl.sina.site.answer, crawl.sina.truth[0].url.rpartition("/")[2]
    crawl.sina.site.answer = lambda host, target: (  # type: ignore[method-assign]
        answer_of(404, "text/html", NOT_FOUND) if target.endswith(gone) else own(host, target)
    )
    assert (crawl().exit_code, crawl().exit_code, crawl.events("gone")) == (3, 3, [])
    run = crawl(*AN_HOUR_LATER)
    assert [event["status"] for event in crawl.events("gone")] == [404]
    return run


def page_better_later(stage: Stage) -> Run:
    """What failed is asked for again when its time has come, and the archive is whole."""
    ill = {"is": True}
    crawl = stage.begin(
        lambda _, target: answer_of(500, "text/html", b"") if ill["is"] and ".shtml" in target else None, articles=4
    )
    run = crawl(*options(RETRY_TIMES=0))
    ill["is"] = False
    completes(crawl, *AN_HOUR_LATER)
    return run


FAULTS = [
    *faults_of(
        {
            robots_500: (3, "robots.txt of finance.sina.com.cn is unreachable: it answers with HTTP status 500"),
            robots_unreachable: (3, "robots.txt of finance.sina.com.cn is unreachable: connection"),
            robots_forbids: (0, ""),
            page_404_twice: (0, "gone 1"),
            page_better_later: (3, "is not archived, http-500"),
        }
    ),
    *(_page_fault(name, says) for name, (says, _) in TROUBLES.items()),
]
