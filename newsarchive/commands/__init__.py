"""Our ``scrapy`` commands.

Scrapy's TLS modules, while they are imported, read through the source of all that the import stack names
(``create_deprecated_class``): from here, near its top, that takes a third of the 0.1 s that it takes further down.
"""

import scrapy.core.downloader.contextfactory  # noqa: F401
