"""Our ``scrapy`` commands.

Scrapy imports this package before it knows its command line, so the signals of a crawl are handled from here on.

``contextfactory`` is imported here, and not by the crawl, because of its cost: ``create_deprecated_class`` looks up the
source of each module on the import stack, which is short here (0.03 s) and long within the crawl (0.1 s).
"""

import sys

from newsarchive.crawl.stop_signals import STOP

if "crawl" in sys.argv[1:]:
    STOP.install()

import scrapy.core.downloader.contextfactory  # noqa: F401 - behind the handlers
