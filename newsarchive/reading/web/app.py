"""The reader as one ASGI application: routes, what is said when something is wrong, and the guard around it."""

from __future__ import annotations

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from newsarchive import __version__
from newsarchive.errors import ArchiveDamaged, NewsArchiveError, SearchUnusable, UsageError
from newsarchive.reading.bilingual import NOTHING, Bilingual
from newsarchive.reading.library import Library
from newsarchive.reading.web import api, articles, days, feeds, media, own, records, search, subjects, watched
from newsarchive.reading.web.guard import Guard, GuardRules
from newsarchive.reading.web.site import Refusal, Site, Surroundings, site_of

API = "/api"
SAID = {400: "这个查询读不懂", 404: "没有这一页", 422: "地址里有写错的地方", 403: "不允许", 405: "不允许"}
NOT_NOW = "档案现在读不出来"
OF_ERRORS = {SearchUnusable: "搜索现在用不了", UsageError: "设置里有写错的地方"}


def app_of(library: Library, around: Surroundings, rules: GuardRules) -> ASGIApp:
    """The reader of this archive."""
    app = FastAPI(
        title="newsarchive",
        summary="An archive of news, read-only.",
        version=__version__,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,  # its pages load scripts from other hosts
        redoc_url=None,
    )
    app.state.site = Site(library, around)
    days.warm(app.state.site)
    pages = (api, own, media, articles, days, records, search, watched, feeds, subjects)  # the last two take any name
    for page in pages:
        app.include_router(page.router, dependencies=[Depends(_is_there)])
    app.add_exception_handler(HTTPException, _not_there)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(NewsArchiveError, _not_readable)
    return Guard(app, rules)


def _is_there(request: Request) -> None:
    """An archive whose disk was taken away must not look like one without articles; the style of pages lies elsewhere."""
    root = site_of(request).library.root
    if not (root.is_dir() or request.url.path.startswith("/static/")):
        raise ArchiveDamaged(
            f"{root} is not there any more: see whether its disk is mounted", f"{root} 不见了：请看磁盘是否还挂载着"
        )


def _not_there(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.url.path.startswith(f"{API}/"):
        return JSONResponse({"detail": str(error.detail)}, error.status_code)
    said = error.said if isinstance(error, Refusal) else NOTHING  # the title says what there is to say
    return _said(request, error.status_code, said)


def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    places = [found["loc"] for found in error.errors()]
    is_address = any(place[0] == "path" for place in places)
    names = ", ".join(str(place[-1]) for place in places)
    return _said(request, 404 if is_address else 422, Bilingual(names))


def _not_readable(request: Request, error: Exception) -> Response:
    assert isinstance(error, NewsArchiveError)
    return _said(request, 503, Bilingual(str(error), error.chinese), OF_ERRORS.get(type(error), NOT_NOW))


def _said(request: Request, status: int, said: Bilingual, otherwise: str = NOT_NOW) -> Response:
    if request.url.path.startswith(f"{API}/"):
        return JSONResponse({"detail": said.english}, status)
    told = {"code": status, "title": SAID.get(status, otherwise), "said": said}
    return site_of(request).page(request, "error.html", told, status=status)
