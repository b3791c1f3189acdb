"""``scrapy crawl`` in this process, without a scrapy.cfg: what ``newsarchive crawl`` runs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NoReturn

from scrapy.cmdline import execute
from scrapy.utils.project import ENVVAR

from newsarchive.crawl.commands.crawl import Command
from newsarchive.crawl.spiders.sina_finance import SinaFinanceSpider

SETTINGS = "newsarchive.settings"


def run(arguments: Sequence[str]) -> NoReturn:
    """Crawls as ``arguments`` say, those of ``scrapy crawl``; ends by ``SystemExit`` with the crawl's exit code.

    ``SCRAPY_SETTINGS_MODULE`` may name other settings than ours; a scrapy.cfg around is another project's, or names ours.
    """
    os.environ.setdefault(ENVVAR, SETTINGS)
    Command.program, Command.spider_by_default = "newsarchive", SinaFinanceSpider.name
    execute([Command.program, "crawl", *arguments])
    raise AssertionError("scrapy.cmdline.execute ends by SystemExit")
