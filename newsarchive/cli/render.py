"""``newsarchive render``: what a saved page would become; for whoever writes a layout. No network, no archive, no Scrapy."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from html import unescape
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

import typer

from newsarchive.archive.format import rsshub
from newsarchive.archive.format.article import file_of
from newsarchive.archive.format.names import file_stem, with_docid
from newsarchive.errors import PageError, UsageError
from newsarchive.items import BEIJING, Article, Offer
from newsarchive.pages.charset import decode
from newsarchive.pages.cheerio import description
from newsarchive.pages.text import printable
from newsarchive.sina.listing import channels, urls
from newsarchive.sina.page import boilerplate, impostors, page_reader

NO_ARTICLE = 3
"""Exit code where a page becomes no file: the work is done, and something is missing (design §4)."""
_TOLD = (
    "url", "layout", "title", "published_at", "modified_at", "image", "media", "media_url", "author", "editor", "keywords",
    "symbols", "markets", "channel_ids", "videos", "page_id", "asides", "next_pages",
)  # fmt: skip
"""Fields of an ``Article`` that the page gave, whether or not they stand in the file."""
_HEAD_CHARS = 40_000  # the address of a page stands in its first 10,000 characters
_ADDRESS_TAG_RE = re.compile(r"<(?:meta|link)\b[^<>]{0,2000}>", re.I)
_ADDRESS_KINDS = ("og:url", "canonical", "mobile-agent")
"""Where a page names its own address, the best first: pages of k.sina.com.cn of 2018 have the last alone."""
_ADDRESS_RE = re.compile(r"""\b(?:content|href)\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^"'\s>]+))""", re.I)
_ESCAPED_SCHEME_RE = re.compile(r"(?:https?)?(?:%(?:25){0,3}3A|:)?(?:%(?:25){0,3}2F){2}", re.I)
_MOST_ESCAPES = 3  # of an address within each other; the pages of t.cj.sina.com.cn of 2018 have one


class ProfileName(StrEnum):
    """The dialects of design §3."""

    CLEAN = "clean"
    RSSHUB = "rsshub"


@dataclass(frozen=True, slots=True)
class RenderJob:
    """One saved page with what a listing would have said of it."""

    html: str
    url: str
    """An address as ``urls.canonical`` takes it, not canonical yet: the original joined links to it as it stood."""
    title: str | None = None
    """None for an address given by hand, whose title is that of the page."""
    intime: float | str | None = None
    """Seconds since 1970; the date of a file of profile ``rsshub``, and nothing of one of ``clean``."""


@dataclass(frozen=True, slots=True)
class RenderResult:
    """The file that a page becomes, or why it becomes none; ``article`` is None in profile ``rsshub``."""

    name: str | None = None
    """Without folder, with ``.md``."""
    content: str | None = None
    article: Article | None = None
    reason: str | None = None
    """In the word of the journal."""
    message: str = ""


def render(
    page: Annotated[Path | None, typer.Argument(metavar="PAGE.html", help="The page as it was saved.")] = None,
    *,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Its address; else the one that the page names.")
    ] = None,
    title: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help="Its title in the listing; without one it is named as an address given by hand."
        ),
    ] = None,
    intime: Annotated[
        int | None, typer.Option(metavar="N", help="When the listing got it, in seconds since 1970; for rsshub.")
    ] = None,
    profile: Annotated[ProfileName, typer.Option(help="The dialect of the file.")] = ProfileName.CLEAN,
    jobs: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help='Many pages instead: a JSON list of {"title", "url", "intime", "html"}.'),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object: name, content, reason, and what was read.")
    ] = False,
) -> None:
    """Show what a saved page would become, name and bytes exactly as the crawl would write them.

    The file goes to standard output, its name to standard error. It is that of an article without a known channel, the first
    of its name. With --jobs: one line {"name", "content"} for each page in order, both null where nothing would be written.

    Example: newsarchive render page.html --url https://finance.sina.com.cn/roll/2026-11-23/doc-inabcde1234567.shtml

    Exit code: 0, 2 for wrong usage, 3 if the page becomes no file (one line says the reason); with --jobs, 0 all the same.
    """
    if jobs is not None:
        if page or url or title or intime:
            raise UsageError("--jobs takes no page beside it: its entries say title, url, intime and html themselves")
        _tell_all(_jobs_of(jobs), profile)
        return
    if page is None:
        raise UsageError("nothing to render: give a saved page, or many with --jobs FILE")
    outcome = _outcome_of_page(page, url, title, intime, profile)
    _tell(outcome, as_json)
    if outcome.name is None:
        raise typer.Exit(NO_ARTICLE)


def outcome_of(job: RenderJob, profile: ProfileName) -> RenderResult:
    """What the crawl would do with this page."""
    try:
        return _clean_file(job) if profile is ProfileName.CLEAN else _rsshub_file(job)
    except PageError as error:
        return RenderResult(reason=error.reason, message=str(error))


def _clean_file(job: RenderJob) -> RenderResult:
    article = page_reader.cleaned(_article(job))
    data = file_of(article, channel=channels.category(()), known_poster=boilerplate.is_poster)
    return RenderResult(_clean_name(job.title, article), data.decode(), article)


def _clean_name(title: str | None, article: Article) -> str:
    """As ``Catalogue.free_stem`` would choose in an empty archive."""
    plain = file_stem(title or "")
    return f"{plain or with_docid(file_stem(article.title) if title is None else '', article.offer.docid)}.md"


