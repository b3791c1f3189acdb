"""Fetch addresses with Scrapy as it is and print what each ended with: the twin of ``test_failures.py``.

Reads ``{name: [url, proxy or null]}`` and prints ``{name: [reason, whether it is one of DOWNLOAD_ERRORS]}``.  A process of
its own, since a reactor runs once.
"""

import asyncio
import json
import sys

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http.request import NO_CALLBACK

from newsarchive.spiders import failures

SETTINGS = {
    "DOWNLOAD_MAXSIZE": 1000,
    "DOWNLOAD_TIMEOUT": 1.5,
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


process = CrawlerProcess(SETTINGS)
process.crawl(Probe)
process.start()
json.dump(ended, sys.stdout)
