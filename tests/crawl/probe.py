"""Fetch addresses with our handler, but without a run, and print what each ended with, for ``test_failures.py``.

Reads ``{name: [url, proxy or null]}`` and prints ``{"ended": {name: [reason, whether it is one of DOWNLOAD_ERRORS]},
"peak_kib": memory}``.  A process of
its own, since a reactor runs once.
"""

import asyncio
import json
import resource
import sys
from pathlib import Path

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http.request import NO_CALLBACK

from newsarchive.crawl import failures

HANDLER = "newsarchive.crawl.handlers.GatedHTTP11Handler"
SETTINGS = {
    "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
    "DOWNLOADER_MIDDLEWARES": {
        "newsarchive.crawl.middlewares.SecureRedirectMiddleware": 570,
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
        "newsarchive.crawl.middlewares.DecompressionMiddleware": 590,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    },
    "DOWNLOAD_MAXSIZE": 1000,
    "DOWNLOAD_TIMEOUT": 5,  # for the one that hangs; the others are answered at once, also on a busy machine
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "LOG_ENABLED": False,
    "REDIRECT_MAX_TIMES": 2,
    "REMOTE_CONTROL_ENABLED": False,
    "RETRY_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
}
asked = json.load(sys.stdin)
ended = {}


class Probe(Spider):
    name = "probe"
    allowed_domains = ("127.0.0.1", "localhost", "no-such-host.invalid")

    async def start(self):
        await asyncio.gather(*(self.ask(name, url, proxy) for name, (url, proxy) in asked.items()))
        for nothing in ():
            yield nothing

    async def ask(self, name, url, proxy):
        request = Request(url, callback=NO_CALLBACK, meta={"proxy": proxy} if proxy else {})
        try:
            await self.crawler.engine.download_async(request)
            ended[name] = ["arrived", False]
        except Exception as error:  # noqa: BLE001 - whatever comes is what we want to know
            ended[name] = [failures.reason_of(error), isinstance(error, failures.DOWNLOAD_ERRORS)]


def peak_kib() -> int:
    """Of this program alone: on Linux ``getrusage`` begins with what the process that started it had."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


process = CrawlerProcess(SETTINGS)
process.crawl(Probe)
process.start()
json.dump({"ended": ended, "peak_kib": peak_kib()}, sys.stdout)
