"""What is the reader's own: how pages look, what he marked, what came while he read; and the files that pages are made of."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from newsarchive.reading.bilingual import Bilingual
from newsarchive.reading.entries import Entry
from newsarchive.reading.web import choices as choosing
from newsarchive.reading.web import lists, marks
from newsarchive.reading.web.days import Page
from newsarchive.reading.web.site import Refusal, Site, answer, site_of
from newsarchive.reading.web.twins import twin

router = APIRouter(include_in_schema=False)

STATIC_KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
A_YEAR_S = 365 * 24 * 3600
STARRED_A_PAGE = 100
MOST_FIELDS = 20
"""Of a form; ours have three."""
NO_MARKS = Bilingual("this reader has no marks", "这个阅读器没有开启标记")
WRONG_MARK = Bilingual(
    f"verb: expected one of {', '.join(marks.VERBS)}; docid: that of an article",
    f"verb 应是 {'、'.join(marks.VERBS)} 之一，docid 应是一篇文章的",
)
TOO_MANY_FIELDS = Bilingual(f"the form has more than {MOST_FIELDS} fields", f"表单超过了 {MOST_FIELDS} 个字段")
MOST_LIVE = 60
"""Articles that drop into an open page at once; with more, the page is to be loaded anew."""


@router.get("/static/{name}")
def static(request: Request, name: str) -> Response:
    """Script, style and sign; pages ask for them with a version, so that they may be kept."""
    data = site_of(request).static.get(name)
    if data is None:
        raise HTTPException(404)
    found = answer(request, data, STATIC_KINDS[name.rpartition(".")[2]])
    if request.url.query:
        found.headers["Cache-Control"] = f"private, max-age={A_YEAR_S}, immutable"
    return found


@router.get("/live")
def live(request: Request, after: int, day: str = "") -> Response:
    """What came since a number, oldest first: the row of each article that is new; JSON for the script of today's page."""
    site = site_of(request)
    told = site.follower.since(after)
    fresh = {one.entry.docid: one for one in told.news if one.event != "gone"}
    standing = site.standing()
    rows = [
        {"docid": docid, "html": site.rows.of([one.entry], standing, is_new=True)}
        for docid, one in fresh.items()
        if one.entry.day.isoformat() == day
    ]
    is_lost = told.is_lost or len(rows) > MOST_LIVE
    found = {"last": told.last, "lost": is_lost, "rows": [] if is_lost else rows, "elsewhere": len(fresh) - len(rows)}
    return answer(request, lists.json_of(found), lists.KINDS[lists.JSON])


@router.get("/choices")
def choices(request: Request, back: str = "/") -> Response:
    """How pages look, for a browser without scripts; and the keys."""
    return site_of(request).page(request, "choices.html", {"title": "显示与按键", "back": _inside(back)})


@router.post("/choices")
async def choose(request: Request) -> Response:
    """Keep what was chosen in a cookie, and go back to where it was chosen."""
    form = await _form(request)
    chosen = choosing.of_form(form, site_of(request).choices(request))
    found = RedirectResponse(_inside(form.get("back", "/")), 303)
    found.set_cookie(
        choosing.COOKIE, chosen.cookie, max_age=choosing.COOKIE_SECONDS, path="/", httponly=True, samesite="strict"
    )
    return found


@router.get("/starred.{form}")
def starred_twin(request: Request, form: str, page: Page = 1) -> Response:
    """The reading list as JSON or CSV."""
    return twin(request, form, _starred(site_of(request), page), "starred")


def _starred(site: Site, page: int) -> list[Entry]:
    shown = site.standing().starred[(page - 1) * STARRED_A_PAGE : page * STARRED_A_PAGE]
    return [entry for docid in shown if (entry := site.library.entry(docid)) and not entry.is_redacted]


@router.get("/starred")
def starred(request: Request, page: Page = 1) -> Response:
    """The reading list, what was starred last first."""
    site = site_of(request)
    docids, entries = site.standing().starred, _starred(site, page)
    return site.page(
        request,
        "starred.html",
        {
            "title": "收藏",
            "entries": entries,
            "total": len(docids),
            "page": page,
            "pages": -(-len(docids) // STARRED_A_PAGE),
        },
    )


@router.post("/marks")
async def mark(request: Request) -> Response:
    """Write one mark: fields ``docid`` and ``verb`` (read, unread, starred, unstarred)."""
    site = site_of(request)
    if not site.around.has_marks:
        raise Refusal(403, NO_MARKS)
    form = await _form(request)
    try:
        await run_in_threadpool(site.marks.add, site.around.now(), form.get("verb", ""), form.get("docid", ""))
    except ValueError:
        raise Refusal(422, WRONG_MARK) from None
    return RedirectResponse(_inside(form.get("back", "/")), 303)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, the last of each name; the guard has bounded it.  Raises ``HTTPException`` for too many."""
    try:
        told = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Refusal(422, TOO_MANY_FIELDS) from None
    return {name: values[-1] for name, values in told.items()}


def _inside(address: str) -> str:
    """The address if it is a path of ours: a form must not send the reader elsewhere."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_ours else "/"
