"""newsarchive keeps the news of 新浪财经 (Sina Finance) for good: one whole front-matter file an article.

The flow is the architecture, and every name follows it::

    discover → fetch → extract → clean → dedupe → archive → index → read

Where a change goes: what Sina does, ``sina/``; how a page becomes an article, ``pages/``; the folder on disk,
``archive/``; the Scrapy shell, ``spiders/ middlewares.py pipelines.py exporters.py extensions.py commands/``; people, ``cli/``;
a stand-in for Sina, ``rehearsal/``.  Imports go down only: cli and shell → sina → archive, pages → items, errors.
"""

__version__ = "0.1.0"
