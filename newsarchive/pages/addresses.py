"""Links and picture addresses of a body: absolute, http(s) only, https where the site serves it (clean)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from newsarchive.pages.rules import Rules
from newsarchive.pages.text import printable

_LAZY = ("data-src", "real_src", "data-original", "data-lazy-src", "data-actualsrc", "original", "src")
"""Where a picture's address may stand; a lazy page has a placeholder in ``src``, so that it comes last."""
_URL_SAFE = "%/:=&?~#+!$,;'@()*[]|^`"  # left as they are; blanks, quotes, braces and Chinese are percent-encoded
_PLAIN_RE = re.compile(r"(?:(https?):)?//([a-z0-9-]+(?:\.[a-z0-9-]+)+)(/(?:[\w%=&?+-]|[./](?!\.))*)", re.A)
"""What nearly all addresses are, with nothing to resolve or to escape; taken apart in a tenth of the time."""
_SMALLEST = 2  # pixels; what is not larger either way is a beacon
_TINY_STYLE_RE = re.compile(r"(?:^|;)\s*(?:width|height)\s*:\s*[0-2](?:px)?\s*(?:;|$)", re.I)
_NUMBER_RE = re.compile(r"\s*(\d{1,5})(?:px)?\s*", re.I)


def absolute(address: str, base_url: str, rules: Rules) -> str:
    """``address`` as an absolute http(s) one, an empty string if it cannot be one."""
    if plain := _PLAIN_RE.fullmatch(address):
        scheme, host, path = plain.groups()
        return f"{'https' if rules.secure.search(host) else scheme or urlsplit(base_url).scheme}://{host}{path}"
    try:
        parts = urlsplit(urljoin(base_url, printable(address).strip()))
        port = parts.port
    except ValueError:  # a broken IPv6 host or port
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    secure = port is None and rules.secure.search(parts.hostname)
    scheme = "https" if secure else parts.scheme
    path, query, fragment = (quote(part, safe=_URL_SAFE) for part in parts[2:])
    return urlunsplit((scheme, parts.netloc, path, query, fragment))


def link(href: str | None, base_url: str, rules: Rules) -> str:
    """Where a link leads; empty for a link into the page, to nothing, or to a page whose links are not kept."""
    if not href or href.lstrip().startswith("#"):
        return ""
    address = absolute(href, base_url, rules)
    return "" if rules.unlinked.search(address) else address


def picture(attributes: Mapping[str, str], base_url: str, rules: Rules) -> str:
    """The address of a picture of the content, empty for beacons, QR codes, posters and pictures without one."""
    if _is_tiny(attributes):
        return ""
    for name in _LAZY:
        value = attributes.get(name, "")
        address = absolute(value, base_url, rules) if value.strip() else ""
        if address and not rules.pictures.search(address):
            return address
    return ""


def pixels(value: str | None) -> int | None:
    """The number of a ``width`` or ``height``, None for shares and nonsense.

    >>> pixels("550px")
    550
    """
    found = _NUMBER_RE.fullmatch(value or "")
    return int(found[1]) if found else None


def _is_tiny(attributes: Mapping[str, str]) -> bool:
    sizes = (pixels(attributes.get("width")), pixels(attributes.get("height")))
    return any(size is not None and size <= _SMALLEST for size in sizes) or bool(
        _TINY_STYLE_RE.search(attributes.get("style", ""))
    )
