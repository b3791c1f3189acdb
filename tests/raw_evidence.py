"""Whether the raw store of a crawl holds what it has to: for the tests, and for ``benchmarks/kill_200.py``."""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import Any

from newsarchive.archive.format.article import file_of
from newsarchive.archive.format.profiles import CLEAN
from newsarchive.archive.format.raw_answer import RawAnswer, read_raw
from newsarchive.archive.index.catalogue import Catalogue
from newsarchive.items import Article, Offer
from newsarchive.sina.listing import channels, urls
from newsarchive.sina.page import boilerplate
from newsarchive.sina.page.layouts import join
from newsarchive.sina.page.page_reader import article_of, cleaned
from tests.archive.making_raw import is_passed_by_warcio, raw_files
from tests.conftest import Crawls


def wrong_in_raw_store(crawl: Crawls) -> list[str]:
    """Files that warcio does not pass, and states whose records do not give their bytes."""
    files = raw_files(crawl.root)
    wrong = [f"warcio check does not pass {file}" for file in files if not is_passed_by_warcio(file)]
    states = [line for line in crawl.events() if line["event"] in ("kept", "revised")]
    with closing(Catalogue(crawl.root / ".newsarchive/catalogue.sqlite", CLEAN)) as catalogue:
        for line in states:
            offer = catalogue.document(line["docid"]).offer()
            if line["warc"] is None or digest_read_again(crawl, line, offer) != line["sha256"]:
                wrong.append(f"{line['file']}: its record does not give its bytes")
    return wrong


def article(raw: RawAnswer, offer: Offer) -> Article:
    given = {"status": raw.status, "content_type": raw.content_type, "fetched_at": raw.fetched_at}
    return article_of(raw.decoded(), offer, urls.canonical(raw.url), **given)


def digest_read_again(crawl: Crawls, line: dict[str, Any], offer: Offer) -> str:
    """SHA-256 of the file that a line's raw records give by the rules of now."""
    first, *further = [
        article(read_raw(crawl.root, place), offer) for place in (line["warc"], *line.get("warc_further", ()))
    ]
    whole = cleaned(join(first, further) if further else first)
    data = file_of(whole, channel=channels.category(offer.lids), known_poster=boilerplate.is_poster)
    return hashlib.sha256(data).hexdigest()
