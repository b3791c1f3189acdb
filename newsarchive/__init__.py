"""Keeps the news of 新浪财经 (Sina Finance) for good: one whole front-matter file an article.

The flow is the architecture, and every name follows it::

    discover → fetch → extract → clean → dedupe → archive → index → read

Where a change goes: what Sina does, ``sina/``; how a page becomes an article, ``pages/``; the folder on disk,
``archive/``; Scrapy, ``crawl/``; what a run tells people, ``operation/``; the settings, ``settings/``; people, ``cli/``; a
stand-in for Sina, ``rehearsal/``.  Imports go down only; ``tests/test_imports.py`` holds the floors.
"""

__version__ = "0.1.0"
