"""The body of a stored article as a page may show it: sanitised once more, since other hands may have written the file."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import nh3

from newsarchive.errors import PageError
from newsarchive.pages.safe_html import ATTRIBUTES, SCHEMES, TAGS, check

_TAGS = TAGS | {"div", "h1", "hr"}
"""Imported posts and the profile rsshub have these, too."""
_OF_PICTURES = {"referrerpolicy": "no-referrer", "loading": "lazy", "decoding": "async"}


MOST_CHARACTERS = 2_000_000
"""Shown of a body that cannot be sanitised (of a stored file: bytes); an article has some thousands."""


@dataclass(frozen=True, slots=True)
class ShownPictures:
    """Which pictures a page may show."""

    hosts: Sequence[str]
    """Domains, with all that lies below them: ``sinaimg.cn``."""
    wanted: bool = True
    local: Mapping[str, str] = field(default_factory=dict)
    """Address → where the reader has that picture itself: ``/media/…``."""

    def shows(self, address: str) -> bool:
        """Whether a picture with this address is shown: over https, from one of the hosts."""
        if not self.wanted:
            return False
        try:
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        return parts.scheme == "https" and port is None and any(f".{host}".endswith(f".{one}") for one in self.hosts)


@dataclass(frozen=True, slots=True)
class Shown:
    """A body that a page may hold."""

    html: str
    left_out: int = 0
    """Pictures whose address was taken away."""


def shown(body: str, pictures: ShownPictures) -> Shown:
    """Safe HTML: no script, style, id or class; links lead out without a referrer; other pictures lose their address."""
    try:
        check(body)
    except PageError:
        return Shown(f"<pre>{html.escape(body[:MOST_CHARACTERS])}</pre>")
    left_out: list[str] = []

    def kept(tag: str, attribute: str, value: str) -> str | None:
        if (tag, attribute) != ("img", "src"):
            return value
        if pictures.wanted and (own := pictures.local.get(value.strip())):
            return own
        if pictures.shows(value):
            return value
        left_out.append(value)
        return None

    safe = nh3.clean(
        body,
        tags=_TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=kept,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"img": _OF_PICTURES},
    )
    return Shown(safe, len(left_out))


def web_address(address: str) -> str:
    """The address if a browser may be sent there, else an empty string."""
    return address if address.startswith(("https://", "http://")) else ""
