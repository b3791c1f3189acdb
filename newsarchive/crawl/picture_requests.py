"""fetch: what a request for a picture carries, and what it must pass beside all that a page passes.

Imports nothing of the pictures themselves: a run without them loads no more than this.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.utils.httpobj import urlparse_cached

PICTURE = "newsarchive_picture"
"""Key in the meta of a request for a picture, for what it is redirected to, and for the robots.txt before it."""

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""Takes a host's name, gives its addresses; raises ``OSError`` where there are none."""


def is_of_picture(request: Request) -> bool:
    return PICTURE in request.meta


async def _resolved(host: str) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


class PublicAddressMiddleware:
    """Asks for pictures at public addresses alone: a name below Sina's domains may point into the network of this machine.

    Pages and robots.txt come from the same names, but what they answer is an article or nothing; a picture is whatever
    answers.  Where a proxy resolves names, it is for the proxy to say.
    """

    def __init__(self, resolve: Resolve = _resolved) -> None:
        self._resolve = resolve
        self._is_public: dict[str, bool] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PublicAddressMiddleware:
        """Scrapy makes it so; raises ``NotConfigured`` for a run without pictures."""
        if not crawler.settings.getbool("ARCHIVE_IMAGES"):
            raise NotConfigured  # with a message Scrapy would tell of it in each run
        return cls()

    async def process_request(self, request: Request) -> None:
        """Raises ``IgnoreRequest`` for a picture on a private address."""
        host = urlparse_cached(request).hostname or ""
        if is_of_picture(request) and not request.meta.get("proxy") and not await self._may_be_asked(host):
            raise IgnoreRequest(f"private address: {request.url}")

    async def _may_be_asked(self, host: str) -> bool:
        if host not in self._is_public:
            try:
                self._is_public[host] = all(map(is_public, await self._resolve(host)))
            except OSError:
                return True  # the download will say that there is no such name
        return self._is_public[host]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open net.

    >>> is_public("202.102.94.124"), is_public("192.168.1.1"), is_public("::ffff:127.0.0.1")
    (True, False, False)
    """
    found = ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or found
    return bool(mapped.is_global) and not mapped.is_multicast
