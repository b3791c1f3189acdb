"""Fetch addresses with our handler and a run over an archive, for ``test_raw_capture.py``.

Reads ``{"root": folder, "asked": {name: [url, meta]}}`` and prints ``{name: place}``.  A process of its own, since a reactor
runs once.
"""

import json
import sys
from pathlib import Path

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http.request import NO_CALLBACK

from newsarchive.archive.record.raw_store import RawSettings
from newsarchive.archive.record.store import Archive
from newsarchive.crawl.raw_capture import DOCID, place_of
from newsarchive.crawl.run import Run

HANDLER = "newsarchive.crawl.handlers.GatedHTTP11Handler"
SETTINGS = {
    "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
    "LOG_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "RETRY_ENABLED": False,
    "SINA_BAN_MINUTES": 60.0,
    "TELNETCONSOLE_ENABLED": False,
}
told = json.load(sys.stdin)
places = {}


class Probe(Spider):
    name = "probe"

    async def start(self):
        for name, (url, meta) in told["asked"].items():
            request = Request(url, callback=NO_CALLBACK, meta={DOCID: "d1", **meta})
            places[name] = place_of(await self.crawler.engine.download_async(request))
        for nothing in ():
            yield nothing


archive = Archive.open(Path(told["root"]), "clean", None, RawSettings(512.0, {"software": "probe"}))
process = CrawlerProcess(SETTINGS)
crawler = process.create_crawler(Probe)
run = Run.begin(archive, crawler)
process.crawl(crawler)
process.start()
run.close()
json.dump(places, sys.stdout)
