"""Where Sina's pictures come from: the one table, for who fetches them and for who lets a browser show them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from newsarchive.sina.listing.urls import MAX_URL_CHARS

PICTURE_HOSTS = ("sinaimg.cn", "sina.com.cn", "sina.cn")
"""Domains, with all that lies below them."""
PORTS = {"https": 443, "http": 80}
"""The only port of each scheme that is asked."""

_HOST_RE = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")


def is_picture_address(url: str) -> bool:
    """Whether a picture may be asked for there.

    >>> is_picture_address("https://n.sinaimg.cn/finance/1.jpg"), is_picture_address("https://sinaimg.cn.example.org/1.jpg")
    (True, False)
    """
    if len(url) > MAX_URL_CHARS:
        return False
    try:
        place = urlsplit(url)
        host, port = (place.hostname or "").rstrip("."), place.port
    except ValueError:
        return False
    is_plain = place.scheme in PORTS and port in (None, PORTS[place.scheme]) and "@" not in place.netloc
    return (
        is_plain
        and bool(_HOST_RE.fullmatch(host))
        and any(f".{host}".endswith(f".{domain}") for domain in PICTURE_HOSTS)
    )


def reason_against(url: str) -> str:
    """Why a picture is not fetched, as the journal says it; empty where it is.

    Posters, beacons and spacers are no content: a body of the profile ``clean`` has none, one of ``rsshub`` has.
    """
    from newsarchive.sina.page.boilerplate import RULES, is_poster  # noqa: PLC0415 - compiles all of its patterns

    if not is_picture_address(url):
        return "off-site"
    return "no-content" if is_poster(url) or RULES.pictures.search(url) else ""
