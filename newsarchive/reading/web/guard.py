"""What every request passes first: which names the reader answers to, the password, where writing comes from, how long it may take.

A page anywhere may make a browser send requests to this machine, under a name of its own that it lets point here (DNS
rebinding).  So the Host must be an address, which no name server can turn, or a name that the caller gave; and what
marks an article must come from a page of ours.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_NAMES = ("localhost",)
METHODS = ("GET", "HEAD", "POST")
MOST_BODY_BYTES = 4_096
"""A form of ours has a hundred."""
MOST_ADDRESS_BYTES = 8_192
"""Of path and query as they are sent; a query of the longest search has 6,000.  Pages repeat their address four times."""
MOST_DIGITS = 12
"""Of a Content-Length; more are no length that anybody means."""
RECEIVE_S = 10.0
"""For the whole of a form."""
WRONG_PASSWORD_S = 1.0
"""A guess a second and connection."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; img-src 'self'"
)
SAFETY: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # no-referrer would make browsers send forms without their origin
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
}


@dataclass(frozen=True, slots=True)
class GuardRules:
    """Who may ask, and what pages may show."""

    names: Collection[str] = ()
    """Host names, beside addresses and ``localhost``, under which the reader may be asked for."""
    password: str = ""
    """Empty: none is asked for."""
    picture_hosts: Collection[str] = ()
    """Domains from which pictures may come, with all below them."""

    @property
    def policy(self) -> str:
        """The Content-Security-Policy: nothing but our own script and style, and pictures of these hosts."""
        hosts = " ".join(f"https://{host} https://*.{host}" for host in self.picture_hosts)
        return f"{POLICY} {hosts}".rstrip()


class Guard:
    """The application behind these rules."""

    def __init__(self, app: ASGIApp, rules: GuardRules) -> None:
        self._app, self._rules = app, rules
        self._headers = [
            (name.lower().encode(), value.encode())
            for name, value in {**SAFETY, "Content-Security-Policy": rules.policy}.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers itself what may not pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = _Told({name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]})
        refusal = _too_long(scope) or self._refusal(scope["method"], told)
        if refusal is not None and refusal.status_code == 401 and told.authorization:
            await asyncio.sleep(WRONG_PASSWORD_S)
        if refusal is None and scope["method"] == "POST":
            try:
                receive = await asyncio.wait_for(_received(receive), RECEIVE_S)
            except TimeoutError:
                refusal = PlainTextResponse("the form did not come in time\n", 408, {"Connection": "close"})
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope  # the server leaves the body out
        await (refusal or self._app)(asked, receive, self._sending(send))

    def _refusal(self, method: str, told: _Told) -> PlainTextResponse | None:
        if not is_our_name(told.host, self._rules.names):
            return PlainTextResponse("this reader does not answer to that name: give it with --name\n", 421)
        if self._rules.password and not is_password(told.authorization, self._rules.password):
            asks = {"WWW-Authenticate": 'Basic realm="newsarchive", charset="UTF-8"'}
            return PlainTextResponse("a password is wanted; any user name will do\n", 401, asks)
        if method not in METHODS:
            return PlainTextResponse("this reader only reads\n", 405, {"Allow": ", ".join(METHODS)})
        if method == "POST" and not told.is_from_our_page:
            return PlainTextResponse("marks are set from the reader's own pages alone\n", 403)
        if not told.has_short_body:
            return PlainTextResponse("the form is too long\n", 413)
        return None

    def _sending(self, send: Send) -> Send:
        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *self._headers]}
            await send(message)

        return safe


def _too_long(scope: Scope) -> PlainTextResponse | None:
    if len(scope["raw_path"]) + len(scope["query_string"]) <= MOST_ADDRESS_BYTES:
        return None
    return PlainTextResponse("the address is too long\n", 414)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the headers of a request say."""

    headers: Mapping[str, str]

    @property
    def host(self) -> str:
        return self.headers.get("host", "")

    @property
    def authorization(self) -> str:
        return self.headers.get("authorization", "")

    @property
    def is_from_our_page(self) -> bool:
        """Browsers say where a form comes from; what says nothing is no browser, and has no page that could mislead it."""
        origin, site = self.headers.get("origin"), self.headers.get("sec-fetch-site")
        if origin is None:
            return site in (None, "same-origin")
        return origin in (f"http://{self.host}", f"https://{self.host}")

    @property
    def has_short_body(self) -> bool:
        if "transfer-encoding" in self.headers:
            return False
        length = self.headers.get("content-length", "0")
        return length.isdecimal() and len(length) <= MOST_DIGITS and int(length) <= MOST_BODY_BYTES


def is_our_name(host: str, names: Collection[str]) -> bool:
    """Whether a ``Host`` header, with or without a port, is an address, ``localhost`` or one of ``names``."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() and not host.endswith("]") else host
    if name.lower().rstrip(".") in {*LOCAL_NAMES, *(known.lower() for known in names)}:
        return True
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def is_password(authorization: str, password: str) -> bool:
    """Whether a header of basic authentication carries the password; the user's name does not matter."""
    scheme, _, coded = authorization.partition(" ")
    try:
        said = base64.b64decode(coded.strip(), validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(said, password.encode())


async def _received(receive: Receive) -> Receive:
    """The form as a whole, so that nobody waits for it in a thread of the pages; empty where it was broken off."""
    body, has_more = b"", True
    while has_more and len(body) <= MOST_BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        has_more = message["type"] == "http.request" and message.get("more_body", False)
        if message["type"] == "http.disconnect":
            body = b""

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return again