def _rsshub_file(job: RenderJob) -> RenderResult:
    """The original looked for no layout: a page without its kind of body gave a file that holds the title."""
    docid = urls.docid_of(job.url)
    impostors.check_page(200, job.html, docid)
    title = _article(job).title if job.title is None else job.title
    made = rsshub.render(title, description(job.html, job.url), job.intime, rsshub.placeholder_of(docid))
    if made is None:
        return RenderResult(
            reason="lost", message="the original program would have written nothing: a title or text it choked on"
        )
    return RenderResult(made.name, made.content)


def _article(job: RenderJob) -> Article:
    url = urls.canonical(job.url)
    day = urls.date_of(url) or datetime.now(BEIJING).date()
    return page_reader.article_in(
        job.html, Offer(docid=urls.docid_of(url), url=url, day=day, title=job.title or ""), url
    )


# --- what was asked ----------------------------------------------------------------------------------------------------


def _outcome_of_page(
    page: Path, url: str | None, title: str | None, intime: int | None, profile: ProfileName
) -> RenderResult:
    try:
        html = decode(_bytes_of(page), None)
    except PageError as error:
        return RenderResult(reason=error.reason, message=str(error))
    return outcome_of(
        RenderJob(html, _address(url, html, "--url" if url else str(page), "give it with --url"), title, intime),
        profile,
    )


def _jobs_of(file: Path) -> list[RenderJob]:
    """All of them are looked at before the first is answered."""
    try:
        listed = json.loads(_bytes_of(file))
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{file} is no JSON ({error}); expected a list of objects with title, url, intime, html"
        ) from None
    if not isinstance(listed, list):
        raise UsageError(f"{file} holds no JSON list; expected one of objects with title, url, intime, html")
    return [_job_of(entry, f"job {number} of {file}") for number, entry in enumerate(listed, 1)]


def _job_of(entry: object, place: str) -> RenderJob:
    given: dict[str, Any] = entry if isinstance(entry, dict) else {}
    html, url, title, intime = (given.get(key) for key in ("html", "url", "title", "intime"))
    if not (isinstance(html, str) and isinstance(url, str | None) and isinstance(title, str | None)):
        raise UsageError(f"{place}: expected an object with html, url and title as text")
    if not isinstance(intime, int | float | str | None):
        raise UsageError(f"{place}: intime is {type(intime).__name__}, expected seconds since 1970")
    return RenderJob(html, _address(url, html, place, "give it as url"), title, intime)


def _address(given: str | None, html: str, place: str, to_give: str) -> str:
    """The address given, else the one that the page names; raises ``UsageError``: where a bad one stands, and how to give one."""
    if given:
        _check_address(given, place)
        return given
    named = _named_in(html)
    if not named:
        raise UsageError(f"{place}: the page names no address of its own; {to_give}")
    readable = (address for _, address in named if _is_address(address))
    if address := next(readable, None):
        return address
    kind, address = named[0]
    raise UsageError(f"{place}: the {kind} of the page is no address of a page ({address[:200]!r}); {to_give}")


def _check_address(address: str, place: str) -> None:
    try:
        urls.canonical(address)
    except ValueError as error:
        raise UsageError(f"{place}: {error}") from None


def _is_address(address: str) -> bool:
    try:
        urls.canonical(address)
    except ValueError:
        return False
    return True


def _named_in(html: str) -> list[tuple[str, str]]:
    """What the page says of its own address, the best first: ``og:url``, ``canonical`` or ``mobile-agent``, and the address."""
    tags = _ADDRESS_TAG_RE.findall(html[:_HEAD_CHARS])
    named = ((kind, _ADDRESS_RE.search(tag)) for kind in _ADDRESS_KINDS for tag in tags if kind in tag)
    return [(kind, _unescaped(found[1] or found[2] or found[3] or "")) for kind, found in named if found]


def _unescaped(value: str) -> str:
    """An address without references and percent escapes around it; ``mobile-agent`` has it behind ``url=``."""
    address = unescape(value).strip()
    if address.startswith("format="):
        address = address.partition("url=")[2]
    for _ in range(_MOST_ESCAPES):
        if "://" in address or not _ESCAPED_SCHEME_RE.match(address):
            break
        address = unquote(address)
    return address


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from error


# --- what is said ------------------------------------------------------------------------------------------------------


def _tell_all(jobs: list[RenderJob], profile: ProfileName) -> None:
    for job in jobs:
        outcome = outcome_of(job, profile)
        _write(_json_line({"name": outcome.name, "content": outcome.content}))


def _tell(outcome: RenderResult, as_json: bool) -> None:
    if as_json:
        _write(
            _json_line(
                {"name": outcome.name, "content": outcome.content, "reason": outcome.reason, **_read(outcome.article)}
            )
        )
    elif outcome.content is not None:
        _write(printable(outcome.content) if sys.stdout.isatty() else outcome.content)
    said = outcome.name or f"no article, {outcome.reason}: {outcome.message}"
    typer.echo(printable(said), err=True)


def _read(article: Article | None) -> dict[str, Any]:
    if article is None:
        return {}
    return {"docid": article.offer.docid} | {name: _plain(getattr(article, name)) for name in _TOLD}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _json_line(record: dict[str, Any]) -> str:
    """ASCII alone, so that no reader takes a U+2028 or U+0085 of the text for the end of the line."""
    return json.dumps(record) + "\n"


def _write(text: str) -> None:
    """To standard output as UTF-8 with LF, whatever the machine would make of it; lone surrogates cannot be written."""
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.flush()
