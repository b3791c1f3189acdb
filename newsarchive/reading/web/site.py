"""What all pages share: the archive, what the caller knows of the world around it, and how a page is made of a template."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import Any

from fastapi import HTTPException, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from newsarchive.items import BEIJING
from newsarchive.reading.bilingual import Bilingual
from newsarchive.reading.difference import shortened
from newsarchive.reading.library import Library
from newsarchive.reading.web import choices, drawing, wording
from newsarchive.reading.web.body import web_address
from newsarchive.reading.web.choices import Choices
from newsarchive.reading.web.coverage_lines import CoverageLines
from newsarchive.reading.web.held_pages import HeldPages
from newsarchive.reading.web.live import Follower
from newsarchive.reading.web.marks import NOTHING, Marks, Standing
from newsarchive.reading.web.rows import RowCache
from newsarchive.reading.web.searching import Searching

MOST_ROWS = 4_000
"""Articles on one page: a day has 2,000 to 3,000."""
DIGEST_BYTES = 12
HTML = "text/html; charset=utf-8"


class Refusal(HTTPException):
    """What is not there or not to be had, said why: pages take the Chinese, programs the English."""

    def __init__(self, status: int, said: Bilingual) -> None:
        super().__init__(status, said.english)
        self.said = said


@dataclass(frozen=True, slots=True)
class Health:
    """Whether all is well with the archive, as whoever runs the crawl sees it."""

    lines: Sequence[tuple[str, str]] = ()
    """(what, state), for people."""
    problems: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What reading itself may not know: it is told by the command."""

    now: Callable[[], datetime]
    """Aware."""
    picture_hosts: Sequence[str] = ()
    """Domains from which pictures may be shown, with all below them."""
    health: Callable[[], Health] = Health
    """May raise what the archive raises; asked for when its page is."""
    query_names: Mapping[str, str] = field(default_factory=dict)
    """Lid → what a query may call the channel."""
    has_marks: bool = True
    """Whether the reader may mark articles; nothing else is ever written."""


@dataclass(slots=True)
class Site:
    """One reader of one archive."""

    library: Library
    around: Surroundings
    marks: Marks = field(init=False)
    follower: Follower = field(init=False)
    coverage: CoverageLines = field(init=False)
    static: dict[str, bytes] = field(init=False)
    templates: Environment = field(init=False)
    rows: RowCache = field(init=False)
    held: HeldPages = field(init=False, default_factory=HeldPages)
    searching: Searching = field(init=False)

    def __post_init__(self) -> None:
        self.marks = Marks(self.library.root)
        self.follower = Follower(self.library)
        self.coverage = CoverageLines(self.library)
        self.searching = Searching(self.library)
        folder = files("newsarchive.reading.web") / "static"
        self.static = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}
        self.templates = self._environment()
        made: Any = self.templates.get_template("row.html").module
        self.rows = RowCache(made.row, made.fold)
        self.templates.globals["rows"] = self.rows

    def standing(self) -> Standing:
        """What the reader marked; nothing where marks are off."""
        return self.marks.standing() if self.around.has_marks else NOTHING

    def choices(self, request: Request) -> Choices:
        """How this browser wants its pages."""
        return choices.of_cookie(request.cookies.get(choices.COOKIE, ""))

    def page(self, request: Request, template: str, told: Mapping[str, object], status: int = 200) -> Response:
        """The template with what is told, as an answer with an ETag; 304 where the browser has it already."""
        return answer(request, self.rendered(request, template, told), HTML, status=status)

    def held_page(self, request: Request, template: str, told: Callable[[], Mapping[str, object]]) -> Response:
        """A page that rests on the journals alone; ``told`` is asked once for all who want it, until one is written."""
        return answer(request, self.held_until_written(request, lambda: self.rendered(request, template, told())), HTML)

    def held_until_written(self, request: Request, make: Callable[[], bytes], beside: Hashable = None) -> bytes:
        """What ``make`` made for this address and this reader, as long as no journal is written; ``beside``: on what else it rests."""
        day = self.around.now().astimezone(BEIJING).date()
        key = str(request.url), self.choices(request).cookie, self.standing().number, self.follower.token(), day, beside
        return self.held.of(key, make)

    def rendered(self, request: Request, template: str, told: Mapping[str, object]) -> bytes:
        """The template with what is told, and with what all pages have."""
        given = {
            "choices": self.choices(request),
            "standing": self.standing(),
            "path": request.url.path,
            "address": address_of(request),
            **told,
        }
        return self.templates.get_template(template).render(given).encode(errors="replace")

    def _environment(self) -> Environment:
        made = Environment(
            loader=PackageLoader("newsarchive.reading.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        words = ("day_text", "clock", "moment_text", "kind_text", "health_text", "symbol_text")
        made.filters |= {name: getattr(wording, name) for name in words}
        made.filters |= {"channel": self.library.channel_name, "web_address": web_address, "shortened": shortened}
        made.globals |= {
            "options": choices.OPTIONS,
            "has_marks": self.around.has_marks,
            "drawing": drawing,
            "version": _digest(b"".join(self.static.values())),
        }
        return made


def site_of(request: Request) -> Site:
    """The site that this request is for."""
    found: Site = request.app.state.site
    return found


def address_of(request: Request) -> str:
    """Path and query."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def answer(
    request: Request, data: bytes, kind: str, *, status: int = 200, name: str = "", lasts_s: int = 0
) -> Response:
    """``data`` with its digest as ETag; 304 without it where the client has it; ``name``: to be saved as a file.

    A client asks again each time, or not before ``lasts_s``.
    """
    lasts = f"max-age={lasts_s}" if lasts_s else "no-cache"
    headers = {"ETag": f'"{_digest(data)}"', "Cache-Control": f"private, {lasts}", "Vary": "Cookie"}
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if status == 200 and headers["ETag"] in _known(request):
        return Response(status_code=304, headers=headers)
    return Response(data, status_code=status, media_type=kind, headers=headers)


def _known(request: Request) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()
