"""Links and picture addresses of a body: absolute, http(s) only, https where the site serves it (clean)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from newsarchive.pages.rules import Rules
from newsarchive.pages.text import printable

_LONGEST = 8_000  # characters; servers refuse longer addresses, and patterns need not be tried on megabytes
_IS_NUMBER_RE = re.compile(r"(?:^|\.)(?:\d+|0x[\da-f]*)$", re.I)
"""The last part of a host that browsers take for an IPv4 address in another spelling (WHATWG URL §3.5)."""
_LAZY = ("data-src", "real_src", "data-original", "data-lazy-src", "data-actualsrc", "original", "src")
"""Where a picture's address may stand; a lazy page has a placeholder in ``src``, so that it comes last."""
_URL_SAFE = "%/:=&?~#+!$,;'@()*[]|^`"  # left as they are; blanks, quotes, braces and Chinese are percent-encoded
_PLAIN_RE = re.compile(r"(?:(https?):)?//([a-z0-9-]+(?:\.[a-z0-9-]+)+)(/(?:[\w%=&?+-]|[./](?!\.))*)", re.A)
"""What nearly all addresses are, with nothing to resolve or to escape; taken apart in a tenth of the time."""
_ROOTED_RE = re.compile(r"/(?![/.])(?:[\w%=&?+-]|[./](?!\.))*(?<!\?)", re.A)
"""The same without a host."""
_PASTED_RE = re.compile(r"(?:(h?ttps?)(?:[:;：][/:;：]{0,8}|/{2,8})|[:：]?/{2,8})(?=[^/:;：])", re.I)
"""What stands in front of a host in addresses that editors pasted: ``http:https://``, ``https:////``, ``http:/``, ``////``."""
_MOST_SCHEMES = 3  # in front of each other
_FIRST_PART_RE = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}(?=/)", re.I)
_NAME_RE = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){1,8}", re.I)
_OWN_MACHINE_RE = re.compile(r"(?:^|\.)(?:localhost|local|localdomain|internal|intranet|lan|home|corp|arpa)$", re.I)
"""Names of machines and networks of an editor's own (RFC 6761, 6762, 8375, and what routers use); no reader reaches them."""
_SMALLEST = 2  # pixels; what is not larger either way is a beacon
_TINY_STYLE_RE = re.compile(r"(?:^|;)\s*(?:width|height)\s*:\s*[0-2](?:px)?\s*(?:;|$)", re.I)
_NUMBER_RE = re.compile(r"\s*(\d{1,5})(?:px)?\s*", re.I)


def absolute(address: str, base_url: str, rules: Rules) -> str:
    """``address`` as an absolute http(s) one that anybody can reach, an empty string if it cannot be one."""
    if len(address) > _LONGEST:
        return ""
    if plain := _PLAIN_RE.fullmatch(address):
        host, path = str(plain[2]), str(plain[3])
        if rules.secure.search(host):
            return f"https://{host}{path}"
        return f"{plain[1] or urlsplit(base_url).scheme}://{host}{path}" if is_public(host) else ""
    if _ROOTED_RE.fullmatch(address):
        base = urlsplit(base_url)
        return f"{'https' if rules.secure.search(base.netloc) else base.scheme}://{base.netloc}{address}"
    return _joined(address, base_url, rules)


def _joined(address: str, base_url: str, rules: Rules) -> str:
    """By the rules of addresses, part by part."""
    try:
        parts = urlsplit(urljoin(base_url, _as_meant(printable(address).strip(), rules)))
        port = parts.port
    except ValueError:  # a broken IPv6 host or port
        return ""
    named = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not is_public(named):
        return ""
    secure = port is None and rules.secure.search(named)
    scheme = "https" if secure else parts.scheme
    path, query, fragment = (quote(part, safe=_URL_SAFE) for part in parts[2:])
    return urlunsplit((scheme, parts.netloc, path, query, fragment))


def _as_meant(address: str, rules: Rules) -> str:
    """A pasted ``address`` with one scheme, two slashes and no backslash, as it was meant."""
    address = address.replace("\\", "/")
    scheme, rest = "", address
    for _ in range(_MOST_SCHEMES):
        found = _PASTED_RE.match(rest)
        if not found:
            break
        scheme, rest = found[1] or scheme, rest[found.end() :]
    host = _FIRST_PART_RE.match(rest)
    if rest is address:
        return f"//{address}" if host and rules.secure.search(host[0]) else address
    return f"{scheme and ('https:' if scheme.lower().endswith('s') else 'http:')}//{rest}"


def is_public(host: str) -> bool:
    """Whether anybody can reach ``host``: a name with a dot, or an address that is no private one.

    >>> is_public("n.sinaimg.cn"), is_public("localhost"), is_public("192.168.1.2"), is_public("8.8.8.8")
    (True, False, False, True)
    """
    try:
        return ip_address(host).is_global
    except ValueError:
        name = host.rstrip(".")
        if not name.isascii():
            return "." in name
        return bool(_NAME_RE.fullmatch(name)) and not _OWN_MACHINE_RE.search(name) and not _IS_NUMBER_RE.search(name)


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
