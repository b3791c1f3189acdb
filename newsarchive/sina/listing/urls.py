"""Discover: what an address says. One canonical form, one identity, one date for each document.

Pure functions of an address. The shapes are those met in listings since 2005::

    finance.sina.com.cn/<sections>/2026-09-29/doc-i<docid>.shtml      since late 2015; also detail-i, zl-i
    finance.sina.com.cn/<sections>/2026-09-29/doc-i<docid>.shtml.md   its Markdown twin
    finance.sina.cn/<sections>/2026-09-29/detail-i<docid>.d.html      its mobile version
    cj.sina.cn/article/norm_detail?url=<one of these, escaped>        an alias
    finance.sina.com.cn/<sections>/20120607/140812253310.shtml        2008-2015: hour, minute, number; _2: its page 2
    finance.sina.com.cn/<sections>/2005-03-21/244339.shtml            2005
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from hashlib import sha256
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

MAX_URL_CHARS = 2048
"""Longer ones are no addresses of documents: servers of Sina's kind refuse them, and journals need not hold them."""
MAX_DOCID_CHARS = 64
"""A docid stands in file names, beside a title."""

_DEFAULT_PORTS = (None, 80, 443)
_HOST_RE = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_SINA_HOST_RE = re.compile(r"(?:[a-z0-9_-]+\.)*sina\.(?:com\.cn|cn)")
_ALIAS_HOST_RE = re.compile(r"(?:[a-z0-9_-]+\.)*cj\.sina\.(?:com\.cn|cn)")
_ALIAS_PATH = "/article/norm_detail"

# sina.com.cn opened in December 1998; an 8-digit number that is no day mostly has another century
_DAY = r"(?P<year>199[89]|20\d\d)(?P<dash>-?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"
_DAY_RE = re.compile(_DAY)
_ID = r"(?:doc|detail|zl)-i(?P<docid>[a-z]{7}\d{7})"
_ID_RE = re.compile(rf"/{_ID}\.(?:s?html|d\.html)$")
# fewer than 5 digits number a page within its section, which the docid would not name
_DATED_RE = re.compile(rf"/{_DAY}/(?P<number>\d{{5,16}})\.s?html$")
_LATER_PAGE_RE = re.compile(rf"(?P<first>/{_ID}|/{_DAY}/\d{{5,16}})_\d{{1,2}}(?=\.(?:s?html|d\.html)$)")
_TWIN_RE = re.compile(r"(?<=html)\.md$")
_SELF_MEDIA_RE = re.compile(r"/articles/view/\w+/\w+$|/article_\w+\.html$|/s/blog_\w+\.html$")

_DIGIT_RE = re.compile(r"\d")
_QUERY_ID_RE = re.compile(r"\d{5}")
"""Fewer digits name a channel or a page of a list."""

_TRACKING = frozenset({"autocallup", "finpagefr", "from", "froms", "part", "sudaref", "vt"})
"""Keys that say where a reader came from, as seen on Sina's own links; with everything that begins with ``utm_``."""
_KEPT_IN_PATH = "%/:@!$&'()*+,;=~[]|"
_KEPT_IN_QUERY = _KEPT_IN_PATH + "?"
_REMEMBERED = 256  # addresses; the 50 rows of a listing page need docid, date and host of the same address


@lru_cache(maxsize=_REMEMBERED)
def canonical(url: str) -> str:
    """The one address of a document: https, without port, fragment, tracking, page number, Markdown twin or alias.

    Escapes stay as they are written (old pages escape in GBK); what is not ASCII is escaped as UTF-8, as browsers do.
    Raises ValueError on what is no http(s) address of a named host.
    """
    parts = _split(url)
    if inner := _alias_target(parts):
        return canonical(inner)
    host = _host(parts)
    path = _TWIN_RE.sub("", quote(parts.path, safe=_KEPT_IN_PATH)) or "/"
    if _SINA_HOST_RE.fullmatch(host):
        path = _LATER_PAGE_RE.sub(r"\g<first>", path)
    query = "" if _names_a_document(host, path) else _without_tracking(parts.query)
    return urlunsplit(("https", host + _port(parts), path, query, ""))


