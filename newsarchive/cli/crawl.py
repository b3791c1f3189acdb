"""``newsarchive crawl``: the crawl from any folder, where ``scrapy crawl`` wants a scrapy.cfg."""

from __future__ import annotations

from typing import Any

import typer

CONTEXT: dict[str, Any] = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "allow_interspersed_args": False,
    "help_option_names": [],
}
"""Every word is Scrapy's to read, ``--help`` too."""


def crawl(context: typer.Context) -> None:
    """Crawl: `scrapy crawl` from any folder, for sina_finance where no spider is named; same options, same exit codes.

    Example: newsarchive crawl -a limit=20
    """
    from newsarchive.crawl import console  # noqa: PLC0415 - Scrapy, which takes longer to load than any other verb

    console.run(context.args)
