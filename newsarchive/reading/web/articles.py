"""Pages of one article: its text, its history, what changed, and the file as it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from newsarchive.archive.format.journal import moment
from newsarchive.archive.format.states import DOCID_PATTERN, History, State
from newsarchive.errors import ArchiveDamaged
from newsarchive.reading import history as histories
from newsarchive.reading.bilingual import Bilingual
from newsarchive.reading.difference import Difference, difference
from newsarchive.reading.entries import Entry
from newsarchive.reading.history import first_sight
from newsarchive.reading.kept_article import KeptArticle
from newsarchive.reading.library import Library
from newsarchive.reading.stored_answers import stored_answers
from newsarchive.reading.web import media, wording
from newsarchive.reading.web.body import MOST_CHARACTERS, ShownPictures, shown
from newsarchive.reading.web.site import Refusal, Site, site_of

router = APIRouter(include_in_schema=False, prefix="/article")

NO_STATE = Bilingual("the archive has no such state of this article", "这篇文章没有这一版")
NO_STATES = Bilingual("this article has no states that can be shown", "这篇文章没有可以查看的版本")
NO_TITLE = "（标题已移除）"
NO_ARTICLE = Bilingual("the archive has no such article", "档案里没有这篇文章")
Docid = Annotated[str, Path(pattern=f"^{DOCID_PATTERN}$")]
Number = Annotated[int | None, Query(ge=1, le=100_000)]


@router.get("/{docid}")
def article(request: Request, docid: Docid, state: Number = None) -> Response:
    """The text, in a column to be read."""
    site = site_of(request)
    kept = _kept(site, docid, state)
    before, after = site.library.neighbours(kept.entry)
    wanted = site.choices(request).pictures == "on"
    local = media.addresses(site.library.pictures(kept.entry)) if wanted else {}
    body = shown(kept.body, ShownPictures(site.around.picture_hosts, wanted=wanted, local=local))
    characters = sum(map(len, kept.told.paragraphs))
    return _page(
        request,
        site,
        kept.entry,
        "article.html",
        tab="text",
        kept=kept,
        body=body,
        characters=characters,
        minutes=wording.reading_minutes(characters),
        before=before,
        after=after,
    )


@router.get("/{docid}/history")
def history(request: Request, docid: Docid) -> Response:
    """Its states, each with its moment, kind and digest, and when it was withdrawn."""
    site = site_of(request)
    entry, told = _entry(site, docid), _history(site, docid)
    return _page(
        request,
        site,
        entry,
        "history.html",
        tab="history",
        steps=steps(site.library, told),
        seen_at=first_sight(told),
    )


@router.get("/{docid}/difference")
def changes(request: Request, docid: Docid, of: Number = None, to: Number = None) -> Response:
    """What changed between two states; the newest two unless told."""
    site = site_of(request)
    entry, told = _entry(site, docid), _history(site, docid)
    states = told.states
    newer = _numbered(states, to) if to else states[-1]
    older = _numbered(states, of) if of else states[max(0, newer.number - 2)]
    changed, fault = _difference(site.library, older, newer)
    return _page(
        request,
        site,
        entry,
        "difference.html",
        tab="difference",
        states=states,
        older=older,
        newer=newer,
        changed=changed,
        fault=fault,
    )


@router.get("/{docid}/file")
def file(request: Request, docid: Docid, state: Number = None) -> Response:
    """The file, to the letter."""
    site = site_of(request)
    kept = _kept(site, docid, state)
    text = kept.data[:MOST_CHARACTERS].decode("utf-8", "replace")
    return _page(
        request,
        site,
        kept.entry,
        "file.html",
        tab="file",
        kept=kept,
        text=text,
        is_cut=len(kept.data) > MOST_CHARACTERS,
    )


@router.get("/{docid}/raw")
def raw(request: Request, docid: Docid) -> Response:
    """What the servers sent for it, newest first."""
    site = site_of(request)
    entry = _entry(site, docid)
    answers = [] if entry.is_redacted else stored_answers(site.library.root, entry.day, docid)
    return _page(request, site, entry, "raw.html", tab="raw", answers=answers)


# --- what they share ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the history: a state, or a withdrawal."""

    at: object
    state: State | None
    kind: str
    """``kept`` for the first state."""


def steps(library: Library, told: History) -> list[Step]:
    """States and withdrawals, oldest first."""
    found = [Step(state.known_at, state, "kept") for state in told.states[:1]]
    for before, after in zip(told.states, told.states[1:], strict=False):
        found.append(Step(after.known_at, after, histories.kind_between(library.root, before, after)))
    found += [Step(moment(line.get("at")), None, histories.GONE) for line in told.withdrawals]
    return sorted(found, key=lambda step: str(step.at))


def _page(request: Request, site: Site, entry: Entry, template: str, **told: object) -> Response:
    return site.page(request, template, {"title": entry.title or NO_TITLE, "entry": entry, **told})


def _kept(site: Site, docid: str, state: int | None) -> KeptArticle:
    if kept := site.library.article(docid, state=state):
        return kept
    entry = _entry(site, docid)
    if entry.is_redacted:
        return site.library.open(entry)
    raise Refusal(404, NO_STATE)


def _entry(site: Site, docid: str) -> Entry:
    if entry := site.library.entry(docid):
        return entry
    raise Refusal(404, NO_ARTICLE)


def _history(site: Site, docid: str) -> History:
    if (told := site.library.history(docid)) and told.states:
        return told
    raise Refusal(404, NO_STATES)


def _numbered(states: list[State], number: int) -> State:
    if number > len(states):
        raise Refusal(404, NO_STATE)
    return states[number - 1]


def _difference(library: Library, older: State, newer: State) -> tuple[Difference | None, str]:
    try:
        return difference(library.text(older).told, library.text(newer).told), ""
    except ArchiveDamaged as error:
        return None, str(error)
