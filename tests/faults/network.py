"""What the network does: proxies, certificates, names, and nothing at all any more."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from newsarchive.rehearsal.answers import Answer, HangUp
from tests.conftest import Crawls, Run
from tests.faults.scene import IS_LINUX_ROOT, Stage, completes, faults_of, options, run

A_PORT_THAT_NOBODY_HAS = 9
"""The discard port, on which no machine of today listens."""
NO_PROXY = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "")


def certificate_not_trusted(stage: Stage) -> Run:
    """A proxy ends TLS with a certificate of an authority that this machine does not trust."""
    return _without_network(stage.begin(articles=4), SSL_CERT_FILE="")


def certificates_missing(stage: Stage) -> Run:
    """The variable names a file that is not there: OpenSSL would trust nobody, and say nothing."""
    told = _without_network(stage.begin(articles=4), SSL_CERT_FILE=str(stage.folder / "none.pem"))
    assert told.stderr.count("\n") == 1
    return told


def proxy_gone(stage: Stage) -> Run:
    return _behind_sick(stage.begin(articles=4), f"http://127.0.0.1:{A_PORT_THAT_NOBODY_HAS}")


def proxy_without_a_name(stage: Stage) -> Run:
    """RFC 6761: a name below ``invalid`` never resolves."""
    return _behind_sick(stage.begin(articles=4), "http://proxy.invalid:3128")


def proxy_refuses(stage: Stage) -> Run:
    """A proxy that answers 407: it wants a password."""
    with _refusing_proxy() as address:
        told = _behind_sick(stage.begin(articles=4), address.replace("//", "//somebody:secret-of-the-test@"))
    assert "secret-of-the-test" not in told.stderr + told.stdout
    return told


def no_network(stage: Stage) -> Run:
    """No proxy, no route, no name server: as on a machine whose cable was pulled."""
    if (
        not (IS_LINUX_ROOT and shutil.which("unshare"))
        or subprocess.run(["unshare", "-n", "true"], check=False).returncode
    ):
        pytest.skip("needs root on Linux to take the network away from one process")
    crawl = stage.begin(articles=4)
    return _without_network(crawl, "unshare", "-n", **NO_PROXY)


def network_gone_in_mid_run(stage: Stage) -> Run:
    """The network fails for pages only: a failure of the listing is another row of the table."""
    asked, gone = Counter[str](), {"is": True}

    def script(_: str, target: str) -> Answer | None:
        asked["pages"] += ".shtml" in target
        if gone["is"] and ".shtml" in target and asked["pages"] > 4:
            raise HangUp
        return None

    crawl = stage.begin(script, articles=20)
    told = crawl(*options(RETRY_TIMES=0))
    gone["is"] = False
    completes(crawl, *options(CLOCK_OFFSET_SECONDS=700))
    return told


def _behind_sick(crawl: Crawls, proxy: str) -> Run:
    """One line names the proxy, and nothing else complains."""
    told = _without_network(crawl, **dict.fromkeys(NO_PROXY, proxy))
    complaints = [line for line in told.stderr.splitlines() if " INFO " not in line]
    assert (len(complaints), "the proxy http://" in complaints[0]) == (1, True), told.stderr
    return told


def _without_network(crawl: Crawls, *before: str, **environment: str) -> Run:
    """Crawl with a network that does not work, and check that no request was answered."""
    told = run(crawl, [*before, *crawl.command(), *options(RETRY_TIMES=0)], **environment)
    assert [request for request in crawl.sina.requests if request.status == 200] == []
    return told


class _Refusal(BaseHTTPRequestHandler):
    def do_CONNECT(self) -> None:
        self.send_error(407)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of http.server
        """Silent."""


@contextmanager
def _refusing_proxy() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refusal) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


FAULTS = faults_of(
    {
        certificate_not_trusted: (5, "robots.txt of feed.mix.sina.com.cn is unreachable: tls"),
        certificates_missing: (2, "newsarchive: SSL_CERT_FILE="),
        proxy_gone: (5, "the proxy http://127.0.0.1:9 cannot be used: it refuses the connection"),
        proxy_without_a_name: (5, "the proxy http://proxy.invalid:3128 cannot be used: its name does not resolve"),
        proxy_refuses: (5, "cannot be used: it wants a user and a password (407)"),
        no_network: (5, "robots.txt of feed.mix.sina.com.cn is unreachable: dns"),
        network_gone_in_mid_run: (3, "5 pages in a row could not be reached"),
    }
)
