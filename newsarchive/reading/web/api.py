"""The archive for programs: JSON below ``/api``, described by ``/api/openapi.json``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict

from newsarchive.archive.format import states as format_states
from newsarchive.archive.format.states import DOCID_PATTERN
from newsarchive.items import BEIJING
from newsarchive.reading.entries import Entry
from newsarchive.reading.search.searching import Hit
from newsarchive.reading.web.days import Wanted, newest
from newsarchive.reading.web.search import Asking, answered, query_of
from newsarchive.reading.web.site import site_of
from newsarchive.reading.web.subjects import window

router = APIRouter(prefix="/api", tags=["archive"])

MOST_DAYS = 366
Docid = Annotated[str, Path(pattern=f"^{DOCID_PATTERN}$")]


class Listed(BaseModel):
    """An article as lists have it; moments in +08:00."""

    model_config = ConfigDict(from_attributes=True)

    docid: str
    day: date
    title: str
    url: str
    file: str
    media: str
    author: str
    editor: str
    lids: tuple[str, ...]
    keywords: tuple[str, ...]
    symbols: tuple[str, ...]
    published_at: datetime | None
    modified_at: datetime | None
    listed_at: datetime | None
    seen_at: datetime | None
    fetched_at: datetime | None
    state: int
    states: int
    own_states: int
    """Of these, those that the source itself gave."""
    reextracted_at: datetime | None
    """When this state was read again, by other rules, from the page that was fetched at ``fetched_at``; null for others."""
    sha256: str
    withdrawn_at: datetime | None
    redacted_at: datetime | None


class Read(BaseModel):
    """One state of an article with its text."""

    article: Listed
    text: str
    """A paragraph a line."""
    html: str
    """As it is stored: as untrusted as the page it came from."""
    whole: bool
    """Whether the file is there, byte for byte as the journal says."""
    fault: str


class Articles(BaseModel):
    """Newest first; whole days."""

    articles: list[Listed]
    earlier: date | None
    """Ask with it as ``until`` for what comes before; null where nothing does."""


class Counted(BaseModel):
    """How much there is of a day."""

    model_config = ConfigDict(from_attributes=True)

    day: date
    kept: int
    revised: int
    withdrawn: int


class ArticleState(BaseModel):
    """One state of a document."""

    number: int
    file: str
    sha256: str
    known_at: datetime | None
    reextracted_at: datetime | None


class SearchHit(BaseModel):
    """An article that was found, and where its words stand."""

    article: Listed
    newest_state: bool
    """False where a later state has replaced the text that was found."""
    snippet: str
    marks: list[tuple[int, int]]
    """Begin and end of each word that was found in ``snippet``, in characters."""


class SearchFacet(BaseModel):
    """One channel or media that some of the first 200 hits have."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    value: str
    count: int


class SearchMonth(BaseModel):
    """One month of publication that some of the first 1,000 hits have."""

    month: str
    count: int


class SearchResult(BaseModel):
    """Fifty hits at most."""

    total: int
    exact: bool
    """Whether ``total`` was counted; else it is an estimate."""
    pages: int
    hits: list[SearchHit]
    channels: list[SearchFacet]
    media: list[SearchFacet]
    months: list[SearchMonth]
    hint: str
    behind: list[date]
    """Days that are not wholly in the index."""


@router.get("/days")
def days(request: Request, since: date, until: date) -> list[Counted]:
    """How many articles each day of a range has, a year at most."""
    if not 0 <= (until - since).days < MOST_DAYS:
        raise HTTPException(422, f"since, until: expected a range of at most {MOST_DAYS} days")
    return [Counted.model_validate(count) for count in site_of(request).library.counts(since, until)]


@router.get("/articles")
def articles(request: Request, wanted: Wanted, until: date | None = None) -> Articles:
    """The newest articles up to a day, of a channel, media or symbol if one is named."""
    site = site_of(request)
    here = site.around.now().astimezone(BEIJING).date()
    last = max(until or newest(site.library, here) or here, date(2, 1, 1))
    found = window(site.library, wanted, last)
    return Articles(articles=list(map(_listed, found.entries)), earlier=found.earlier)


@router.get("/articles/{docid}")
def article(
    request: Request,
    docid: Docid,
    state: Annotated[int | None, Query(ge=1)] = None,
    at: AwareDatetime | None = None,
) -> Read:
    """One article: its newest state, that of a number, or that which the archive had at a moment."""
    kept = site_of(request).library.article(docid, state=state, at=at)
    if kept is None:
        raise HTTPException(404, "the archive has no such state of such an article")
    return Read(article=_listed(kept.entry), text=kept.text, html=kept.body, whole=kept.is_whole, fault=kept.fault)


@router.get("/articles/{docid}/states")
def states(request: Request, docid: Docid) -> list[ArticleState]:
    """Its states, oldest first; none of one that was redacted."""
    told = site_of(request).library.history(docid)
    if told is None:
        raise HTTPException(404, "the archive does not have it")
    return list(map(_state, told.states))


@router.get("/search")
def search(request: Request, ask: Asking) -> SearchResult:
    """A page of what a search finds, in the language of ``newsarchive search``; 400 for a query that cannot be understood."""
    site = site_of(request)
    found = answered(site, ask, query_of(site, ask))
    return SearchResult(
        total=found.total,
        exact=found.exact,
        pages=found.pages,
        hits=list(map(_hit, found.hits)),
        channels=list(map(SearchFacet.model_validate, found.facets.channels)),
        media=list(map(SearchFacet.model_validate, found.facets.media)),
        months=[SearchMonth(month=f"{one.first:%Y-%m}", count=one.count) for one in found.months],
        hint=found.hint.english,
        behind=list(site.searching.behind()),
    )


def _hit(hit: Hit) -> SearchHit:
    found = hit.snippet
    return SearchHit(
        article=_listed(hit.entry), newest_state=hit.is_newest, snippet=found.text, marks=list(found.marks)
    )


def _state(one: format_states.State) -> ArticleState:
    return ArticleState(
        number=one.number,
        file=one.file,
        sha256=one.sha256,
        known_at=one.known_at,
        reextracted_at=one.reextracted_at,
    )


def _listed(entry: Entry) -> Listed:
    return Listed.model_validate(entry)
