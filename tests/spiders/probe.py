"""Fetch addresses with Scrapy as it is and print what each ended with: the twin of ``test_failures.py``.

Reads ``{name: [url, proxy or null]}`` and prints ``{name: [reason, whether it is one of DOWNLOAD_ERRORS]}``.  A process of
its own, since a reactor runs once.
"""

import json
import sys

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess

from newsarchive.spiders import failures

SETTINGS = {
    "DOWNLOAD_MAXSIZE": 1000,
    "DOWNLOAD_TIMEOUT": 1.5,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
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
        for name, (url, proxy) in asked.items():
            meta = {"proxy": proxy} if proxy else {}
            yield Request(url, self.arrived, errback=self.failed, cb_kwargs={"name": name}, meta=meta)

    def arrived(self, response, name):
        ended[name] = ["arrived", False]

    def failed(self, failure):
        name = failure.request.cb_kwargs["name"]
        ended[name] = [failures.reason_of(failure.value), isinstance(failure.value, failures.DOWNLOAD_ERRORS)]


process = CrawlerProcess(SETTINGS)
process.crawl(Probe)
process.start()
json.dump(ended, sys.stdout)
