#!/usr/bin/env python3
"""The peers of ``extract_cost.py``, in whatever environment has them; knows nothing of newsarchive.

    PYTHON benchmarks/extract_peer.py {fundus|beautifulsoup} ROUNDS < pages.json > costs.json

``pages.json`` is a list of pages as text.  Answered is a list of ``{"ms", "paragraphs", "title"}``: the median CPU of one
page in a warm process, and what was read.  Both have rules written for Sina's pages of 2017 to today, and give the fields
that we give: title, time, source, keywords, text, pictures.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

DROPPED = (
    ".article-editor", ".show_author", "[class^=appendQr]", "[id^=quote_]", "script", "style", ".img_descr", ".wap_special",
    "[class*=kaihu]", ".new_style_article", ".article-notice",
)  # fmt: skip
DISCLAIMERS = re.compile(r"^\s*(?:免责声明|特别声明|新浪声明|责任编辑)")

Read = dict[str, Any]


def fundus() -> Callable[[str], Read]:
    """fundus with rules for Sina in the way of its own publishers (``publishers/cn/people.py``)."""
    from fundus.parser import BaseParser, ParserProxy, attribute  # noqa: PLC0415 - whoever has it
    from fundus.parser.utility import (  # noqa: PLC0415
        extract_article_body_with_selector,
        generic_date_parsing,
        generic_nodes_to_text,
        generic_topic_parsing,
        image_extraction,
    )
    from lxml.etree import XPath  # noqa: PLC0415

    bodies = "//div[@id='artibody' or @id='article']"
    paragraphs = XPath(f"{bodies}//p[not(contains(@class, 'article-editor') or contains(@class, 'show_author'))]")
    titles, sources = (
        XPath("//h1[@class='main-title']"),
        XPath("//*[contains(@class, 'date-source')]//*[contains(@class, 'source')]"),
    )

    class SinaParser(ParserProxy):
        class V1(BaseParser):
            @attribute
            def body(self) -> Any:
                return extract_article_body_with_selector(self.precomputed.doc, paragraph_selector=paragraphs)

            @attribute
            def title(self) -> Any:
                return generic_nodes_to_text(titles(self.precomputed.doc), normalize=True)[0]

            @attribute
            def authors(self) -> Any:
                return generic_nodes_to_text(sources(self.precomputed.doc), normalize=True)

            @attribute
            def publishing_date(self) -> Any:
                return generic_date_parsing(self.precomputed.meta.get("weibo: article:create_at"))

            @attribute
            def topics(self) -> Any:
                return generic_topic_parsing(self.precomputed.meta.get("keywords"))

            @attribute
            def images(self) -> Any:
                return image_extraction(
                    doc=self.precomputed.doc,
                    paragraph_selector=paragraphs,
                    image_selector=XPath(f"{bodies}//img"),
                    upper_boundary_selector=XPath(bodies),
                    relative_urls=XPath("string(//meta[@property='og:url']/@content)"),
                )

    parser = SinaParser()()

    def read(html: str) -> Read:
        found = parser.parse(html, "catch")
        lines = [text for section in found["body"].sections for text in section.paragraphs]
        return {"title": found["title"], "paragraphs": [line for line in lines if not DISCLAIMERS.match(line)]}

    return read


def beautifulsoup() -> Callable[[str], Read]:
    """The whole page in BeautifulSoup on lxml, with rules of its own: the most common way."""
    from bs4 import BeautifulSoup  # noqa: PLC0415

    def read(html: str) -> Read:
        soup = BeautifulSoup(html, "lxml")
        body = soup.select_one("#artibody, #article")
        found: Read = {"paragraphs": []}
        for name, selector in (
            ("title", "h1.main-title"),
            ("time", ".date-source .date"),
            ("source", ".date-source .source"),
        ):
            node = soup.select_one(selector)
            found[name] = node.get_text(strip=True) if node else None
        found["keywords"] = [node["content"] for node in soup.select('meta[name="keywords"]')]
        if body is not None:
            for node in body.select(", ".join(DROPPED)):
                node.decompose()
            found["images"] = [node.get("src") for node in body.select("img")]
            lines = [node.get_text() for node in body.select("p")]
            found["paragraphs"] = [line for line in lines if not DISCLAIMERS.match(line)]
        return found

    return read


PEERS = {"fundus": fundus, "beautifulsoup": beautifulsoup}


def cost(read: Callable[[str], Read], html: str, rounds: int) -> dict[str, Any]:
    found, spent = read(html), []
    for _ in range(rounds):
        begun = time.process_time()
        read(html)
        spent.append(time.process_time() - begun)
    return {"ms": 1000 * median(spent), "paragraphs": found["paragraphs"], "title": str(found["title"])}


def main() -> None:
    read = PEERS[sys.argv[1]]()
    pages = json.load(sys.stdin)
    json.dump([cost(read, html, int(sys.argv[2])) for html in pages], sys.stdout)


if __name__ == "__main__":
    main()