def docid_of(url: str) -> str:
    """The identity of the document at ``url``, the same for its pc, mobile, alias and Markdown address.

    ``nitmeav9622448`` for pages since the end of 2015, ``finance-20120607-140812253310`` for older ones, else
    ``opaque_docid``; so also on other hosts, which must not take the identity of a document of Sina's.
    Matches ``[a-z0-9-]+``, at most ``MAX_DOCID_CHARS``. Raises ValueError like ``canonical``.
    """
    address = canonical(url)
    parts = urlsplit(address)
    if not _SINA_HOST_RE.fullmatch(parts.netloc):
        return opaque_docid(address)
    if named := _ID_RE.search(parts.path):
        return named["docid"]
    return _dated_docid(parts) or opaque_docid(address)


def opaque_docid(address: str) -> str:
    """``u-`` and 16 hex digits of SHA-256: the identity where an address carries none; also of what is no address."""
    return f"u-{sha256(address.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def date_of(url: str) -> date | None:
    """The day that a folder of the path names (``2026-09-29``, ``20120607``), the last one if several do."""
    try:
        folders = urlsplit(canonical(url)).path.split("/")[:-1]
    except ValueError:
        return None
    days = (_day(match) for folder in reversed(folders) if (match := _DAY_RE.fullmatch(folder)))
    return next((day for day in days if day), None)


def is_sina(url: str) -> bool:
    """Whether what would be fetched lies on sina.com.cn, sina.cn or a host below them (an alias: what it points to).

    On another port than 443 or 80 it does not, whoever answers there.
    """
    try:
        return bool(_SINA_HOST_RE.fullmatch(urlsplit(canonical(url)).netloc))
    except ValueError:
        return False


def may_be_article(url: str) -> bool:
    """Whether the address of a Sina page can be that of an article: the home page and the pages of channels have no number.

    An article's file has one in its name (all shapes since 1998), or its folder is a day, or its query has an id.
    """
    parts = urlsplit(canonical(url))
    *folders, name = parts.path.split("/")
    stem = name.partition(".")[0]
    if not stem or stem == "index":
        return False
    numbered = _DIGIT_RE.search(stem) or _QUERY_ID_RE.search(parts.query) or _SELF_MEDIA_RE.search(parts.path)
    return bool(numbered) or any(_DAY_RE.fullmatch(folder) for folder in folders)


def _split(url: str) -> SplitResult:
    text = url.strip()
    if len(text) > MAX_URL_CHARS:
        raise ValueError(f"an address of {len(text)} characters; at most {MAX_URL_CHARS} are taken")
    parts = urlsplit("https:" + text if text.startswith("//") else text)
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        raise ValueError(f"no http(s) address of a page: {text!r}")
    return parts


def _host(parts: SplitResult) -> str:
    name = (parts.hostname or "").removesuffix(".")
    host = name if name.isascii() else name.encode("idna").decode("ascii").removesuffix(".")
    if not _HOST_RE.fullmatch(host):  # also a backslash or an escape, which browsers and libraries read differently
        raise ValueError(f"no host name in {parts.geturl()!r}")
    return host


def _port(parts: SplitResult) -> str:
    return "" if parts.port in _DEFAULT_PORTS else f":{parts.port}"


def _alias_target(parts: SplitResult) -> str:
    if parts.path != _ALIAS_PATH or not _ALIAS_HOST_RE.fullmatch(_host(parts)):
        return ""
    values = (field.removeprefix("url=") for field in parts.query.split("&") if field.startswith("url="))
    return unquote(next(values, ""), errors="strict")


def _names_a_document(host: str, path: str) -> bool:
    if not _SINA_HOST_RE.fullmatch(host):
        return False
    return any(shape.search(path) for shape in (_ID_RE, _DATED_RE, _SELF_MEDIA_RE))


def _without_tracking(query: str) -> str:
    fields = quote(query, safe=_KEPT_IN_QUERY).split("&")
    return "&".join(field for field in fields if not _is_tracking(field.partition("=")[0].lower()))


def _is_tracking(key: str) -> bool:
    return key in _TRACKING or key.startswith("utm_")


def _dated_docid(parts: SplitResult) -> str | None:
    match = _DATED_RE.search(parts.path)
    day = match and _day(match)
    if not match or not day:
        return None
    host = parts.netloc.removesuffix(".sina.com.cn").replace(".", "-")
    docid = f"{host}-{day:%Y%m%d}-{match['number']}"
    return docid if len(docid) <= MAX_DOCID_CHARS and "_" not in host else None


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
