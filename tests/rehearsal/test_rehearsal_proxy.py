"""proxy, certificate, site, standin: over real sockets, with a plain client."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPSConnection, IncompleteRead, RemoteDisconnected
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

import pytest

from newsarchive.rehearsal import StandIn
from newsarchive.rehearsal.answers import Answer, HangUp, answer_of
from newsarchive.rehearsal.certificate import Authority
from newsarchive.rehearsal.page import page_of
from newsarchive.rehearsal.proxy import Proxy
from newsarchive.rehearsal.site import HOSTS
from newsarchive.rehearsal.truth import Fate
from tests.conftest import CRAWL_TIMEOUT_S

LISTING = "https://feed.mix.sina.com.cn/api/roll/get?pageid=153&lid=2509&num=50&page=1"
Client = Callable[[StandIn], OpenerDirector]


def test_the_listing_leads_to_every_page(client: Client):
    with StandIn(articles=12) as sina:
        rows = json.load(client(sina).open(LISTING))["result"]["data"]
        assert len(rows) == len(sina.truth)
        for document in sina.truth:
            if document.fate is not Fate.OFF_SITE:
                assert client(sina).open(document.url).read() == page_of(document)


def test_http_and_https_give_the_same(client: Client):
    with StandIn(articles=3) as sina:
        document = next(d for d in sina.truth if d.fate is Fate.ARTICLE)
        plain = client(sina).open(document.url.replace("https:", "http:")).read()
        assert plain == client(sina).open(document.url).read()


def test_gzip_is_sent_to_whom_it_may(client: Client):
    with StandIn(articles=3) as sina:
        document = next(d for d in sina.truth if d.fate is Fate.ARTICLE)
        answer = client(sina).open(Request(document.url, headers={"Accept-Encoding": "gzip"}))  # noqa: S310 - https
        packed = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
        assert int(answer.headers["Content-Length"]) == len(packed) < 30_000
        assert gzip.decompress(packed) == page_of(document)


def test_a_tunnel_serves_many_requests():
    with StandIn(articles=3) as sina:
        proxy = urlsplit(sina.env["https_proxy"])
        context = ssl.create_default_context(cafile=sina.env["SSL_CERT_FILE"])
        connection = HTTPSConnection(str(proxy.hostname), proxy.port, context=context)
        connection.set_tunnel("finance.sina.com.cn")
        for _ in range(3):
            connection.request("GET", "/robots.txt")
            assert connection.getresponse().read().startswith(b"User-agent")
        connection.close()


def test_the_certificate_is_not_trusted_without_the_authority():
    with StandIn(articles=1) as sina:
        proxy = urlsplit(sina.env["https_proxy"])
        connection = HTTPSConnection(str(proxy.hostname), proxy.port, context=ssl.create_default_context())
        connection.set_tunnel("finance.sina.com.cn")
        with pytest.raises(ssl.SSLCertVerificationError):
            connection.request("GET", "/")
        connection.close()


def test_a_host_outside_the_rehearsal_is_refused_and_logged(client: Client):
    with StandIn(articles=1) as sina:
        with pytest.raises(URLError, match="502"):
            client(sina).open("https://www.example.org/")
        with pytest.raises(HTTPError, match="502"):
            client(sina).open("http://www.example.org/")
        assert [(request.host, request.status) for request in sina.requests] == [("www.example.org", 502)] * 2


def test_an_address_without_a_page_is_404_with_sinas_page(client: Client):
    with StandIn(articles=1) as sina:
        with pytest.raises(HTTPError) as caught:
            client(sina).open("https://finance.sina.com.cn/roll/2026-11-24/doc-iaaaaaaa0000000.shtml")
        with caught.value as answer:
            assert (answer.code, "页面没有找到" in answer.read().decode()) == (404, True)


def test_requests_are_logged_in_order(client: Client):
    with StandIn(articles=1) as sina:
        client(sina).open("https://finance.sina.com.cn/robots.txt").close()
        client(sina).open(LISTING).close()
        assert [(r.method, r.url, r.status) for r in sina.requests] == [
            ("GET", "https://finance.sina.com.cn/robots.txt", 200),
            ("GET", LISTING, 200),
        ]


def test_moving_the_clock_lets_late_rows_appear(client: Client):
    with StandIn(articles=300, days=3) as sina:
        sina.advance(timedelta(hours=-6))
        before = json.load(client(sina).open(LISTING))["result"]["total"]
        sina.advance(timedelta(hours=6))
        assert before < json.load(client(sina).open(LISTING))["result"]["total"] == len(sina.truth)


def test_nothing_listens_after_the_end():
    with StandIn(articles=1) as sina:
        proxy = urlsplit(sina.env["https_proxy"])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((str(proxy.hostname), proxy.port), timeout=1)


def test_an_idle_connection_does_not_delay_the_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        "newsarchive.rehearsal.proxy._Connection.timeout", None
    )  # else an end that waits would come after a minute
    with StandIn(articles=1) as sina:
        proxy = urlsplit(sina.env["https_proxy"])
        with socket.create_connection((str(proxy.hostname), proxy.port), timeout=5) as idle:
            idle.sendall(b"GET http://finance.sina.com.cn/robots.txt HTTP/1.1\r\nHost: finance.sina.com.cn\r\n\r\n")
            assert idle.recv(15) == b"HTTP/1.1 200 OK"
            ending = threading.Thread(target=sina.__exit__, args=(None, None, None), daemon=True)
            ending.start()
            ending.join(timeout=CRAWL_TIMEOUT_S)
            assert not ending.is_alive()


def test_hanging_up_breaks_the_body_off_before_its_announced_length(tmp_path: Path):
    def decide(_host: str, target: str) -> Answer:
        raise HangUp(answer_of(200, "text/html", b"x" * 1000) if target == "/cut" else None)

    proxy = Proxy(decide, HOSTS, Authority(tmp_path).context_for)
    serving = threading.Thread(target=proxy.serve_forever, args=(0.05,))
    serving.start()
    through = build_opener(ProxyHandler({"http": proxy.address}))
    with pytest.raises(IncompleteRead), through.open("http://finance.sina.com.cn/cut") as answer:
        answer.read()
    with pytest.raises(RemoteDisconnected):
        through.open("http://finance.sina.com.cn/dropped")
    proxy.stop()
    serving.join()


def test_without_a_length_the_end_of_the_connection_ends_the_body(tmp_path: Path):
    proxy = Proxy(
        lambda *_: Answer(200, "text/html", b"half a p", announced=False), HOSTS, Authority(tmp_path).context_for
    )
    serving = threading.Thread(target=proxy.serve_forever, args=(0.05,))
    serving.start()
    with build_opener(ProxyHandler({"http": proxy.address})).open("http://finance.sina.com.cn/") as answer:
        assert (answer.headers["Content-Length"], answer.read()) == (None, b"half a p")
    proxy.stop()
    serving.join()
