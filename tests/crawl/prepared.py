"""``scrapy crawl`` with something that befalls it from within, in a process of its own.

    python prepared.py PREPARATION ARGUMENTS…

``PREPARATION`` is Python: it runs before Scrapy is imported.
"""

import sys

exec(sys.argv[1])  # noqa: S102 - from a test
sys.argv = ["scrapy", "crawl", "sina_finance", *sys.argv[2:]]

from scrapy.cmdline import execute  # noqa: E402

execute()
